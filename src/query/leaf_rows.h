// LeafRows: takes the rows of leaves that a pattern matches into columns of its variables.
//
//   pattern [?e :age ?a], leaf rows (1 :age 30) (2 :age 41)   →   ?e 1 2   ?a 30 41
// Rows come in batches, leaf by leaf. Each batch is first filtered by what the index could not
// promise (other constants, repeated variables, variables that the other side of a join has bound
// already), then appended column by column.
#pragma once

#include "query/resolve.h"

namespace stele::query {

// A batch: rows of one leaf and, in a join, for each the row of the left side it is joined with.
struct Batch {
  std::vector<Row> leaf_rows;
  std::vector<Row> left_rows;

  void clear() {
    leaf_rows.clear();
    left_rows.clear();
  }
  void add(Row left, Row row) {
    left_rows.push_back(left);
    leaf_rows.push_back(row);
  }
};

class LeafRows {
 public:
  // `left`, if any, is the other side of the join; `joined` is the part whose equality with it the
  // caller sees to, `searched` are the parts whose constants or bounds the search has seen to.
  struct Options {
    const Columns* left = nullptr;
    std::optional<Part> joined;
    unsigned searched = 0;  // bits by Part
  };
  LeafRows(const DbPattern& pattern, const Options& options, Run& run);

  // Error: `limit` `:query/memory`.
  Done take(const format::LeafPtr& leaf, Batch& batch);
  // All of [begin, end).
  Done take(const format::LeafPtr& leaf, Row begin, Row end);

  std::size_t rows() const { return rows_; }
  // Does every row of the search match, in any leaf or in this one from `first` on?
  bool takes_all() const { return checks_.empty(); }
  bool takes_all(const format::Leaf& leaf, Row first) const;
  // The kind of the values of all rows that are taken from the leaf, of which `first` is one.
  std::optional<Kind> kind_of_rows(const format::Leaf& leaf, Row first) const;
  // The columns of variables that the left side has not.
  Columns finish();

 private:
  struct Check {
    enum class With : std::uint8_t { constant, bounds, part, left } with;
    Part part;
    Item constant;
    Part other = kE;
    const Column* column = nullptr;
    const Bounds* bounds = nullptr;
  };
  struct Output {
    Part part;
    Var variable;
    ColumnBuilder column;
  };
  void plan_part(const DbPattern& pattern, const Options& options, Part part);
  bool needs(const Check& check, std::optional<Kind> kind) const;
  bool passes(const Check& check, const format::Leaf& leaf, Row row, Row left) const;
  static bool is_value_check(const Check& check, std::optional<Kind> kind, const Batch& batch);
  void filter(const format::Leaf& leaf, Batch& batch) const;
  static bool is_int_check(const Check& check, std::optional<Kind> kind);
  void append(Output& output, const format::Leaf& leaf, std::span<const Row> rows);
  void append(Output& output, const format::Leaf& leaf, Row begin, Row end);
  void pin(const format::LeafPtr& leaf, Row first);

  Run& run_;
  bool is_search_exact_;
  bool has_one_attribute_;  // the pattern's, which every search sees to
  std::vector<Check> checks_;
  std::vector<Output> outputs_;
  std::size_t rows_ = 0;
  const format::Leaf* pinned_ = nullptr;
};

}  // namespace stele::query
