#include "db/access.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "db/moment.h"
#include "db/runs.h"
#include "edn/writer.h"

namespace stele::db {

Error reader_error(const Reader& reader) {
  if (reader.status() == Reader::Status::failed) return reader.error();
  return unavailable("node/missing",
                     base::text(reader.missing().size(),
                                " nodes are not at hand. Fetch them and run this again."));
}

Result<View> View::open(const Db& db, Reader& reader) {
  View view;
  view.state_ = db.state();
  if (const TimePoint* moment = db.time_point()) {
    STELE_TRY(view.visible_, find_visible(*view.state_, *moment, reader));
    view.is_history_ = moment->history;
  }
  return view;
}

bool View::reads_past() const {
  if (is_history_) return true;
  return visible_ && (visible_->has_gaps() || visible_->until < state_->max_tx);
}

View View::history_of(TxId first, TxId last) const {
  View view = *this;
  view.visible_ = std::make_shared<const Visible>(Visible{.after = first - 1, .until = last});
  view.is_history_ = true;
  return view;
}

bool View::Visible::sees_with_gaps(TxId tx) const {
  const auto is_among = [&](const std::vector<TxId>& list) {
    return std::binary_search(list.begin(), list.end(), tx);
  };
  return tx > after && !is_among(hidden) && (tx <= until || is_among(extra));
}

std::uint64_t estimate_rows(const View& view, IndexOrder order, const Range& range,
                            const EventsWanted& events) {
  const auto rows_of = [&](format::Tree tree) {
    return tree::estimate_rows(view.state().index(tree), range);
  };
  if (!view.is_history()) {
    if (!events.asserted) return 0;
    return rows_of(present_tree(order)) + (view.reads_past() ? rows_of(past_tree(order)) : 0);
  }
  const std::uint64_t past = rows_of(past_tree(order));
  const std::uint64_t began = events.asserted ? rows_of(present_tree(order)) + past : 0;
  return began + (events.retracted ? past : 0);
}

void append_datoms(const Slice& slice, std::vector<Datom>& out, std::size_t limit) {
  const format::Leaf& leaf = *slice.leaf;
  for (std::uint32_t row = slice.begin; row < slice.end && limit > 0; ++row, --limit) {
    out.push_back(
        {leaf.e()[row], leaf.attribute(row), leaf.value(row), leaf.tx()[row], is_added(leaf, row)});
  }
}

std::optional<EntityId> find_unique(const View& view, const Attribute& attribute,
                                    const Value& value, Reader& reader) {
  if (!attribute.indexed()) return std::nullopt;
  base::Arena arena;
  const Key key = Key::avet(attribute.ident, value.kind(), value::cell_of(value, arena));
  const auto found = probe(view, IndexOrder::avet, {&key, 1}, reader);
  if (!reader.ok() || found.slices[0].size() == 0) return std::nullopt;
  return found.slices[0].leaf->e()[found.slices[0].begin];
}

// ---- References --------------------------------------------------------------------------------

namespace {

using Entity = std::optional<EntityId>;

Result<Entity> found_or_error(Entity entity, const Reader& reader) {
  if (!reader.ok()) return reader_error(reader);
  return entity;
}

// An ident names what had it at the moment of the view; today's are in the schema. [U-5]
Result<Entity> entity_of_ident(const View& view, const Value& ident, Reader& reader) {
  if (view.is_present()) return view.schema().entity_of(ident);
  static const Value kIdent = Value::keyword("db/ident");
  return found_or_error(find_unique(view, *view.schema().find(kIdent), ident, reader), reader);
}

Error lookup_ref_error(std::string_view code, std::string_view what, const Value& reference) {
  return invalid(code, base::text(what, ": ", edn::write_short(reference)))
      .with("entity-id", reference);
}

Result<Entity> entity_of_lookup_ref(const View& view, const Value& reference, Reader& reader) {
  const auto items = reference.items();
  if (items.size() != 2) {
    return lookup_ref_error("lookup-ref/syntax", "Lookup ref should contain 2 elements", reference);
  }
  const Attribute* attribute = view.schema().find(items[0]);
  if (!attribute || attribute->unique == Unique::none) {
    return lookup_ref_error("lookup-ref/unique",
                            "Lookup ref attribute should be marked as :db/unique", reference);
  }
  Value value = items[1];
  // The value may need looking up itself: [:passport/holder [:person/email "a@b.c"]]. [T-40]
  if (attribute->is_ref() && !value.is(Kind::int64)) {
    STELE_TRY(const Entity named, entid(view, value, reader));
    value = named ? Value(*named) : Value();
  }
  if (value.is_nil()) return Entity();
  return found_or_error(find_unique(view, *attribute, value, reader), reader);
}

// Nested lookup refs go as deep as values do, and no stack is deep enough for all of them.
constexpr int kLookupDepthMax = 16;

Error entity_id_error(const Value& reference) {
  return invalid("entity-id/syntax", base::text("Expected number or lookup ref for entity id, got ",
                                                edn::write_short(reference)))
      .with("entity-id", reference);
}

}  // namespace

Result<Entity> entid(const View& view, const Value& reference, Reader& reader) {
  switch (reference.kind()) {
    case Kind::nil:
      return Entity();
    case Kind::int64:
      if (reference.as_int64() <= 0) return entity_id_error(reference);
      return Entity(static_cast<EntityId>(reference.as_int64()));
    case Kind::keyword:
      return entity_of_ident(view, reference, reader);
    case Kind::vector:
    case Kind::list:
      if (value::depth(reference) > kLookupDepthMax) return entity_id_error(reference);
      return entity_of_lookup_ref(view, reference, reader);
    default:
      return entity_id_error(reference);
  }
}

Result<EntityId> entid_strict(const View& view, const Value& reference, Reader& reader) {
  STELE_TRY(const Entity found, entid(view, reference, reader));
  if (found) return *found;
  return invalid("entity-id/missing",
                 base::text("Nothing found for entity id ", edn::write_short(reference)))
      .with("entity-id", reference);
}

Result<Value> resolve_value(const View& view, const Attribute* attribute, const Value& value,
                            Reader& reader) {
  const bool names_entity = value.is(Kind::keyword) || value.is_sequential();
  if (!attribute || !attribute->is_ref() || !names_entity) return value;
  STELE_TRY(const EntityId e, entid_strict(view, value, reader));
  return Value(e);
}

}  // namespace stele::db
