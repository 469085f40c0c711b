#include "tx/base_facts.h"

#include <algorithm>

namespace stele::tx {

using db::Key;
using db::Range;
using db::Slice;
using format::Tree;

BaseFacts::BaseFacts(const db::View& view, db::Reader& reader)
    : view_(view), reader_(reader), is_empty_(view.state().index(Tree::eavt).size() == 0) {}

const std::vector<Value>& BaseFacts::reference_attributes() const {
  if (!reference_attributes_) {
    reference_attributes_.emplace();
    for (const db::Attribute* a : view_.schema().user_attributes()) {
      if (a->is_ref()) reference_attributes_->push_back(a->ident);
    }
  }
  return *reference_attributes_;
}

bool BaseFacts::may_have(EntityId e) const {
  if (is_empty_) return false;
  return e <= (e < kTx0 ? view_.state().max_eid : view_.state().max_tx);
}

// What refers to an entity of users has moved max_eid beyond it. [D-12]
bool BaseFacts::may_be_named(EntityId e) const {
  return !is_empty_ && (e >= kTx0 || e <= view_.state().max_eid);
}

// Probes rather than scans: a scan would merge whole leaves for the few rows wanted here.
std::vector<BaseFact> BaseFacts::values(EntityId e, const TxAttribute& a) const {
  std::vector<BaseFact> out;
  const auto append = [&](const Slice& slice) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      out.push_back({slice.leaf->value(row), slice.leaf->tx()[row]});
    }
  };
  const Key key = Key::eavt(e, a.ident);
  const auto found = db::probe(view_, IndexOrder::eavt, {&key, 1}, reader_);
  if (!reader_.ok()) return out;
  append(found.slices[0]);
  for (const auto& [of, slice] : found.more) append(slice);
  return out;
}

std::optional<BaseFact> BaseFacts::fact(EntityId e, const TxAttribute& a, const Value& v) const {
  base::Arena arena;
  const Key key = Key::eavt(e, a.ident, v.kind(), value::cell_of(v, arena));
  const auto found = db::probe(view_, IndexOrder::eavt, {&key, 1}, reader_);
  if (!reader_.ok() || found.slices[0].size() == 0) return std::nullopt;
  const Slice& slice = found.slices[0];
  return BaseFact{slice.leaf->value(slice.begin), slice.leaf->tx()[slice.begin]};
}

std::vector<BaseFacts::EntityFact> BaseFacts::entity(EntityId e) const {
  std::vector<EntityFact> out;
  if (!may_have(e)) return out;
  const auto append = [&](const Slice& slice) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      const format::Leaf& leaf = *slice.leaf;
      out.push_back({leaf.attribute(row), leaf.value(row), leaf.tx()[row]});
    }
  };
  const Key key = Key::eavt(e);
  const auto found = db::probe(view_, IndexOrder::eavt, {&key, 1}, reader_);
  if (!reader_.ok()) return out;
  append(found.slices[0]);
  for (const auto& [of, slice] : found.more) append(slice);
  return out;
}

std::vector<BaseFacts::Incoming> BaseFacts::references_to(EntityId e) const {
  std::vector<Incoming> out;
  if (!may_be_named(e)) return out;
  const auto& attributes = reference_attributes();
  base::Arena arena;
  const auto cell = value::cell_of(Value(e), arena);
  std::vector<Key> keys;
  for (const Value& a : attributes) keys.push_back(Key::avet(a, Kind::int64, cell));
  if (keys.empty()) return out;
  const auto found = db::probe(view_, IndexOrder::avet, keys, reader_);
  if (!reader_.ok()) return out;
  const auto append = [&](std::size_t key, const Slice& slice) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      out.push_back({attributes[key], slice.leaf->e()[row], slice.leaf->tx()[row]});
    }
  };
  for (std::size_t i = 0; i < keys.size(); ++i) append(i, found.slices[i]);
  for (const auto& [of, slice] : found.more) append(of, slice);
  return out;
}

bool BaseFacts::ended_since(EntityId e, const TxAttribute& a, TxId tx) const {
  const auto& index = view_.state().index(Tree::past_eavt);
  if (index.size() == 0) return false;
  const Key key = Key::eavt(e, a.ident);
  const auto found = tree::probe(index, {&key, 1}, reader_);
  if (!reader_.ok()) return false;
  const auto is_late = [&](const Slice& slice) {
    const auto rows = slice.size() == 0 ? std::span<const std::uint64_t>()
                                        : slice.leaf->ended().subspan(slice.begin, slice.size());
    return std::any_of(rows.begin(), rows.end(), [&](TxId ended) { return ended >= tx; });
  };
  return is_late(found.slices[0]) || std::any_of(found.more.begin(), found.more.end(),
                                                 [&](const auto& m) { return is_late(m.second); });
}

std::optional<EntityId> BaseFacts::owner(const TxAttribute& a, const Value& v) const {
  if (is_empty_) return std::nullopt;
  // Idents are known without reading.
  if (a.is_ident) return view_.schema().entity_of(v);
  // What becomes unique now has had no facts: the check of the schema sees to it.
  if (!a.before || a.before->unique == db::Unique::none) return std::nullopt;
  return db::find_unique(view_, *a.before, v, reader_);
}

std::uint64_t BaseFacts::count(const TxAttribute& a) const {
  if (is_empty_) return 0;
  const auto& index = view_.state().index(Tree::aevt);
  return tree::count_rows(index, Range::prefix(Key::aevt(a.ident)), reader_);
}

bool BaseFacts::has_past(const TxAttribute& a) const {
  const auto& index = view_.state().index(Tree::past_aevt);
  if (index.size() == 0) return false;
  return tree::count_rows(index, Range::prefix(Key::aevt(a.ident)), reader_) > 0;
}

std::vector<BaseFacts::AttributeFact> BaseFacts::all(const TxAttribute& a) const {
  std::vector<AttributeFact> out;
  if (is_empty_) return out;
  db::Scan scan(view_, IndexOrder::aevt, Range::prefix(Key::aevt(a.ident)), reader_);
  for (Slice slice; scan.next(slice);) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      out.push_back({slice.leaf->e()[row], slice.leaf->value(row)});
    }
  }
  return out;
}

}  // namespace stele::tx
