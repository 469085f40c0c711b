#include "query/references.h"

#include <charconv>

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

Value value_of(const Item& item) { return value::value_of(item.kind, item.cell); }

bool may_be_reference(Kind kind) {
  return kind == Kind::keyword || kind == Kind::vector || kind == Kind::list;
}

// An ident, or a lookup ref [attribute value].
bool is_reference(const Value& value) {
  if (value.is(Kind::keyword)) return true;
  return value.is_sequential() && value.items().size() == 2 && value.items()[0].is(Kind::keyword);
}

Item entity_item(EntityId e) { return {Kind::int64, e}; }

// A big integer that is a small one, too, names the same entity.
bool narrow(const Value& value, Item& out) {
  if (!value.is(Kind::bigint)) return value.is(Kind::int64);
  const std::string digits = value.as_decimal();
  std::int64_t i = 0;
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, i).ptr != end) return false;
  out = {Kind::int64, value::cell_of(i)};
  return true;
}

}  // namespace

Error References::malformed(std::string_view what, const Value& found) const {
  return invalid("search/pattern",
                 base::text(what, ", not ", show(found), ", in ", show(form_), "."));
}

Done References::resolve_constant(DbPattern& pattern, Part part, bool is_literal) const {
  switch (part) {
    case kE:
      return resolve_entity(pattern, is_literal);
    case kA:
      return resolve_attribute(pattern, is_literal);
    case kV:
      return resolve_value(pattern);
    case kTx:
      return resolve_tx(pattern, is_literal);
    default:
      return resolve_added(pattern, is_literal);
  }
}

Done References::resolve_entity(DbPattern& pattern, bool is_literal) const {
  Item& item = pattern.slots[kE].constant;
  const Value value = value_of(item);
  if (narrow(value, item)) return {};
  if (!is_literal && !is_reference(value)) {
    pattern.matches_nothing = true;
    return {};
  }
  STELE_TRY(const EntityId e, db::entid_strict(view_, value, run_.reader));
  item = entity_item(e);
  return {};
}

Done References::resolve_attribute(DbPattern& pattern, bool is_literal) const {
  const Value value = value_of(pattern.slots[kA].constant);
  pattern.slots[kA] = {};
  if (!value.is(Kind::keyword) && !value.is(Kind::string)) {
    if (is_literal) return malformed("An attribute is a keyword", value);
    pattern.matches_nothing = true;
    return {};
  }
  pattern.attribute = value;
  pattern.schema = view_.schema().find(value);
  return {};
}

// Only under a reference do idents and lookup refs mean entities; elsewhere they are data.
Done References::resolve_value(DbPattern& pattern) const {
  Item& item = pattern.slots[kV].constant;
  if (item.kind == Kind::nil) pattern.matches_nothing = true;
  if (!pattern.schema || !pattern.schema->is_ref()) return {};
  const Value value = value_of(item);
  if (narrow(value, item)) return {};
  if (!is_reference(value)) {
    pattern.matches_nothing = true;
    return {};
  }
  auto e = db::entid_strict(view_, value, run_.reader);
  if (e.ok()) {
    item = entity_item(*e);
    return {};
  }
  // A pair that only looks like a lookup ref is data, and no reference is data.
  if (e.error().code() != "lookup-ref/unique") return e.error();
  pattern.matches_nothing = true;
  return {};
}

Done References::resolve_tx(DbPattern& pattern, bool is_literal) const {
  Item& item = pattern.slots[kTx].constant;
  const Value value = value_of(item);
  if (narrow(value, item)) return {};
  if (is_literal) return malformed("A transaction is named by its id", value);
  pattern.matches_nothing = true;
  return {};
}

// In histories it chooses events. What is true at one moment was asserted: true restricts nothing,
// false matches nothing. [H-5]
Done References::resolve_added(DbPattern& pattern, bool is_literal) const {
  const Value value = value_of(pattern.slots[kAdded].constant);
  pattern.slots[kAdded] = {};
  if (value.is(Kind::boolean)) {
    pattern.events.asserted = value.as_bool();
    pattern.events.retracted = !value.as_bool();
    if (!view_.is_history() && !value.as_bool()) pattern.matches_nothing = true;
    return {};
  }
  if (is_literal) return malformed("The fifth element is true or false", value);
  pattern.matches_nothing = true;
  return {};
}

bool holds_references(const Column& column) {
  if (!column.is_mixed() && !may_be_reference(column.kind)) return false;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (may_be_reference(column.kind_at(row)) && is_reference(value_of(column.at(row))))
      return true;
  }
  return false;
}

Result<ColumnPtr> resolve_column(const db::View& view, const Column& column, Run& run) {
  ColumnBuilder out;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const Item item = column.at(row);
    const Value value = may_be_reference(item.kind) ? value_of(item) : Value();
    if (!is_reference(value)) {
      out.add(item);
      continue;
    }
    auto e = db::entid(view, value, run.reader);
    // Among many values one that is no reference is not an error: it names nothing.
    if (!e.ok() && e.error().category() != ErrorCategory::invalid) return e.error();
    out.add(e.ok() && *e ? entity_item(**e) : Item{});
  }
  return out.finish();
}

}  // namespace stele::query
