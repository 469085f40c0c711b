#include "query/row_key.h"

#include <algorithm>

#include "base/hash.h"

namespace stele::query {

void RowKey::add(const Column& column, bool plain) {
  parts_.push_back({&column, plain});
  may_have_nil_ = may_have_nil_ || column.is_mixed() || column.kind == Kind::nil;
}

std::pair<RowKey, RowKey> RowKey::of(const Columns& a, const Columns& b,
                                     std::span<const Var> variables) {
  std::pair<RowKey, RowKey> out;
  for (Var variable : variables) {
    const Column &left = a.of(variable), &right = b.of(variable);
    const bool plain = is_plain_pair(left, right);
    out.first.add(left, plain);
    out.second.add(right, plain);
  }
  return out;
}

RowKey RowKey::of(const Columns& columns, std::span<const Var> variables) {
  return of(columns, columns, variables).first;
}

void RowKey::hash(std::size_t begin, std::size_t end, std::vector<std::uint64_t>& out) const {
  out.assign(end - begin, 0);
  for (const Part& part : parts_) {
    const Column& column = *part.column;
    for (std::size_t i = begin; i < end; ++i) {
      std::uint64_t& hash = out[i - begin];
      const Cell word =
          part.plain ? column.cells[i] : value::hash_cell(column.kind_at(i), column.cells[i]);
      hash = base::mix(hash, word);
    }
  }
}

bool RowKey::equals(Row row, const RowKey& other, Row other_row) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Column &mine = *parts_[i].column, &theirs = *other.parts_[i].column;
    const bool same = parts_[i].plain ? mine.cells[row] == theirs.cells[other_row]
                                      : is_equal(mine.at(row), theirs.at(other_row));
    if (!same) return false;
  }
  return true;
}

bool RowKey::has_nil(Row row) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.column->kind_at(row) == Kind::nil; });
}

}  // namespace stele::query
