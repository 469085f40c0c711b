#include "script.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "edn/place.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::conformance {

using base::text;

namespace {

Value key(std::string_view name) { return Value::keyword(name); }

const Value& the_database() {
  static const Value name("db");
  return name;
}

bool is_query(const Value& form) {
  return form.is_sequential() && !form.items().empty() && form.items()[0].is_keyword("find");
}

// A map as the pipe takes it: the keys that were left out put in.
Value in_full(const Value& form) {
  if (is_query(form)) {
    return Value::map({{key("op"), key("q")}, {key("id"), the_database()}, {key("query"), form}});
  }
  std::vector<Value::Entry> entries(form.entries().begin(), form.entries().end());
  if (!form.find_keyword("op")) {
    entries.emplace_back(key("op"), key(form.find_keyword("tx") ? "transact" : "q"));
  }
  if (!form.find_keyword("id") && !form.find_keyword("db")) {
    entries.emplace_back(key("id"), the_database());
  }
  return Value::map(std::move(entries));
}

class ScriptReader {
 public:
  explicit ScriptReader(std::string_view text) : text_(text), reader_(text) {}

  Result<std::vector<Question>> read() {
    for (;;) {
      STELE_TRY(auto form, reader_.next());
      if (!form) return std::move(questions_);
      STELE_DO(take(*form));
    }
  }

 private:
  // The reader stands behind what it has read: this is the line on which the form ends.
  std::size_t line() const { return edn::place_of(text_, reader_.offset()).line; }

  Error mistake(std::string_view what) const {
    return invalid("conformance/syntax", text("line ", line(), ": ", what));
  }

  Done take(const Value& form) {
    if (form.is(Kind::string)) {
      title_ = form.as_string();
    } else if (form.is(Kind::map) || is_query(form)) {
      questions_.push_back({title_, line(), edn::write(in_full(form)), {}, {}});
    } else if (form.is_symbol("=>") || form.is_symbol("!!")) {
      return take_expectation(form.is_symbol("=>"));
    } else {
      return mistake(
          text("a title, a request, => or !! is expected; got ", edn::write_short(form)));
    }
    return {};
  }

  Done take_expectation(bool is_value) {
    STELE_TRY(auto wanted, reader_.next());
    if (!wanted) return mistake("nothing is expected at the end of the file");
    if (questions_.empty() || questions_.back().wants != Question::Wants::success) {
      return mistake("an expectation stands behind a request");
    }
    if (!is_value && !wanted->is(Kind::keyword))
      return mistake("!! is followed by an error's code");
    questions_.back().wants = is_value ? Question::Wants::value : Question::Wants::error;
    questions_.back().wanted = std::move(*wanted);
    return {};
  }

  std::string_view text_;
  edn::Reader reader_;
  std::string title_;
  std::vector<Question> questions_;
};

bool is_rest(std::span<const Value> items) {
  return items.size() >= 2 && items[items.size() - 2].is_symbol("&") && items.back().is_symbol("_");
}

bool match_in_order(std::span<const Value> wanted, std::span<const Value> got) {
  if (is_rest(wanted)) {
    wanted = wanted.first(wanted.size() - 2);
    if (got.size() < wanted.size()) return false;
    got = got.first(wanted.size());
  }
  return std::equal(wanted.begin(), wanted.end(), got.begin(), got.end(), matches);
}

// Each wanted item takes the first that it matches; exact items choose before those with a `_`.
bool match_in_any_order(std::span<const Value> wanted, std::span<const Value> got) {
  if (wanted.size() != got.size()) return false;
  std::vector<Value> left(got.begin(), got.end());
  std::vector<Value> choosing(wanted.begin(), wanted.end());
  std::stable_partition(choosing.begin(), choosing.end(), [](const Value& item) {
    return edn::write(item).find('_') == std::string::npos;
  });
  for (const auto& item : choosing) {
    const auto taken = std::find_if(left.begin(), left.end(),
                                    [&](const Value& other) { return matches(item, other); });
    if (taken == left.end()) return false;
    left.erase(taken);
  }
  return true;
}

bool match_map(const Value& wanted, const Value& got) {
  const bool is_open = wanted.find(Value::symbol("&")) != nullptr;
  const auto named = wanted.entries().size() - (is_open ? 1 : 0);
  if (is_open ? got.entries().size() < named : got.entries().size() != named) return false;
  return std::all_of(wanted.entries().begin(), wanted.entries().end(), [&](const auto& entry) {
    if (entry.first.is_symbol("&")) return true;
    const Value* found = got.find(entry.first);
    return found && matches(entry.second, *found);
  });
}

}  // namespace

Result<std::vector<Question>> read_script(std::string_view text) {
  return ScriptReader(text).read();
}

bool matches(const Value& wanted, const Value& got) {
  if (wanted.is_symbol("_")) return true;
  if (wanted.is(Kind::tagged) && wanted.name() == "bag") {
    return got.is_sequential() && match_in_any_order(wanted.tagged_value().items(), got.items());
  }
  if (wanted.kind() != got.kind()) return false;
  if (wanted.is_sequential()) return match_in_order(wanted.items(), got.items());
  if (wanted.is(Kind::set)) return match_in_any_order(wanted.items(), got.items());
  if (wanted.is(Kind::map)) return match_map(wanted, got);
  return edn::write(wanted) == edn::write(got);  // 1.0M is not 1.00M here
}

std::string complaint(const Question& question, std::string_view answer) {
  const auto read = edn::read(answer);
  if (!read.ok() || !read->is(Kind::map)) return text("no answer: ", answer);
  const Value* ok = read->find_keyword("ok");
  const Value* error = read->find_keyword("error");
  switch (question.wants) {
    case Question::Wants::success:
      if (ok) return {};
      return text("failed: ", answer);
    case Question::Wants::value:
      if (ok && matches(question.wanted, *ok)) return {};
      return text("wanted  ", edn::write(question.wanted), "\n  got     ",
                  ok ? edn::write(*ok) : std::string(answer));
    case Question::Wants::error:
      if (error && error->find_keyword("code") && *error->find_keyword("code") == question.wanted) {
        return {};
      }
      return text("wanted  error ", edn::write(question.wanted), "\n  got     ", answer);
  }
  return "unreachable";
}

bool creates_database(const std::string& request) {
  const auto form = edn::read(request).value();
  const Value* op = form.find_keyword("op");
  const Value* config = form.find_keyword("config");
  return op && op->is_keyword("create") && !(config && config->find_keyword("store"));
}

std::string in_store(const std::string& request, const std::string& url) {
  const auto form = edn::read(request).value();
  std::vector<Value::Entry> settings = {{key("store"), Value(url)}};
  if (const Value* config = form.find_keyword("config"))
    settings.insert(settings.end(), config->entries().begin(), config->entries().end());
  std::vector<Value::Entry> entries = {{key("config"), Value::map(std::move(settings))}};
  for (const auto& entry : form.entries())
    if (!entry.first.is_keyword("config")) entries.push_back(entry);
  return edn::write(Value::map(std::move(entries)));
}

}  // namespace stele::conformance
