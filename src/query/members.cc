#include "query/members.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "query/read.h"
#include "value/number.h"

namespace stele::query {
namespace {

bool is_number(Kind kind) {
  return kind == Kind::int64 || kind == Kind::float64 || kind == Kind::float32 ||
         kind == Kind::bigint || kind == Kind::bigdec;
}

double double_of(const Item& item) {
  if (item.kind == Kind::int64) return static_cast<double>(value::int_of(item.cell));
  if (item.kind == Kind::float64 || item.kind == Kind::float32) return value::double_of(item.cell);
  return value::to_double(value::value_of(item.kind, item.cell));
}

bool comes_before(const Item& a, const Item& b) {
  return value::compare_canonical_cells(a.kind, a.cell, b.kind, b.cell) < 0;
}

// The rows of each group one after the other, and where each group begins; and the end.
struct Members {
  std::vector<Row> rows;
  std::vector<std::size_t> begin;

  std::span<const Row> of(std::size_t group) const {
    return std::span<const Row>(rows).subspan(begin[group], begin[group + 1] - begin[group]);
  }

  static Members of(const RowGroups& groups, std::span<const std::uint64_t> sizes) {
    Members out{std::vector<Row>(groups.numbers.size()), {0}};
    for (const std::uint64_t size : sizes) {
      out.begin.push_back(out.begin.back() + static_cast<std::size_t>(size));
    }
    std::vector<std::size_t> next(out.begin.begin(), out.begin.end() - 1);
    for (Row row = 0; row < groups.numbers.size(); ++row) {
      out.rows[next[groups.numbers[row]]++] = row;
    }
    return out;
  }
};

class Aggregator {
 public:
  Aggregator(const MemberAggregate& aggregate, const Column& column, Run& run)
      : aggregate_(aggregate), column_(column), run_(run) {}

  Result<FoundColumn> aggregate(const Members& members) {
    const std::size_t groups = members.begin.size() - 1;
    for (std::size_t group = 0; group < groups; ++group) {
      if (group % kRowsBetweenPolls == 0) STELE_DO(run_.keep_going());
      STELE_DO(add(members.of(group)));
    }
    if (values_.empty()) return FoundColumn{cells_.finish(), {}};
    return FoundColumn{nullptr, std::move(values_)};
  }

 private:
  Done add(std::span<const Row> rows) {
    switch (aggregate_.kind) {
      case AggregateKind::median:
        return add_median(rows);
      case AggregateKind::variance:
      case AggregateKind::stddev:
        return add_variance(rows);
      case AggregateKind::min:
      case AggregateKind::max:
        return add_extremes(rows);
      case AggregateKind::rand:
        return add_random(rows);
      default:
        return add_sample(rows);
    }
  }

  Error failed(std::string_view why) const {
    return invalid("query/function", base::text(show(*aggregate_.form), " failed: ", why, "."));
  }

  std::vector<Item> items_of(std::span<const Row> rows) const {
    std::vector<Item> items(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) items[i] = column_.at(rows[i]);
    return items;
  }

  void add_double(double d) { cells_.add({Kind::float64, value::cell_of(d)}); }

  // Of numbers a double, the mean of the middle two where they are two; anything else has a middle
  // only if it is one.
  Done add_median(std::span<const Row> rows) {
    const std::size_t middle = rows.size() / 2;
    const bool has_one = rows.size() % 2 == 1;
    if (column_.is_all(Kind::int64)) {
      std::vector<std::int64_t> ints(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) ints[i] = value::int_of(column_.cells[rows[i]]);
      const auto at = ints.begin() + static_cast<std::ptrdiff_t>(middle);
      std::nth_element(ints.begin(), at, ints.end());
      const std::int64_t lower = has_one ? *at : *std::max_element(ints.begin(), at);
      add_double((static_cast<double>(lower) + static_cast<double>(*at)) / 2);
      return {};
    }
    std::vector<Item> items = items_of(rows);
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(middle);
    std::nth_element(items.begin(), at, items.end(), comes_before);
    const Item lower = has_one ? *at : *std::max_element(items.begin(), at, comes_before);
    if (is_number(at->kind) && is_number(lower.kind)) {
      add_double((double_of(lower) + double_of(*at)) / 2);
    } else if (has_one) {
      cells_.add(*at);
    } else {
      return failed(
          base::text("an even number of values has no middle unless they are numbers, "
                     "and there is a ",
                     name(is_number(at->kind) ? lower.kind : at->kind)));
    }
    return {};
  }

  // Of the population: the mean of the squares of distances from the mean.
  Done add_variance(std::span<const Row> rows) {
    std::vector<double> doubles(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Item item = column_.at(rows[i]);
      if (!is_number(item.kind)) {
        return failed(base::text("a ", name(item.kind), " is no number"));
      }
      doubles[i] = double_of(item);
    }
    const auto count = static_cast<double>(doubles.size());
    const double mean = std::accumulate(doubles.begin(), doubles.end(), 0.0) / count;
    double squares = 0;
    for (const double d : doubles) squares += (d - mean) * (d - mean);
    const double variance = squares / count;
    add_double(aggregate_.kind == AggregateKind::stddev ? std::sqrt(variance) : variance);
    return {};
  }

  std::size_t wanted(std::span<const Row> rows) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(*aggregate_.count, rows.size()));
  }

  void add_vector(std::span<const Item> items) {
    std::vector<Value> values;
    values.reserve(items.size());
    for (const Item& item : items) values.push_back(value::value_of(item.kind, item.cell));
    values_.push_back(Value::vector(std::move(values)));
  }

  // The n least or greatest, ascending in both cases.
  Done add_extremes(std::span<const Row> rows) {
    std::vector<Item> items = items_of(rows);
    const std::size_t n = wanted(rows);
    const auto cut = [&](std::size_t at) {
      return items.begin() + static_cast<std::ptrdiff_t>(at);
    };
    if (aggregate_.kind == AggregateKind::min) {
      std::partial_sort(items.begin(), cut(n), items.end(), comes_before);
      items.resize(n);
    } else {
      const auto comes_after = [](const Item& a, const Item& b) { return comes_before(b, a); };
      std::partial_sort(items.begin(), cut(n), items.end(), comes_after);
      items.resize(n);
      std::reverse(items.begin(), items.end());
    }
    add_vector(items);
    return {};
  }

  Row random_row(std::span<const Row> rows) const {
    return rows[static_cast<std::size_t>(run_.environment->random_u64() % rows.size())];
  }

  // One of the values, or a number of them, of which some may be the same row's.
  Done add_random(std::span<const Row> rows) {
    if (!aggregate_.count) {
      cells_.add(column_.at(random_row(rows)));
      return {};
    }
    STELE_DO(run_.reserve_rows(*aggregate_.count, sizeof(Item) + sizeof(Value)));
    std::vector<Item> items;
    for (std::uint64_t i = 0; i < *aggregate_.count; ++i)
      items.push_back(column_.at(random_row(rows)));
    add_vector(items);
    return {};
  }

  // Some of the values, each row's at most once: the beginning of a shuffle.
  Done add_sample(std::span<const Row> rows) {
    std::vector<Item> items = items_of(rows);
    const std::size_t n = wanted(rows);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t step = run_.environment->random_u64() % (items.size() - i);
      std::swap(items[i], items[i + static_cast<std::size_t>(step)]);
    }
    items.resize(n);
    add_vector(items);
    return {};
  }

  const MemberAggregate& aggregate_;
  const Column& column_;
  Run& run_;
  ColumnBuilder cells_;
  std::vector<Value> values_;
};

// The rows whose value is new in their group, with the group that each belongs to.
Result<RowGroups> distinct_in_groups(ColumnPtr column, const RowGroups& groups, Run& run) {
  auto group = std::make_shared<Column>();
  group->kind = Kind::int64;
  group->cells.assign(groups.numbers.begin(), groups.numbers.end());
  constexpr Var kGroup = 0, kValue = 1;
  Columns pairs{{}, {}, column->size()};
  pairs.add(kGroup, std::move(group));
  pairs.add(kValue, std::move(column));
  const Var both[] = {kGroup, kValue};
  return group_rows(pairs, both, run);
}

Result<FoundColumn> aggregate_distinct(AggregateKind kind, const ColumnPtr& column,
                                       const RowGroups& groups, Run& run) {
  STELE_DO(run.reserve(groups.numbers.size() * sizeof(Cell)));
  STELE_TRY(const RowGroups distinct, distinct_in_groups(column, groups, run));
  if (kind == AggregateKind::count_distinct) {
    auto counts = std::make_shared<Column>();
    counts->kind = Kind::int64;
    counts->cells.resize(groups.size());
    for (const Row row : distinct.first) ++counts->cells[groups.numbers[row]];
    return FoundColumn{std::move(counts), {}};
  }
  std::vector<std::vector<Value>> members(groups.size());
  STELE_DO(run.reserve(distinct.first.size() * sizeof(Value)));
  for (const Row row : distinct.first) {
    const Item item = column->at(row);
    members[groups.numbers[row]].push_back(value::value_of(item.kind, item.cell));
  }
  FoundColumn out;
  for (std::vector<Value>& values : members) out.values.push_back(Value::set(std::move(values)));
  return out;
}

}  // namespace

Result<FoundColumn> aggregate_members(const MemberAggregate& aggregate, const Columns& rows,
                                      Var variable, const RowGroups& groups,
                                      std::span<const std::uint64_t> sizes, Run& run) {
  if (aggregate.kind == AggregateKind::count_distinct ||
      aggregate.kind == AggregateKind::distinct) {
    return aggregate_distinct(aggregate.kind, rows.shared(variable), groups, run);
  }
  STELE_DO(run.reserve(std::uint64_t{rows.rows} * (sizeof(Row) + 2 * sizeof(Item))));
  return Aggregator(aggregate, rows.of(variable), run).aggregate(Members::of(groups, sizes));
}

}  // namespace stele::query
