#include "catalog.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "schema.h"
#include "version.h"

namespace debian {

using stele::Done;
using stele::EntityId;
using stele::Result;
using stele::Value;

namespace {

// Large enough that the trees are not merged too often, small enough for a progress display.
constexpr std::size_t kFactsPerTransaction = 300'000;
constexpr std::size_t kPackagesPerLook = 500;

enum class Form { text, number, yes, synopsis, source, tags, relations };
struct Rule {
  std::string_view field;
  const char* attribute;
  Form form;
};
// What of a paragraph is kept, and how.
constexpr std::array<Rule, 23> kRules = {{
    {"Version", "package/version", Form::text},
    {"Architecture", "package/architecture", Form::text},
    {"Section", "package/section", Form::text},
    {"Priority", "package/priority", Form::text},
    {"Essential", "package/essential", Form::yes},
    {"Multi-Arch", "package/multi-arch", Form::text},
    {"Source", "package/source", Form::source},
    {"Maintainer", "package/maintainer", Form::text},
    {"Homepage", "package/homepage", Form::text},
    {"Description", "package/synopsis", Form::synopsis},
    {"Size", "package/bytes", Form::number},
    {"Installed-Size", "package/installed-kib", Form::number},
    {"Tag", "package/tags", Form::tags},
    {"Depends", "package/depends", Form::relations},
    {"Pre-Depends", "package/pre-depends", Form::relations},
    {"Recommends", "package/recommends", Form::relations},
    {"Suggests", "package/suggests", Form::relations},
    {"Enhances", "package/enhances", Form::relations},
    {"Breaks", "package/breaks", Form::relations},
    {"Conflicts", "package/conflicts", Form::relations},
    {"Replaces", "package/replaces", Form::relations},
    {"Provides", "package/provides", Form::relations},
    {"Package", "package/name", Form::text},
}};

// The rules with their attributes as values, by field.
const std::pair<Form, Value>* rule_for(std::string_view field) {
  static const auto rules = [] {
    std::unordered_map<std::string_view, std::pair<Form, Value>> by_field;
    for (const auto& rule : kRules) {
      by_field.emplace(rule.field, std::pair(rule.form, Value::keyword(rule.attribute)));
    }
    return by_field;
  }();
  const auto found = rules.find(field);
  return found == rules.end() ? nullptr : &found->second;
}

const Value& id_key() {
  static const Value key = Value::keyword("db/id");
  return key;
}

Value number_or_nil(std::string_view text) {
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, number).ptr == end ? Value(number) : Value();
}

Value tags_of(std::string_view text) {
  std::vector<Value> tags;
  split(text, ',', [&](std::string_view tag) { tags.emplace_back(tag); });
  return Value::vector(std::move(tags));
}

// Does a wanted entry hold this fact, or take its place?
bool is_wanted(const Value& wanted, const Value& v) {
  if (!wanted.is_sequential()) return true;
  const auto items = wanted.items();
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return stele::compare(item, v) == 0; });
}

Value transaction(std::vector<Value> forms, stele::Instant date) {
  return Value::map(
      {{Value::keyword("tx-data"), Value::vector(std::move(forms))},
       {Value::keyword("tx-meta"), Value::map({{Value::keyword("db/txInstant"), Value(date)}})}});
}

}  // namespace

// ---- Opening

Result<Catalog> Catalog::open(stele::Connection connection, stele::Instant first_date) {
  Catalog catalog(std::move(connection));
  auto db = catalog.connection_.db();
  if (!db.ok()) return db.error();
  if (db->max_eid() == 0) {
    auto schema = stele::read_edn(kCatalogSchema);
    if (!schema.ok()) return schema.error();
    const auto items = schema->items();
    auto report = catalog.connection_.transact(
        transaction(std::vector<Value>(items.begin(), items.end()), first_date));
    if (!report.ok()) return report.error();
    catalog.next_ = report->db_after.max_eid() + 1;
    return catalog;
  }
  if (auto done = catalog.learn(*db); !done.ok()) return done.error();
  return catalog;
}

Done Catalog::learn(const stele::Db& db) {
  next_ = db.max_eid() + 1;
  auto names = stele::q("[:find ?name ?e :where [?e :package/name ?name]]", db);
  auto versions =
      stele::q("[:find ?name ?v :where [?e :package/version ?v] [?e :package/name ?name]]", db);
  auto texts = stele::q("[:find ?text ?e :where [?e :relation/text ?text]]", db);
  for (const auto* rows : {&names, &versions, &texts}) {
    if (!rows->ok()) return rows->error();
  }
  for (auto [name, e] : names->as<std::string_view, std::int64_t>()) {
    packages_[std::string(name)] = {static_cast<EntityId>(e), true, ""};
  }
  for (auto [name, version] : versions->as<std::string_view, std::string_view>()) {
    packages_[std::string(name)].version = version;
  }
  for (auto [text, e] : texts->as<std::string_view, std::int64_t>()) {
    relations_[std::string(text)] = static_cast<EntityId>(e);
  }
  return {};
}

// ---- A list

Done Catalog::add(const PackageList& list, const std::function<void(double)>& told) {
  auto db = connection_.db();
  if (!db.ok()) return db.error();
  before_ = *std::move(db);
  auto chosen = newer_packages(list.text);
  if (!chosen.ok()) return chosen.error();
  std::size_t done = 0;
  for (const auto& paragraph : *chosen) {
    if (auto written = write_package(paragraph, list.suite); !written.ok()) return written;
    if (forms_facts_ >= kFactsPerTransaction) {
      if (auto flushed = flush(list.date); !flushed.ok()) return flushed;
    }
    if (++done % kPackagesPerLook == 0) {
      told(static_cast<double>(done) / static_cast<double>(chosen->size()));
    }
  }
  if (auto flushed = flush(list.date); !flushed.ok()) return flushed;
  totals_.packages += chosen->size();
  return settle();
}

// One paragraph a name: the newest of the list, if the catalog has none or an older one. Each gets
// its entity here, so that packages of a list lie side by side.
Result<std::vector<Paragraph>> Catalog::newer_packages(std::string_view text) {
  std::vector<Paragraph> chosen;
  std::unordered_map<std::string_view, std::size_t> place;
  ParagraphReader reader(text);
  Paragraph paragraph;
  for (;;) {
    auto more = reader.next(paragraph);
    if (!more.ok()) return more.error();
    if (!*more) break;
    const auto name = paragraph["Package"], version = paragraph["Version"];
    if (name.empty() || version.empty()) continue;
    const auto known = packages_.find(name);
    if (known != packages_.end() && !known->second.version.empty() &&
        compare_versions(version, known->second.version) <= 0) {
      continue;
    }
    const auto [at, is_new] = place.try_emplace(name, chosen.size());
    if (is_new) {
      chosen.push_back(paragraph);
    } else if (compare_versions(version, chosen[at->second]["Version"]) > 0) {
      chosen[at->second] = paragraph;
    }
  }
  for (const auto& one : chosen) {
    auto& package = package_of(one["Package"]);
    if (package.e == 0) package.e = next_++;
  }
  return chosen;
}

Done Catalog::write_package(const Paragraph& paragraph, const std::string& suite) {
  const auto name = paragraph["Package"];
  auto& package = package_of(name);
  Entries entries = {{id_key(), Value(package.e)}};
  bool has_source = false;
  for (const auto& [field, value] : paragraph.fields()) {
    const auto* rule = rule_for(field);
    if (!rule || value.empty()) continue;
    auto add = [&](Value v) { entries.emplace_back(rule->second, std::move(v)); };
    switch (rule->first) {
      case Form::text:
        add(value);
        break;
      case Form::number:
        if (auto number = number_or_nil(value); !number.is_nil()) add(std::move(number));
        break;
      case Form::yes:
        if (value == "yes") add(true);
        break;
      case Form::synopsis:
        add(first_line(value));
        break;
      case Form::source:  // "glibc (2.36-9)" where its version is another than the package's
        add(value.substr(0, value.find(' ')));
        has_source = true;
        break;
      case Form::tags:
        add(tags_of(value));
        break;
      case Form::relations: {
        std::vector<Value> all;
        split(value, ',', [&](std::string_view one) { all.emplace_back(relation_of(one)); });
        add(Value::vector(std::move(all)));
        break;
      }
    }
  }
  static const Value source_key = Value::keyword("package/source");
  static const Value suite_key = Value::keyword("package/suite");
  if (!has_source) entries.emplace_back(source_key, Value(name));
  entries.emplace_back(suite_key, Value(suite));
  if (!package.version.empty()) {
    if (auto done = retract_stale(package.e, entries); !done.ok()) return done;
  }
  package.is_named = true;
  package.version = paragraph["Version"];
  write(std::move(entries));
  return {};
}

// What the older version said and the newer one does not say any more.
Done Catalog::retract_stale(EntityId e, const Entries& wanted) {
  const Value subject(e);
  auto facts = before_.datoms(stele::IndexOrder::eavt, std::span(&subject, 1));
  if (!facts.ok()) return facts.error();
  static const Value retract = Value::keyword("db/retract");
  for (const auto& fact : *facts) {
    const auto entry = std::find_if(wanted.begin(), wanted.end(),
                                    [&](const auto& one) { return one.first == fact.a; });
    if (entry != wanted.end() && is_wanted(entry->second, fact.v)) continue;
    forms_.push_back(Value::vector({retract, subject, fact.a, fact.v}));
  }
  return {};
}

// ---- What packages ask of each other

Catalog::Package& Catalog::package_of(std::string_view name) {
  const auto known = packages_.find(name);
  return known != packages_.end() ? known->second : packages_[std::string(name)];
}

EntityId Catalog::package_named(std::string_view name) {
  auto& package = package_of(name);
  if (package.e == 0) package.e = next_++;
  if (!package.is_named) {
    package.is_named = true;
    static const Value key = Value::keyword("package/name");
    write({{id_key(), Value(package.e)}, {key, Value(name)}});
  }
  return package.e;
}

EntityId Catalog::relation_of(std::string_view text) {
  // As it was written and as Debian writes it are the same text, nearly always.
  if (const auto known = relations_.find(text); known != relations_.end()) return known->second;
  const auto alternatives = read_relation(text);
  const auto normal = alternatives.ok() ? text_of(*alternatives) : std::string(text);
  const auto [same, is_new] = relations_.try_emplace(normal, next_);
  const EntityId e = same->second;
  if (normal != text) relations_.emplace(text, e);
  if (is_new) {
    ++next_;
    // What cannot be read is still a text that packages may share.
    write_relation(e, normal, alternatives.ok() ? *alternatives : std::vector<Alternative>());
  }
  return e;
}

Catalog::Entries Catalog::constraint_of(const Alternative& alternative, const char* prefix) {
  Entries entries;
  auto add = [&](const char* name, std::string_view text) {
    if (!text.empty()) entries.emplace_back(Value::keyword(prefix, name), Value(text));
  };
  add("qualifier", alternative.qualifier);
  add("comparison", alternative.comparison);
  add("version", alternative.version);
  return entries;
}

void Catalog::write_relation(EntityId e, const std::string& text,
                             const std::vector<Alternative>& alternatives) {
  Entries relation;
  std::vector<Value> packages, several;
  if (alternatives.size() == 1) relation = constraint_of(alternatives[0], "relation");
  for (const auto& alternative : alternatives) {
    packages.emplace_back(package_named(alternative.package));
    if (alternatives.size() == 1) break;
    auto entries = constraint_of(alternative, "alternative");
    entries.emplace_back(id_key(), Value(next_));
    entries.emplace_back(Value::keyword("alternative/position"), Value(packages.size()));
    entries.emplace_back(Value::keyword("alternative/package"), packages.back());
    several.emplace_back(next_++);
    write(std::move(entries));
  }
  relation.emplace_back(id_key(), Value(e));
  relation.emplace_back(Value::keyword("relation/text"), Value(text));
  relation.emplace_back(Value::keyword("relation/package"), Value::vector(std::move(packages)));
  if (!several.empty()) {
    relation.emplace_back(Value::keyword("relation/alternatives"),
                          Value::vector(std::move(several)));
  }
  write(std::move(relation));
}

// ---- Transactions

void Catalog::write(Entries entries) {
  for (const auto& [key, v] : entries) forms_facts_ += v.is_sequential() ? v.items().size() : 1;
  --forms_facts_;  // :db/id
  forms_.push_back(Value::map(std::move(entries)));
}

Done Catalog::flush(stele::Instant date) {
  if (auto done = settle(); !done.ok()) return done;
  if (forms_.empty()) return {};
  committing_ = std::async(std::launch::async, [connection = connection_, date,
                                                forms = std::exchange(forms_, {})]() mutable {
    return connection.transact(transaction(std::move(forms), date));
  });
  forms_facts_ = 0;
  return {};
}

// Waits for the transaction before.
Done Catalog::settle() {
  if (!committing_.valid()) return {};
  auto report = committing_.get();
  if (!report.ok()) return report.error();
  ++totals_.transactions;
  totals_.datoms += report->tx_data.size();
  totals_.facts += static_cast<std::uint64_t>(std::count_if(
      report->tx_data.begin(), report->tx_data.end(), [](const auto& d) { return d.added; }));
  return {};
}

}  // namespace debian
