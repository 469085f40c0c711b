#include "edn/parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/escape.h"
#include "edn/number.h"
#include "edn/place.h"
#include "edn/tags.h"
#include "value/cell.h"

namespace stele::edn {
namespace {

// What #_ and the tags of scalars apply to nests in the text and not in the value that comes of it:
// there the text may go deeper by the prefix itself and one vector, as in #float-array [1.0].
constexpr int kTextDepthMax = value::kDepthMax + 2;
constexpr std::string_view kByteOrderMark = "\uFEFF";

bool begins_number(std::string_view rest) {
  const bool signed_ = rest[0] == '+' || rest[0] == '-';
  return rest.size() > signed_ && is_digit(rest[signed_]);
}

}  // namespace

Parser::Parser(std::string_view text) : text_(text), depth_max_(value::kDepthMax) {
  if (text.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  if (const std::size_t bad = find_malformed(text); bad != std::string_view::npos)
    fail(bad, "edn/syntax", "the bytes here are not UTF-8");
}

// ---- Between values. ----------------------------------------------------------------------------

bool Parser::find_value() { return !error_ && skip_blanks() && !at_end(); }

bool Parser::skip_blanks() {
  for (; !at_end(); ++at_) {
    const char c = text_[at_];
    if (is_blank(c)) continue;
    if (c == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size() - 1);
    } else if (c == '#' && text_.substr(at_, 2) == "#_") {
      if (!discard()) return false;
      --at_;  // for the loop's step
    } else {
      break;
    }
  }
  return true;
}

bool Parser::discard() {
  const std::size_t begin = at_;
  at_ += 2;
  const int depth_max = std::exchange(depth_max_, kTextDepthMax);
  if (!enter(begin)) return false;
  ++discards_;
  Value ignored;
  if (!read_operand(begin, "#_ has nothing behind it to discard", ignored)) return false;
  --discards_;
  --depth_;
  depth_max_ = depth_max;
  return true;
}

bool Parser::read_operand(std::size_t prefix, std::string_view refusal, Value& out) {
  if (!skip_blanks()) return false;
  if (at_end()) return fail(prefix, "edn/eof", refusal);
  if (is_closer(text_[at_])) return fail(prefix, "edn/syntax", refusal);
  return read_value(out);
}

// ---- Any value. ---------------------------------------------------------------------------------

bool Parser::read_value(Value& out) {
  const char c = text_[at_];
  switch (c) {
    case ':':
      return read_name(out);
    case '"':
      return read_string(out);
    case '[':
      return read_sequence({at_, "vector", ']'}, out);
    case '(':
      return read_sequence({at_, "list", ')'}, out);
    case '{':
      return read_map({}, out);
    case '#':
      return read_dispatch(out);
    case '\\':
      return read_character_literal(out);
    case '\'':
      return read_quoted(out);
    default:
      break;
  }
  if (!is_constituent(c)) return fail_unexpected();
  return begins_number(text_.substr(at_)) ? read_number_token(out) : read_name(out);
}

bool Parser::fail_unexpected() {
  const char c = text_[at_];
  if (is_closer(c)) {
    if (opened_.empty()) return fail(at_, "edn/syntax", base::text(c, " closes nothing"));
    const Opened& open = opened_.back();
    return fail(at_, "edn/syntax",
                base::text(c, " closes nothing here: the ", open.name, " opened at ",
                           to_string(place_of(text_, open.offset)), " wants ", open.closer));
  }
  if (c == '^')
    return fail(at_, "edn/syntax", "metadata (^) is no part of EDN, and values carry none");
  if (c == '@' || c == '`' || c == '~')
    return fail(at_, "edn/syntax", base::text(c, " is Clojure code, not data"));
  return fail(at_, "edn/syntax",
              base::text("no value begins with the character ",
                         code_point_name(static_cast<unsigned char>(c))));
}

// ---- Tokens: keywords, symbols, numbers, characters, strings. -----------------------------------

std::string_view Parser::take_token() {
  const std::size_t begin = at_;
  while (!at_end() && is_constituent(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

bool Parser::read_name(Value& out) {
  const std::size_t begin = at_;
  const std::string_view token = take_token();
  if (token == "nil") return out = Value(), true;
  if (token == "true") return out = Value(true), true;
  if (token == "false") return out = Value(false), true;
  return intern(begin, token, out);
}

bool Parser::intern(std::size_t offset, std::string_view token, Value& out) {
  if (const Value* known = names_.find(token)) {
    out = *known;
    return true;
  }
  auto added = names_.add(token);
  if (!added.ok()) return fail(offset, added.error());
  out = std::move(*added);
  return true;
}

bool Parser::read_number_token(Value& out) {
  const std::size_t begin = at_;
  const std::string_view token = take_token();
  auto number = read_number(token);
  if (!number.ok()) return fail(begin, number.error());
  out = std::move(*number);
  return true;
}

bool Parser::read_character_literal(Value& out) {
  const std::size_t begin = at_++;
  if (at_end()) return fail(begin, "edn/eof", "the text ends where a character should follow \\");
  if (is_blank(text_[at_]) && text_[at_] != ',') {
    return fail(begin, "edn/syntax",
                "white space stands behind \\; characters like it have names, as in \\space");
  }
  // The first code point may be anything; what else belongs to the token is a name's.
  const std::size_t name = at_;
  at_ += decode(text_.substr(at_)).bytes;
  take_token();
  auto character = read_character(text_.substr(name, at_ - name));
  if (!character.ok()) return fail(begin, character.error());
  out = Value::character(*character);
  return true;
}

bool Parser::read_string(Value& out) {
  const std::size_t open = at_;
  const char* const begin = text_.data() + open + 1;
  const char* const end = text_.data() + text_.size();
  const char* c = begin;
  while (c != end && *c != '"' && *c != '\\') ++c;
  at_ = static_cast<std::size_t>(c - text_.data());
  if (c != end && *c == '\\') return read_escaped_string(open, out);
  if (c == end) return fail(open, "edn/eof", "the string opened here is never closed");
  out = Value(std::string_view(begin, static_cast<std::size_t>(c - begin)));
  ++at_;
  return true;
}

// At the first backslash of the string that was opened at `open`.
bool Parser::read_escaped_string(std::size_t open, Value& out) {
  scratch_.assign(text_.substr(open + 1, at_ - open - 1));
  while (at_ + 1 < text_.size() && text_[at_] == '\\') {
    auto taken = unescape(text_.substr(at_), scratch_);
    if (!taken.ok()) return fail(at_, taken.error());
    at_ += *taken;
    const std::size_t stop = std::min(text_.find_first_of("\"\\", at_), text_.size());
    scratch_ += text_.substr(at_, stop - at_);
    at_ = stop;
  }
  if (at_end() || text_[at_] != '"')
    return fail(open, "edn/eof", "the string opened here is never closed");
  ++at_;
  out = Value(scratch_);
  return true;
}

bool Parser::read_quoted(Value& out) {
  const std::size_t begin = at_++;
  if (!enter(begin)) return false;
  Value quoted;
  if (!read_operand(begin, "the quote (') has no value behind it", quoted)) return false;
  --depth_;
  out = Value::list({Value::symbol("", "quote"), std::move(quoted)});
  return true;
}

// ---- What begins with '#'. ----------------------------------------------------------------------

bool Parser::read_dispatch(Value& out) {
  if (at_ + 1 == text_.size()) return fail(at_, "edn/eof", "the text ends behind #");
  const char c = text_[at_ + 1];
  switch (c) {
    case '{':
      return read_set(out);
    case '#':
      return read_symbolic(out);
    case '"':
      return read_regex(out);
    case ':':
      return read_namespaced_map(out);
    default:
      break;
  }
  const bool is_letter =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  if (is_letter) return read_tagged(out);
  return fail(at_, "edn/syntax",
              base::text("#", shown(text_.substr(at_ + 1, 1)),
                         " begins nothing in EDN; a tag begins with a letter"));
}

bool Parser::read_symbolic(Value& out) {
  const std::size_t begin = at_;
  at_ += 2;
  const std::string_view name = take_token();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (name == "Inf") return out = Value(kInfinity), true;
  if (name == "-Inf") return out = Value(-kInfinity), true;
  if (name == "NaN") return out = Value(std::numeric_limits<double>::quiet_NaN()), true;
  return fail(begin, name.empty() && at_end() ? "edn/eof" : "edn/syntax",
              base::text("##", shown(name), " is no number; there are ##Inf, ##-Inf and ##NaN"));
}

// #"a\d+" is #regex "a\\d+": a backslash stands for itself, and keeps a quote from closing.
bool Parser::read_regex(Value& out) {
  const std::size_t begin = at_;
  if (!enter(begin)) return false;
  at_ += 2;
  const std::size_t pattern = at_;
  while (!at_end() && text_[at_] != '"')
    at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2 : 1;
  if (at_end()) return fail(begin, "edn/eof", "the regex opened here is never closed");
  out = Value::tagged("regex", Value(text_.substr(pattern, at_ - pattern)));
  ++at_;
  --depth_;
  return true;
}

bool Parser::read_namespaced_map(Value& out) {
  const std::size_t begin = at_;
  at_ += 2;
  const std::string_view ns = take_token();
  if (ns.empty() && at_end()) return fail(begin, "edn/eof", "the text ends behind #:");
  if (ns.empty() || ns[0] == ':' || ns.find('/') != std::string_view::npos)
    return fail(begin, "edn/syntax", "#: wants the namespace of a map's keys, as in #:person{…}");
  if (const auto name = split_name(ns); !name.ok()) return fail(begin, name.error());
  if (!skip_blanks()) return false;
  if (at_end()) return fail(begin, "edn/eof", base::text("#:", shown(ns), " has no map behind it"));
  if (text_[at_] != '{')
    return fail(begin, "edn/syntax", base::text("#:", shown(ns), " has no map behind it"));
  return read_map(ns, out);
}

bool Parser::read_tagged(Value& out) {
  const std::size_t begin = at_++;
  const std::string_view tag = take_token();
  if (const auto name = split_name(tag); !name.ok()) return fail(begin, name.error());
  const Interpreter interpret = discards_ > 0 ? nullptr : interpreter_of(tag);
  const int depth_max = depth_max_;
  if (interpret) depth_max_ = kTextDepthMax;
  if (!enter(begin)) return false;
  if (!skip_blanks()) return false;
  const std::size_t source = at_;
  Value operand;
  if (!read_operand(begin, base::text("the tag #", shown(tag), " has no value behind it"), operand))
    return false;
  --depth_;
  depth_max_ = depth_max;
  if (!interpret) {
    out = Value::tagged(tag, std::move(operand));
    return true;
  }
  auto interpreted = interpret(operand, text_.substr(source, at_ - source));
  if (!interpreted.ok()) return fail(begin, interpreted.error());
  out = std::move(*interpreted);
  return true;
}

// ---- Nesting and failing. -----------------------------------------------------------------------

bool Parser::enter(std::size_t offset) {
  if (++depth_ <= depth_max_) return true;
  return fail(offset, "edn/depth",
              base::text("this is nested deeper than ", value::kDepthMax, " levels"));
}

bool Parser::fail(std::size_t offset, std::string_view code, std::string_view problem) {
  error_ = unreadable(text_, offset, code, problem);
  at_ = offset;
  return false;
}

bool Parser::fail(std::size_t offset, const Error& error) {
  return fail(offset, error.code(), error.message());
}

}  // namespace stele::edn
