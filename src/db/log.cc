#include "db/log.h"

#include <algorithm>

#include "base/try.h"

namespace stele::db {
namespace {

Instant instant_at(const format::Leaf& log, std::uint32_t row) {
  return {static_cast<std::int64_t>(log.tx()[row])};
}

Result<Uuid> nonce_at(const format::Leaf& log, std::uint32_t row) {
  STELE_TRY(auto entry, format::decode_log_entry(value::text_of(log.v()[row])));
  return entry.nonce;
}

// The transactions in question, still without their datoms, in the order that was asked for.
Result<std::vector<Transaction>> list(const View& view, const LogRange& range, Reader& reader) {
  std::vector<Transaction> found;
  if (range.from > range.to) return found;
  const Range rows{Key::eavt(range.from), Key::eavt(range.to), true};
  const auto direction =
      range.newest_first ? Scan::Direction::descending : Scan::Direction::ascending;
  tree::Scan scan(view.state().index(format::Tree::log), rows, reader, direction);
  for (Slice slice; found.size() < range.limit && reader.keep_going() && scan.next(slice);) {
    for (std::uint32_t i = 0; i < slice.size() && found.size() < range.limit; ++i) {
      const std::uint32_t row = range.newest_first ? slice.end - 1 - i : slice.begin + i;
      const TxId t = slice.leaf->e()[row];
      if (!view.sees(t)) continue;
      STELE_TRY(auto nonce, nonce_at(*slice.leaf, row));
      found.push_back({t, instant_at(*slice.leaf, row), nonce, {}});
    }
  }
  return found;
}

// The transaction's record, or null if it was folded.
const format::TxRecord* record_of(const State& state, TxId t) {
  const tree::Overlay& overlay = *state.index(format::Tree::log).overlay;
  const tree::Overlay::Cut cut = overlay.cut_before(Key::eavt(t));
  if (cut == overlay.end()) return nullptr;
  const format::Change* change = overlay.chunk(cut.chunk)[cut.row].change;
  return change->e == t ? static_cast<const LogChange*>(change)->record.get() : nullptr;
}

bool comes_before(const Datom& x, const Datom& y) {
  if (x.e != y.e) return x.e < y.e;
  if (const int a = compare(x.a, y.a)) return a < 0;
  if (const int v = compare(x.v, y.v)) return v < 0;
  return x.added < y.added;
}

void read_record(const format::TxRecord& record, std::vector<Datom>& out) {
  for (const format::Change& change : record.changes) {
    out.push_back({change.e, change.a, change.v, change.tx, change.added});
  }
  std::sort(out.begin(), out.end(), comes_before);
  const auto is_equal = [](const Datom& x, const Datom& y) {
    return !comes_before(x, y) && !comes_before(y, x);
  };
  out.erase(std::unique(out.begin(), out.end(), is_equal), out.end());
}

// Hands the events of a history to the transactions they belong to; these ascend.
void read_trees(const View& view, std::span<Transaction* const> transactions, Reader& reader) {
  if (transactions.empty()) return;
  const View history = view.history_of(transactions.front()->t, transactions.back()->t);
  Scan scan(history, IndexOrder::eavt, Range::all(), reader);
  for (Slice slice; reader.keep_going() && scan.next(slice);) {
    const format::Leaf& leaf = *slice.leaf;
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      const TxId t = leaf.tx()[row];
      const auto at = std::lower_bound(transactions.begin(), transactions.end(), t,
                                       [](const Transaction* x, TxId y) { return x->t < y; });
      if (at == transactions.end() || (*at)->t != t) continue;  // the view does not see it
      (*at)->datoms.push_back(
          {leaf.e()[row], leaf.attribute(row), leaf.value(row), t, is_added(leaf, row)});
    }
  }
}

}  // namespace

Result<std::vector<Transaction>> read_log(const View& view, const LogRange& range, Reader& reader) {
  if (!view.state().config.keep_history) {
    return invalid("diff/history-required",
                   "What transactions did is known only where history is kept. This database was "
                   "created with :keep-history? false.");
  }
  STELE_TRY(std::vector<Transaction> transactions, list(view, range, reader));
  std::vector<Transaction*> folded;
  for (Transaction& transaction : transactions) {
    if (const format::TxRecord* record = record_of(view.state(), transaction.t)) {
      read_record(*record, transaction.datoms);
    } else {
      folded.push_back(&transaction);
    }
  }
  if (range.newest_first) std::reverse(folded.begin(), folded.end());
  read_trees(view, folded, reader);
  if (!reader.ok()) return reader_error(reader);
  return transactions;
}

}  // namespace stele::db
