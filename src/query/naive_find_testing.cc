#include "query/naive_find_testing.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "query/aggregates.h"
#include "value/number.h"

namespace stele::query {
namespace {

using Element = ast::FindElement;
using What = Element::What;
using Values = std::vector<Value>;

bool is_less(const Value& a, const Value& b) { return compare_canonical(a, b) < 0; }

Values distinct(const Values& values) {
  Values out;
  for (const Value& value : values) {
    if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
  }
  return out;
}

long double mean(const Values& values) {
  long double sum = 0;
  for (const Value& value : values) sum += value::to_double(value);
  return sum / static_cast<long double>(values.size());
}

long double variance(const Values& values) {
  const long double middle = mean(values);
  long double squares = 0;
  for (const Value& value : values) {
    squares += (value::to_double(value) - middle) * (value::to_double(value) - middle);
  }
  return squares / static_cast<long double>(values.size());
}

// Integers among bigints, so that only the sum has to fit.
Value sum(const Values& values) {
  const bool are_longs = std::all_of(values.begin(), values.end(),
                                     [](const Value& value) { return value.is(Kind::int64); });
  Value out = are_longs ? Value::bigint("0").value() : Value(0);
  for (const Value& value : values) out = value::add(out, value).value();
  return are_longs ? Value(std::stoll(out.as_decimal())) : out;
}

Value median(Values values) {
  std::sort(values.begin(), values.end(), is_less);
  const Value &lower = values[(values.size() - 1) / 2], &upper = values[values.size() / 2];
  if (!lower.is_number()) return lower;
  return (value::to_double(lower) + value::to_double(upper)) / 2;
}

Value some_of(Values values, std::size_t count, bool from_end) {
  std::sort(values.begin(), values.end(), is_less);
  count = std::min(count, values.size());
  const auto size = static_cast<std::ptrdiff_t>(count);
  if (from_end) values.erase(values.begin(), values.end() - size);
  values.resize(count);
  return Value::vector(values);
}

Value aggregate(const Aggregate& aggregate, const Values& args, const Values& values) {
  const bool has_count = !args.empty();
  const auto count = has_count ? static_cast<std::size_t>(args[0].as_int64()) : 0;
  switch (aggregate.kind) {
    case AggregateKind::count:
      return values.size();
    case AggregateKind::count_distinct:
      return distinct(values).size();
    case AggregateKind::distinct:
      return Value::set(values);
    case AggregateKind::sum:
      return sum(values);
    case AggregateKind::avg:
      return static_cast<double>(mean(values));
    case AggregateKind::variance:
      return static_cast<double>(variance(values));
    case AggregateKind::stddev:
      return static_cast<double>(std::sqrt(variance(values)));
    case AggregateKind::median:
      return median(values);
    case AggregateKind::min:
      if (has_count) return some_of(values, count, /*from_end=*/false);
      return *std::min_element(values.begin(), values.end(), is_less);
    case AggregateKind::max:
      if (has_count) return some_of(values, count, /*from_end=*/true);
      return *std::max_element(values.begin(), values.end(), is_less);
    default:
      STELE_CHECK(false);
      return {};
  }
}

class Finder {
 public:
  Finder(const ast::Query& query, const std::vector<std::optional<Value>>& setting)
      : query_(query), setting_(setting), variables_(ast::variables_of_rows(query)) {}

  std::vector<NaiveRow> find(const std::vector<NaiveRow>& all) {
    std::vector<NaiveRow> rows;
    for (const NaiveRow& row : all) {
      if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
    }
    std::vector<NaiveRow> tuples;
    for (const auto& group : groups_of(rows)) tuples.push_back(tuple_of(group));
    if (has_naive_order(query_)) order(tuples);
    return tuples;
  }

 private:
  const Value& at(const NaiveRow& row, ast::Var variable) const {
    const auto place = std::find(variables_.begin(), variables_.end(), variable);
    return row[static_cast<std::size_t>(place - variables_.begin())];
  }

  NaiveRow key_of(const NaiveRow& row) const {
    NaiveRow key;
    for (const Element& element : query_.find) {
      if (!element.is(What::aggregate)) key.push_back(at(row, element.variable));
    }
    return key;
  }

  // Without aggregates every row is a group of its own.
  std::vector<std::vector<NaiveRow>> groups_of(const std::vector<NaiveRow>& rows) const {
    const bool has_aggregates =
        std::any_of(query_.find.begin(), query_.find.end(),
                    [](const Element& element) { return element.is(What::aggregate); });
    std::vector<std::vector<NaiveRow>> groups;
    for (const NaiveRow& row : rows) {
      const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
        return has_aggregates && key_of(group[0]) == key_of(row);
      });
      if (same != groups.end()) {
        same->push_back(row);
      } else {
        groups.push_back({row});
      }
    }
    return groups;
  }

  NaiveRow tuple_of(const std::vector<NaiveRow>& group) const {
    NaiveRow tuple;
    for (const Element& element : query_.find) {
      if (!element.is(What::aggregate)) {
        tuple.push_back(at(group[0], element.variable));
        continue;
      }
      Values values, args;
      for (const NaiveRow& row : group) values.push_back(at(row, element.variable));
      for (const ast::Term& arg : element.args) {
        args.push_back(arg.is_variable() ? *setting_[arg.id] : arg.constant);
      }
      const Aggregate* named = element.aggregate;
      if (!named) named = aggregate_named(setting_[element.chosen]->name());
      tuple.push_back(query::aggregate(*named, args, values));
    }
    return tuple;
  }

  bool is_before(const NaiveRow& a, const NaiveRow& b) const {
    for (const ast::OrderKey& key : query_.order_by) {
      const int order = compare(a[key.column], b[key.column]);
      if (order != 0) return key.is_descending ? order > 0 : order < 0;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      const int order = compare_canonical(a[i], b[i]);
      if (order != 0) return order < 0;
    }
    return false;
  }

  void order(std::vector<NaiveRow>& tuples) const {
    std::sort(tuples.begin(), tuples.end(),
              [&](const NaiveRow& a, const NaiveRow& b) { return is_before(a, b); });
    const auto offset =
        static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(query_.offset, tuples.size()));
    tuples.erase(tuples.begin(), tuples.begin() + offset);
    const bool is_one = query_.shape == FindShape::tuple || query_.shape == FindShape::scalar;
    const std::uint64_t limit = is_one ? std::min<std::uint64_t>(query_.limit, 1) : query_.limit;
    if (limit < tuples.size()) tuples.resize(static_cast<std::size_t>(limit));
  }

  const ast::Query& query_;
  const std::vector<std::optional<Value>>& setting_;
  std::vector<ast::Var> variables_;
};

}  // namespace

bool has_naive_order(const ast::Query& query) {
  return !query.order_by.empty() || query.shape == FindShape::tuple ||
         query.shape == FindShape::scalar;
}

std::vector<NaiveRow> naive_find(const ast::Query& query, const std::vector<NaiveRow>& rows,
                                 const std::vector<std::optional<Value>>& setting) {
  return Finder(query, setting).find(rows);
}

}  // namespace stele::query
