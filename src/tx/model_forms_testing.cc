#include "tx/model_forms_testing.h"

#include "base/text.h"

namespace stele::tx {
namespace {

Value keyword(std::string_view name) { return Value::keyword(name); }

bool is_one_of(const Value& key, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (key.is_keyword(name)) return true;
  }
  return false;
}

bool is_reference(const Value& key) { return is_one_of(key, {"boss", "friend", "part", "spouse"}); }

}  // namespace

std::string ModelForms::schema() {
  const auto attribute = [&](const char* name, const char* type, const char* cardinality,
                             std::string more = "") {
    if (random_.chance(1, 5)) more += " :db/noHistory true";
    return base::text("{:db/ident :", name, " :db/valueType :db.type/", type,
                      " :db/cardinality :db.cardinality/", cardinality, ' ', more, "}\n");
  };
  const std::string index = random_.chance(1, 2) ? ":db/index true" : "";
  const std::string component = random_.chance(1, 3) ? ":db/isComponent true" : "";
  return "[" + attribute("name", "string", "one") +
         attribute("email", "string", "one", ":db/unique :db.unique/identity") +
         attribute("code", "string", "one", ":db/unique :db.unique/value") +
         attribute("phone", "string", "many", ":db/unique :db.unique/identity") +
         attribute("tag", "long", "many", index) + attribute("n", "long", "one", index) +
         attribute("boss", "ref", "one", component) + attribute("friend", "ref", "many") +
         attribute("part", "ref", "many", ":db/isComponent true") +
         attribute("spouse", "ref", "one", ":db/unique :db.unique/identity") +
         attribute("note", "string", "one", ":db/maxLength 2") + "]";
}

Value ModelForms::transaction() {
  std::vector<Value> items;
  for (std::int64_t n = random_.between(1, 5); n > 0; --n) {
    items.push_back(random_.chance(2, 5) ? map(1) : operation());
  }
  if (random_.chance(1, 12)) {
    const auto at = static_cast<std::ptrdiff_t>(random_.below(items.size() + 1));
    items.insert(items.begin() + at, schema_change());
  }
  return Value::vector(std::move(items));
}

Value ModelForms::key() {
  static const char* const kNames[] = {"name", "email", "code",   "phone",  "tag",  "n",   "boss",
                                       "part", "note",  "friend", "spouse", "tag",  "n",   "boss",
                                       "part", "name",  "friend", "friend", "free", "name"};
  return keyword(random_.chance(1, 300) ? "db/unknown" : random_.pick(kNames));
}

Value ModelForms::reference() {
  switch (random_.below(14)) {
    case 0:
      return Value::vector({keyword("email"), word()});
    case 1:
      return Value::vector({keyword("phone"), word()});
    case 2:
      return random_.chance(1, 3) ? keyword("db/current-tx") : Value(random_.between(12, 20));
    case 3:
      return Value(random_.between(20, 40));
    case 4:
      return Value(random_.chance(1, 2) ? "x" : "y");
    case 5:
    case 6:
    case 7:
      return Value(-random_.between(1, 3));
    case 8:
      return random_.chance(1, 2)
                 ? Value::vector({keyword("spouse"), Value(random_.between(12, 18))})
                 : keyword(random_.chance(1, 2) ? "someone" : "name");
    default:
      return Value(random_.between(12, 20));
  }
}

Value ModelForms::value_of(const Value& key, int depth) {
  if (random_.chance(1, 200)) return Value(1.5);
  if (is_one_of(key, {"tag", "n", "free"})) return Value(random_.between(1, 5));
  if (key.is_keyword("note")) {
    return Value(std::string(static_cast<std::size_t>(random_.between(1, 3)), 'z'));
  }
  if (!is_reference(key)) return word();
  return depth > 0 && random_.chance(1, 4) ? map(depth - 1) : reference();
}

Value ModelForms::values_of(const Value& key, int depth) {
  const bool is_many = is_one_of(key, {"phone", "tag", "friend", "part"});
  if (!is_many || random_.chance(1, 2)) return value_of(key, depth);
  std::vector<Value> values;
  for (std::int64_t n = random_.between(0, 3); n > 0; --n) values.push_back(value_of(key, depth));
  return Value::vector(std::move(values));
}

Value ModelForms::map(int depth) {
  std::vector<Value::Entry> entries;
  if (random_.chance(1, 2)) entries.emplace_back(keyword("db/id"), reference());
  if (random_.chance(1, 40)) entries.emplace_back(keyword("db/ident"), keyword("someone"));
  for (std::int64_t n = random_.between(0, 3); n > 0; --n) {
    const Value a = key();
    entries.emplace_back(a, values_of(a, depth));
  }
  if (random_.chance(1, 6)) {
    entries.emplace_back(keyword(random_.chance(1, 2) ? "_friend" : "_part"),
                         depth > 0 && random_.chance(1, 3) ? map(depth - 1) : reference());
  }
  return Value::map(std::move(entries));
}

Value ModelForms::operation() {
  const Value a = key();
  switch (random_.below(20)) {
    case 0:
      return Value::vector({keyword("db/retractEntity"), reference()});
    case 1:
      return Value::vector({keyword("db.fn/retractAttribute"), reference(), a});
    case 2:
    case 3:
      return Value::vector({keyword("db/cas"), reference(), a,
                            random_.chance(1, 2) ? Value() : value_of(a, 0), value_of(a, 0)});
    case 4:
      return datom();
    case 5:
      return Value::vector({keyword("db/retract"), reference(), a});
    case 6:
    case 7:
    case 8:
      return Value::vector({keyword("db/retract"), reference(), a, value_of(a, 0)});
    default:
      return Value::vector({keyword("db/add"), reference(), a, value_of(a, 0)});
  }
}

Value ModelForms::datom() {
  const Value a = key();
  const Value v = is_reference(a) ? Value(random_.between(12, 20)) : value_of(a, 0);
  const auto tx = static_cast<std::int64_t>(kTx0) + random_.between(1, 30);
  return Value::tagged("datom", Value::vector({Value(random_.between(12, 20)), a, v, Value(tx),
                                               Value(random_.chance(2, 3))}));
}

Value ModelForms::schema_change() {
  static const char* const kTypes[] = {"db.type/long", "db.type/string", "db.type/ref"};
  static const char* const kFlags[] = {"db/noHistory", "db/isComponent", "db/index"};
  static const char* const kUnique[] = {"db.unique/identity", "db.unique/value"};
  const Value one = keyword(random_.chance(1, 2) ? "db.cardinality/one" : "db.cardinality/many");
  const Value a = key();
  const auto add = [&](const char* property, const Value& v) {
    return Value::vector({keyword("db/add"), a, keyword(property), v});
  };
  switch (random_.below(9)) {
    case 0:
    case 1:
      return add(random_.pick(kFlags), Value(random_.chance(1, 2)));
    case 2:
      return add("db/cardinality", one);
    case 3:
      return add("db/unique", keyword(random_.pick(kUnique)));
    case 4:
      return Value::vector({keyword("db/retract"), a, keyword("db/unique")});
    case 5:
      return add("db/maxLength", Value(random_.between(0, 2)));
    case 6:
      return random_.chance(1, 2) ? Value::vector({keyword("db/retractEntity"), a})
                                  : add("db/ident", keyword("other"));
    case 7:
      return add("db/valueType", keyword(random_.pick(kTypes)));
    default:
      return Value::map({{keyword("db/ident"), keyword("free")},
                         {keyword("db/valueType"), keyword(random_.pick(kTypes))},
                         {keyword("db/cardinality"), one}});
  }
}

}  // namespace stele::tx
