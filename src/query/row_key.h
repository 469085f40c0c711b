// RowKey: some columns of a relation as the key of its rows, to be hashed and compared.
//
// Where both sides of a join hold plain numbers of one kind, bits are compared; everything else
// goes through unification, by which 1 is 1N but not 1.0.
#pragma once

#include "query/columns.h"

namespace stele::query {

class RowKey {
 public:
  // The same variables of two relations, in the same order; or of one with itself.
  static std::pair<RowKey, RowKey> of(const Columns& a, const Columns& b,
                                      std::span<const Var> variables);
  static RowKey of(const Columns& columns, std::span<const Var> variables);

  // Hashes of rows [begin, end). Equal keys have equal hashes, across the two sides of `of`.
  void hash(std::size_t begin, std::size_t end, std::vector<std::uint64_t>& out) const;
  // Does the key of one of our rows equal the other's? nil equals nil here.
  bool equals(Row row, const RowKey& other, Row other_row) const;
  // Is nil among the key's values? Such a row joins nothing.
  bool has_nil(Row row) const;
  bool may_have_nil() const { return may_have_nil_; }
  // The only part is a plain number: then its cells are all there is to compare.
  const Cell* single_plain() const {
    return parts_.size() == 1 && parts_[0].plain ? cells() : nullptr;
  }

 private:
  struct Part {
    const Column* column;
    bool plain;
  };
  void add(const Column& column, bool plain);
  const Cell* cells() const { return parts_[0].column->cells.data(); }

  std::vector<Part> parts_;
  bool may_have_nil_ = false;
};

}  // namespace stele::query
