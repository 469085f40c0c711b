#include "query/ordering.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"

namespace stele::query {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
constexpr std::size_t kBlock = 1024;  // rows whose ranks are made at once

int compare_values(const FoundColumn& column, Row a, Row b) {
  if (!column.cells) return compare(column.values[a], column.values[b]);
  const Item left = column.cells->at(a), right = column.cells->at(b);
  return value::compare_cells(left.kind, left.cell, right.kind, right.cell);
}

// 0 only for equal values.
int compare_exactly(const FoundColumn& column, Row a, Row b) {
  if (!column.cells) return compare_canonical(column.values[a], column.values[b]);
  const Item left = column.cells->at(a), right = column.cells->at(b);
  return value::compare_canonical_cells(left.kind, left.cell, right.kind, right.cell);
}

std::uint64_t rank_of_double(Cell cell) {
  if (value::double_of(cell) == 0) return kSignBit;  // -0.0 is 0.0
  return cell & kSignBit ? ~cell : cell | kSignBit;
}

// The first eight bytes, as a number that compares as they do.
std::uint64_t rank_of_text(Cell cell) {
  const base::ByteView text = value::text_of(cell);
  std::uint64_t rank = 0;
  for (std::size_t i = 0; i < 8; ++i) rank = rank << 8 | (i < text.size() ? text[i] : 0);
  return rank;
}

// Numbers that never contradict the order of the column's values; equal ones say nothing.
void ranks_of(const FoundColumn& column, Row begin, std::span<std::uint64_t> out) {
  const bool is_plain = column.cells && !column.cells->is_mixed();
  const Kind kind = is_plain ? column.cells->kind : Kind::nil;
  const Cell* cells = is_plain ? column.cells->cells.data() + begin : nullptr;
  if (kind == Kind::int64 || kind == Kind::instant) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = cells[i] ^ kSignBit;
  } else if (kind == Kind::float64 || kind == Kind::float32) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rank_of_double(cells[i]);
  } else if (value::detail::is_ordered_text(kind)) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rank_of_text(cells[i]);
  } else {
    std::fill(out.begin(), out.end(), std::uint64_t{0});
  }
}

class Sorter {
 public:
  Sorter(const ast::Query& query, const Found& found, Run& run)
      : keys_(query.order_by), found_(found), run_(run) {
    if (keys_.empty()) keys_.push_back({0, false});
  }

  // The first `count` rows in order.
  Result<std::vector<Row>> first(std::size_t count) {
    const bool is_few = count < found_.rows / 8;
    const std::size_t kept = is_few ? count : found_.rows;
    STELE_DO(run_.reserve(kept * (sizeof(Ranked) + sizeof(Row))));
    std::vector<Ranked> best;
    best.reserve(kept);
    for (std::size_t begin = 0; begin < found_.rows && count > 0; begin += kBlock) {
      STELE_DO(run_.keep_going());
      take_block(static_cast<Row>(begin), kept, best);
    }
    const auto before = [&](const Ranked& a, const Ranked& b) { return is_before(a, b); };
    const auto cut = best.begin() + static_cast<std::ptrdiff_t>(std::min(count, best.size()));
    if (cut != best.end()) std::nth_element(best.begin(), cut, best.end(), before);
    std::sort(best.begin(), cut, before);
    std::vector<Row> rows;
    for (auto at = best.begin(); at != cut; ++at) rows.push_back(at->row);
    return rows;
  }

 private:
  struct Ranked {
    std::uint64_t rank;
    Row row;
  };

  // `best` is a heap with the last of the rows that are kept on top, once it is full.
  void take_block(Row begin, std::size_t kept, std::vector<Ranked>& best) {
    const auto before = [&](const Ranked& a, const Ranked& b) { return is_before(a, b); };
    std::uint64_t ranks[kBlock];
    const std::size_t size = std::min(kBlock, found_.rows - begin);
    ranks_of(found_.columns[keys_[0].column], begin, std::span(ranks).first(size));
    const std::uint64_t turn = keys_[0].is_descending ? UINT64_MAX : 0;
    for (std::size_t i = 0; i < size; ++i) {
      const Ranked next{ranks[i] ^ turn, static_cast<Row>(begin + i)};
      if (best.size() < kept) {
        best.push_back(next);
        const bool is_full = best.size() == kept && kept < found_.rows;
        if (is_full) std::make_heap(best.begin(), best.end(), before);
      } else if (next.rank <= best.front().rank && is_before(next, best.front())) {
        std::pop_heap(best.begin(), best.end(), before);
        best.back() = next;
        std::push_heap(best.begin(), best.end(), before);
      }
    }
  }

  bool is_before(const Ranked& a, const Ranked& b) const {
    if (a.rank != b.rank) return a.rank < b.rank;
    for (const ast::OrderKey& key : keys_) {
      const int order = compare_values(found_.columns[key.column], a.row, b.row);
      if (order != 0) return key.is_descending ? order > 0 : order < 0;
    }
    for (const FoundColumn& column : found_.columns) {
      const int order = compare_exactly(column, a.row, b.row);
      if (order != 0) return order < 0;
    }
    return a.row < b.row;
  }

  std::vector<ast::OrderKey> keys_;
  const Found& found_;
  Run& run_;
};

void keep(Found& found, std::span<const Row> rows) {
  for (FoundColumn& column : found.columns) {
    if (column.cells) {
      column.cells = gather(*column.cells, rows);
      continue;
    }
    std::vector<Value> kept;
    kept.reserve(rows.size());
    for (const Row row : rows) kept.push_back(column.values[row]);
    column.values = std::move(kept);
  }
  found.rows = rows.size();
}

}  // namespace

Done order_rows(const ast::Query& query, Found& found, Run& run) {
  const bool is_one = query.shape == FindShape::tuple || query.shape == FindShape::scalar;
  const std::uint64_t limit = is_one ? std::min<std::uint64_t>(query.limit, 1) : query.limit;
  const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(query.offset, found.rows));
  const auto end =
      begin + static_cast<std::size_t>(std::min<std::uint64_t>(limit, found.rows - begin));
  std::vector<Row> rows;
  if (!query.order_by.empty() || (is_one && found.rows > 1)) {
    STELE_TRY(rows, Sorter(query, found, run).first(end));
    rows.erase(rows.begin(),
               rows.begin() + static_cast<std::ptrdiff_t>(std::min(begin, rows.size())));
  } else {
    if (end - begin == found.rows) return {};
    rows.resize(end - begin);
    std::iota(rows.begin(), rows.end(), static_cast<Row>(begin));
  }
  STELE_DO(run.reserve_rows(rows.size(), found.columns.size() * sizeof(Value)));
  keep(found, rows);
  return {};
}

}  // namespace stele::query
