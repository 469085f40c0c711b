#include "query/aggregates.h"

#include <algorithm>

namespace stele::query {
namespace {

constexpr Aggregate kAggregates[] = {
    {AggregateKind::count, "count", 0, 0},
    {AggregateKind::count_distinct, "count-distinct", 0, 0},
    {AggregateKind::sum, "sum", 0, 0},
    {AggregateKind::avg, "avg", 0, 0},
    {AggregateKind::median, "median", 0, 0},
    {AggregateKind::variance, "variance", 0, 0},
    {AggregateKind::stddev, "stddev", 0, 0},
    {AggregateKind::min, "min", 0, 1},
    {AggregateKind::max, "max", 0, 1},
    {AggregateKind::distinct, "distinct", 0, 0},
    {AggregateKind::rand, "rand", 0, 1},
    {AggregateKind::sample, "sample", 1, 1},
};

}  // namespace

const Aggregate* aggregate_named(std::string_view name) {
  const auto at = std::find_if(std::begin(kAggregates), std::end(kAggregates),
                               [&](const Aggregate& aggregate) { return aggregate.name == name; });
  return at == std::end(kAggregates) ? nullptr : at;
}

}  // namespace stele::query
