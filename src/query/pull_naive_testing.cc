#include "query/pull_naive_testing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace stele::query {
namespace {

using Path = std::set<EntityId>;
using Depths = std::map<std::string, std::int64_t>;

const Value kId = Value::keyword("db/id");

struct Spec {
  Value key;
  Value attribute;
  bool backwards = false;
  Value below;  // nil: nothing is said
  std::optional<Value> otherwise;
  std::optional<std::string> function;
  std::size_t limit = 1000;
};

std::string name_of(const Value& symbol_or_string) {
  return std::string(symbol_or_string.is(Kind::string) ? symbol_or_string.as_string()
                                                       : symbol_or_string.name());
}

void take_option(Spec& spec, std::string_view option, const Value& value) {
  if (option == "as") spec.key = value;
  if (option == "default") spec.otherwise = value;
  if (option == "limit") spec.limit = value.is_nil() ? SIZE_MAX : std::size_t(value.as_int64());
  if (option == "xform") spec.function = name_of(value);
}

Spec spec_of(const Value& form) {
  Spec spec;
  if (form.is(Kind::list)) {  // (limit attribute n)
    spec = spec_of(form.items()[1]);
    take_option(spec, form.items()[0].name(), form.items()[2]);
    return spec;
  }
  const Value& name = form.is(Kind::vector) ? form.items()[0] : form;
  spec.key = spec.attribute = name;
  if (name.name().starts_with("_")) {
    spec.backwards = true;
    spec.attribute = Value::keyword(name.ns(), name.name().substr(1));
  }
  if (form.is(Kind::vector)) {
    for (std::size_t i = 1; i < form.items().size(); i += 2) {
      take_option(spec, form.items()[i].name(), form.items()[i + 1]);
    }
  }
  return spec;
}

class Twin {
 public:
  Twin(const NaiveFacts& facts, bool as_sets) : facts_(facts), as_sets_(as_sets) {}

  Value pull(const Value& pattern, EntityId e, const Path& path, const Depths& depths) const {
    bool wildcard = false;
    const std::vector<Spec> specs = specs_of(pattern, wildcard);
    std::vector<Value::Entry> out;
    if (wildcard) take_rest(specs, e, path, out);
    for (const Spec& spec : specs) {
      const std::optional<Value> value =
          spec.attribute == kId ? id_of(e, wildcard) : value_of(spec, pattern, e, path, depths);
      add(spec, value, has_any(spec, e, wildcard), out);
    }
    return out.empty() ? Value() : Value::map(std::move(out));
  }

 private:
  static std::vector<Spec> specs_of(const Value& pattern, bool& wildcard) {
    std::vector<Spec> specs;
    const auto take = [&](Spec spec) {  // the last of a key wins
      std::erase_if(specs, [&](const Spec& other) { return other.key == spec.key; });
      specs.push_back(std::move(spec));
    };
    for (const Value& item : pattern.items()) {
      if (item.is_symbol("*")) {
        wildcard = true;
      } else if (item.is(Kind::map)) {
        for (const auto& [attribute, below] : item.entries()) {
          Spec spec = spec_of(attribute);
          spec.below = below;
          take(std::move(spec));
        }
      } else {
        take(spec_of(item));
      }
    }
    return specs;
  }

  void take_rest(const std::vector<Spec>& specs, EntityId e, const Path& path,
                 std::vector<Value::Entry>& out) const {
    const auto is_spoken_of = [&](const Value& attribute) {
      return std::any_of(specs.begin(), specs.end(), [&](const Spec& spec) {
        return spec.attribute == attribute && !spec.backwards;
      });
    };
    if (!is_spoken_of(kId)) out.emplace_back(kId, Value(e));
    std::vector<Value> done;
    for (const Datom& datom : facts_.seen) {
      const bool is_done = std::find(done.begin(), done.end(), datom.a) != done.end();
      if (datom.e != e || is_done || is_spoken_of(datom.a)) continue;
      done.push_back(datom.a);
      Spec spec;
      spec.key = spec.attribute = datom.a;
      if (as_sets_) spec.limit = SIZE_MAX;
      out.emplace_back(datom.a, *value_of(spec, Value(), e, path, {}));
    }
  }

  void add(const Spec& spec, const std::optional<Value>& value, bool has_any,
           std::vector<Value::Entry>& out) const {
    if (!has_any && spec.otherwise) {
      out.emplace_back(spec.key, *spec.otherwise);
    } else if (spec.function == "vector" && (value || !has_any || is_emptied_)) {
      out.emplace_back(spec.key, Value::vector({value.value_or(Value())}));
    } else if (value) {
      out.emplace_back(spec.key, *value);
    }
  }

  std::optional<Value> id_of(EntityId e, bool wildcard) const {
    is_emptied_ = false;
    return wildcard || exists(e) ? std::optional(Value(e)) : std::nullopt;
  }

  bool exists(EntityId e) const {
    return std::any_of(facts_.seen.begin(), facts_.seen.end(),
                       [&](const Datom& datom) { return datom.e == e; });
  }

  bool has_any(const Spec& spec, EntityId e, bool wildcard) const {
    if (spec.attribute == kId) return wildcard || exists(e);
    return !found(spec, e).empty();
  }

  // What stands under the attribute, be it values or those that refer.
  std::vector<Value> found(const Spec& spec, EntityId e) const {
    std::vector<Value> out;
    for (const Datom& datom : facts_.seen) {
      if (datom.a != spec.attribute) continue;
      if (!spec.backwards && datom.e == e) out.push_back(datom.v);
      if (spec.backwards && datom.v == Value(e)) out.emplace_back(datom.e);
    }
    return out;
  }

  bool declares(const Value& attribute, std::string_view what, const Value& value) const {
    for (const Datom& ident : facts_.declaring) {
      if (!ident.a.is_keyword("db/ident") || ident.v != attribute) continue;
      for (const Datom& datom : facts_.declaring) {
        if (datom.e == ident.e && datom.a.is_keyword(what) && datom.v == value) return true;
      }
    }
    return false;
  }
  bool is_reference(const Value& attribute) const {
    return declares(attribute, "db/valueType", Value::keyword("db.type/ref"));
  }
  bool is_component(const Value& attribute) const {
    return declares(attribute, "db/isComponent", Value(true));
  }
  bool is_many(const Spec& spec) const {
    if (spec.backwards) return !is_component(spec.attribute);
    return declares(spec.attribute, "db/cardinality", Value::keyword("db.cardinality/many"));
  }

  std::optional<Value> value_of(const Spec& spec, const Value& pattern, EntityId e,
                                const Path& path, const Depths& depths) const {
    is_emptied_ = false;
    std::vector<Value> values = found(spec, e);
    if (values.empty()) return std::nullopt;
    const std::string key = name_of_key(spec.key);
    const auto gone = depths.find(key);
    const std::int64_t depth = gone == depths.end() ? 0 : gone->second;
    if (spec.below.is(Kind::int64) && depth >= spec.below.as_int64()) return std::nullopt;
    const bool many = is_many(spec);
    if (values.size() > spec.limit || !many) values.resize(many ? spec.limit : 1);
    std::vector<Value> shown;
    for (const Value& value : values) {
      Value one = show(spec, pattern, e, value, path, depths, key, depth);
      if (!one.is_nil()) shown.push_back(std::move(one));
    }
    is_emptied_ = shown.empty();
    if (shown.empty()) return std::nullopt;
    if (!many) return shown[0];
    return as_sets_ ? Value::set(std::move(shown)) : Value::vector(std::move(shown));
  }

  static std::string name_of_key(const Value& key) {
    return key.is(Kind::keyword) ? ":" + std::string(key.name()) : name_of(key);
  }

  Value show(const Spec& spec, const Value& pattern, EntityId e, const Value& value,
             const Path& path, Depths depths, const std::string& key, std::int64_t depth) const {
    if (!is_reference(spec.attribute)) return value;
    const auto target = static_cast<EntityId>(value.as_int64());
    const Value reference = Value::map({{kId, value}});
    if (spec.below.is(Kind::vector)) return pull(spec.below, target, {}, {});
    Path further = path;
    if (!spec.below.is_nil()) {
      if (!further.insert(target).second) return reference;
      depths[key] = depth + 1;
      return pull(pattern, target, further, depths);
    }
    if (spec.backwards || !is_component(spec.attribute)) return reference;
    further.insert(e);
    if (!further.insert(target).second) return reference;
    return pull(Value::vector({Value::symbol("*")}), target, further, {});
  }

  const NaiveFacts& facts_;
  bool as_sets_;
  mutable bool is_emptied_ = false;  // the value asked for last was there, but came to nothing
};

}  // namespace

Value naive_pull(const NaiveFacts& facts, const Value& pattern, EntityId e) {
  return Twin(facts, false).pull(pattern, e, {}, {});
}

Value naive_entity(const NaiveFacts& facts, EntityId e) {
  return Twin(facts, true).pull(Value::vector({Value::symbol("*")}), e, {}, {});
}

}  // namespace stele::query
