#include "db/components.h"

#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"

namespace stele::db {
namespace {

constexpr std::size_t kComponentsMax = 4;

// What the components of each index are, in its order.
constexpr std::string_view kRoles[] = {"eavt", "aevt", "avet"};

std::string_view roles_of(IndexOrder order) { return kRoles[static_cast<std::size_t>(order)]; }

// The prefix that restricts.
Result<std::span<const Value>> trim(std::span<const Value> components) {
  if (components.size() > kComponentsMax) {
    return invalid("index/bad-components",
                   base::text("An index has 4 components, got ", components.size(), "."));
  }
  while (!components.empty() && components.back().is_nil()) {
    components = components.first(components.size() - 1);
  }
  for (const Value& component : components) {
    if (component.is_nil()) {
      return invalid("index/bad-components",
                     "A nil component cannot stand before another one: what follows it would not "
                     "restrict anything.");
    }
  }
  return components;
}

Error bad_pattern(std::string_view what, const Value& value) {
  return invalid("search/pattern", base::text(what, ", got ", edn::write_short(value)));
}

Result<EntityId> read_entity(const View& view, const Value& value, Reader& reader) {
  const bool can_name = value.is(Kind::int64) || value.is(Kind::keyword) || value.is_sequential();
  if (!can_name) return bad_pattern("Expected an entity id, a lookup ref or an ident", value);
  return entid_strict(view, value, reader);
}

Result<const Attribute*> read_attribute(const View& view, IndexOrder order, const Value& value) {
  if (!value.is(Kind::keyword) && !value.is(Kind::string)) {
    return bad_pattern("Expected a keyword for an attribute", value);
  }
  const Attribute* attribute = view.schema().find(value);
  if (!attribute && !view.state().config.schema_on_read) {
    return bad_pattern("Bad entity attribute: not defined in current schema", value);  // [U-6]
  }
  if (order == IndexOrder::avet && !(attribute && attribute->indexed())) {
    return invalid("index/not-indexed", base::text("Attribute ", edn::write_short(value),
                                                   " should be marked as :db/index true"));
  }
  return attribute;
}

Result<TxId> read_tx(const Value& value) {
  if (!value.is(Kind::int64) || value.as_int64() < 0) {
    return bad_pattern("Expected a transaction id", value);
  }
  return static_cast<TxId>(value.as_int64());
}

}  // namespace

Result<ComponentKey> read_components(const View& view, IndexOrder order,
                                     std::span<const Value> components, Reader& reader) {
  STELE_TRY(components, trim(components));
  ComponentKey made;
  Key& key = made.key;
  const Attribute* attribute = nullptr;
  for (const Value& component : components) {
    switch (roles_of(order)[static_cast<std::size_t>(key.parts++)]) {
      case 'e': {
        STELE_TRY(key.e, read_entity(view, component, reader));
        break;
      }
      case 'a': {
        STELE_TRY(attribute, read_attribute(view, order, component));
        key.a = component;
        break;
      }
      case 'v': {
        STELE_TRY(made.v, resolve_value(view, attribute, component, reader));
        key.kind = made.v.kind();
        key.v = value::cell_of(made.v, made.arena);
        break;
      }
      default: {
        STELE_TRY(key.tx, read_tx(component));
        break;
      }
    }
  }
  return made;
}

Result<ComponentRange> read_value_range(const View& view, const Value& attribute,
                                        const Value& start, const Value& end, Reader& reader) {
  STELE_DO(read_attribute(view, IndexOrder::avet, attribute));
  const Value from[] = {attribute, start}, to[] = {attribute, end};
  ComponentRange range;
  STELE_TRY(range.lower, read_components(view, IndexOrder::avet, from, reader));
  STELE_TRY(range.upper, read_components(view, IndexOrder::avet, to, reader));
  const bool is_closed = range.lower.key.parts == 2 && range.upper.key.parts == 2;
  range.is_empty = is_closed && compare(range.lower.v, range.upper.v) > 0;
  return range;
}

}  // namespace stele::db
