// Tallies: the aggregates that see each value once and keep little: count, sum, avg, min, max.
//
// Values come in batches, from columns or straight from leaves; each belongs to a group. A tally of
// one group is a loop over plain cells.
//
// Used by one thread. Texts that are given must stay until the answer has been copied.
#pragma once

#include <memory>

#include "query/aggregates.h"
#include "query/found.h"

namespace stele::query {

// Values, all of one kind or each with its own.
struct CellSpan {
  Kind kind = Kind::nil;
  std::span<const Cell> cells;
  std::span<const Kind> kinds;  // empty: all are of `kind`

  static CellSpan of(const Column& column) { return {column.kind, column.cells, column.kinds}; }
  Item at(std::size_t i) const { return {kinds.empty() ? kind : kinds[i], cells[i]}; }
};

class Tally {
 public:
  virtual ~Tally() = default;
  // `numbers` are the groups of the values; empty: all are of group 0.
  virtual void add(const CellSpan& values, std::span<const std::uint32_t> numbers) = 0;
  // An item for each group; `sizes` are the rows of each. False: why not.
  virtual bool finish(std::span<const std::uint64_t> sizes, ColumnBuilder& out,
                      CallContext& context) = 0;
};

// Null: this aggregate has to see all values of a group together. Without arguments.
std::unique_ptr<Tally> tally_of(AggregateKind kind, std::size_t groups);

}  // namespace stele::query
