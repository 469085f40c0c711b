// Aggregates: what :find can make of the rows of a group, as one table. [4.9.2]
//
//   (count ?x)   (max 3 ?x)   (aggregate ?f ?x)
// Arguments before the variable are values for the whole query.
#pragma once

#include "query/functions.h"

namespace stele::query {

// The numbers are positions in the table.
enum class AggregateKind : std::uint8_t {
  count,
  count_distinct,
  sum,
  avg,
  median,
  variance,
  stddev,
  min,
  max,
  distinct,
  rand,
  sample,
};

struct Aggregate {
  AggregateKind kind;
  std::string_view name;
  // Arguments before the variable: all are counts.
  std::size_t args_min = 0;
  std::size_t args_max = 0;
};

// Null: there is none of that name.
const Aggregate* aggregate_named(std::string_view name);

}  // namespace stele::query
