#include "tx/foresee.h"

namespace stele::tx {
namespace {

using db::Key;
using db::Range;
using tree::Announced;
using tree::AnnouncedDepth;

// More than that are announced by nobody who waits for rounds.
constexpr std::size_t kLookupsMax = 16'384;

class Foresight {
 public:
  explicit Foresight(const db::View& view) : view_(view) {}

  void look_at_items(const Value& items) {
    if (!items.is_sequential()) return;
    for (const Value& item : items.items()) {
      if (item.is(Kind::map)) look_at_map(item, 0);
      if (item.is_sequential()) look_at_operation(item.items());
    }
  }

  void announce(db::Reader& reader) {
    const auto& avet = view_.state().index(format::Tree::avet);
    std::vector<Announced> wanted;
    base::Arena arena;
    for (const auto& [a, v] : lookups_) {
      const auto key = Key::avet(a->ident, v->kind(), value::cell_of(*v, arena));
      wanted.push_back({&avet, Range::prefix(key)});
    }
    tree::announce(wanted, AnnouncedDepth::leaves, reader);
    for (const auto& [a, v] : lookups_) {
      const auto e = reader.ok() ? db::find_unique(view_, *a, *v, reader) : std::nullopt;
      if (e) entities_.push_back(*e);
    }
    wanted.clear();
    const auto& eavt = view_.state().index(format::Tree::eavt);
    for (const EntityId e : entities_) wanted.push_back({&eavt, Range::prefix(Key::eavt(e))});
    tree::announce(wanted, AnnouncedDepth::leaves, reader);
  }

 private:
  void look_at_map(const Value& map, int depth) {
    if (depth > value::kDepthMax) return;
    for (const auto& [key, v] : map.entries()) {
      if (key.is_keyword("db/id")) look_at_entity(v);
      look_at_value(view_.schema().find(key), v, depth);
    }
  }

  void look_at_operation(std::span<const Value> items) {
    if (items.size() > 1) look_at_entity(items[1]);
    if (items.size() > 3) look_at_value(view_.schema().find(items[2]), items[3], 0);
  }

  void look_at_entity(const Value& e) {
    if (e.is(Kind::int64) && e.as_int64() > 0 && entities_.size() < kLookupsMax) {
      entities_.push_back(static_cast<EntityId>(e.as_int64()));
    }
    look_at_reference(e);
  }

  // [:sku "a"]
  bool look_at_reference(const Value& v) {
    if (!v.is_sequential() || v.items().size() != 2) return false;
    const db::Attribute* a = view_.schema().find(v.items()[0]);
    if (!a || a->unique == db::Unique::none) return false;
    add(a, v.items()[1]);
    return true;
  }

  void look_at_value(const db::Attribute* a, const Value& v, int depth) {
    if (v.is(Kind::map)) return look_at_map(v, depth + 1);
    if (look_at_reference(v)) return;
    if (v.is_sequential() || v.is(Kind::set)) {
      for (const Value& item : depth < value::kDepthMax ? v.items() : std::span<const Value>()) {
        look_at_value(a, item, depth + 1);
      }
    } else if (a && a->unique != db::Unique::none) {
      add(a, v);
    }
  }

  void add(const db::Attribute* a, const Value& v) {
    if (v.is_nil() || v.is(Kind::map) || v.is(Kind::set) || v.is_sequential()) return;
    if (lookups_.size() < kLookupsMax) lookups_.emplace_back(a, &v);
  }

  const db::View& view_;
  std::vector<std::pair<const db::Attribute*, const Value*>> lookups_;
  std::vector<EntityId> entities_;
};

}  // namespace

void announce_reads(const db::View& view, const TxInput& input, db::Reader& reader) {
  const auto& source = view.state().source;  // none: nobody has stored it
  if (!source || !source->is_far()) return;
  Foresight foresight(view);
  foresight.look_at_items(input.tx_data);
  foresight.announce(reader);
}

}  // namespace stele::tx
