#include "tx/base_facts.h"

namespace stele::tx {

using db::Key;
using db::Range;
using db::Slice;
using format::Tree;

BaseFacts::BaseFacts(const db::View& view, db::Reader& reader)
    : view_(view), reader_(reader), is_empty_(view.state().index(Tree::eavt).size() == 0) {}

bool BaseFacts::may_have(EntityId e) const {
  if (is_empty_) return false;
  return e <= (e < kTx0 ? view_.state().max_eid : view_.state().max_tx);
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
