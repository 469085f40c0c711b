#include "query/narrow.h"

#include <cmath>
#include <limits>

namespace stele::query {
namespace {

// One comparison: variable ? constant.
struct Limit {
  Var variable;
  Comparison comparison;
  Item constant;
};

Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return Comparison::greater;
    case Comparison::greater:
      return Comparison::less;
    case Comparison::less_equal:
      return Comparison::greater_equal;
    default:
      return Comparison::less_equal;
  }
}

bool is_order(Comparison comparison) {
  return comparison == Comparison::less || comparison == Comparison::greater ||
         comparison == Comparison::less_equal || comparison == Comparison::greater_equal;
}

// Calls are conjunctions over neighbours: (< 1 ?x 9) is (< 1 ?x) and (< ?x 9). False: some pair is
// none of a variable and a constant.
bool limits_of(const ResolvedCall& call, std::vector<Limit>& out) {
  if (call.output || !is_order(call.function->comparison)) return false;
  bool are_all = call.args.size() > 1;
  for (std::size_t i = 1; i < call.args.size(); ++i) {
    const Slot &a = call.args[i - 1], &b = call.args[i];
    if (a.is_variable() && b.is_constant()) {
      out.push_back({a.variable, call.function->comparison, b.constant});
    } else if (a.is_constant() && b.is_variable()) {
      out.push_back({b.variable, mirrored(call.function->comparison), a.constant});
    } else {
      are_all = false;
    }
  }
  return are_all;
}

bool is_number(Kind kind) {
  return kind == Kind::int64 || kind == Kind::float64 || kind == Kind::float32 ||
         kind == Kind::bigint || kind == Kind::bigdec;
}

bool is_nan(const Item& item) {
  return (item.kind == Kind::float64 || item.kind == Kind::float32) &&
         std::isnan(value::double_of(item.cell));
}

// Are values of the type and the constant in one order, that of the index?
bool is_comparable(db::ValueType type, const Item& constant) {
  switch (type) {
    case db::ValueType::int64:
    case db::ValueType::bigint:
    case db::ValueType::bigdec:
    case db::ValueType::float64:
    case db::ValueType::float32:
    case db::ValueType::number:
      return is_number(constant.kind) && !is_nan(constant);
    case db::ValueType::instant:
      return constant.kind == Kind::instant;
    case db::ValueType::string:
      return constant.kind == Kind::string;
    default:
      return false;
  }
}

// May a value of the type be NaN?
bool may_be_nan(db::ValueType type) {
  return type == db::ValueType::float64 || type == db::ValueType::float32 ||
         type == db::ValueType::number;
}

int compare(const Item& a, const Item& b) {
  return value::compare_cells(a.kind, a.cell, b.kind, b.cell);
}

// Bounds begin with a value that belongs to them. False: that is a value more than the limit lets
// through.
bool raise(Bounds& bounds, const Limit& limit, db::ValueType type) {
  Item lower = limit.constant;
  bool is_exact = limit.comparison == Comparison::greater_equal;
  if (!is_exact && type == db::ValueType::int64 && lower.kind == Kind::int64 &&
      value::int_of(lower.cell) < std::numeric_limits<std::int64_t>::max()) {
    lower.cell = value::cell_of(value::int_of(lower.cell) + 1);
    is_exact = true;
  }
  if (!bounds.lower || compare(*bounds.lower, lower) < 0) bounds.lower = lower;
  return is_exact;
}

void cut(Bounds& bounds, const Limit& limit) {
  const bool is_inclusive = limit.comparison == Comparison::less_equal;
  const int order = bounds.upper ? compare(limit.constant, *bounds.upper) : -1;
  if (order > 0 || (order == 0 && is_inclusive)) return;
  bounds.upper = limit.constant;
  bounds.is_upper_inclusive = is_inclusive;
}

// Does the pattern promise, from now on, what the limit asks for?
bool narrow(DbPattern& pattern, const Limit& limit) {
  const Slot& v = pattern.slots[kV];
  if (!pattern.is_indexed() || !v.is_variable() || v.variable != limit.variable) return false;
  const db::ValueType type = pattern.schema->type;
  if (!is_comparable(type, limit.constant)) return false;
  const bool is_lower =
      limit.comparison == Comparison::greater || limit.comparison == Comparison::greater_equal;
  bool is_exact = true;
  if (is_lower) {
    is_exact = raise(pattern.bounds, limit, type);
  } else {
    cut(pattern.bounds, limit);
  }
  const Bounds& bounds = pattern.bounds;
  if (bounds.lower && bounds.upper && compare(*bounds.lower, *bounds.upper) > 0) {
    pattern.matches_nothing = true;
  }
  return is_exact && !may_be_nan(type) && pattern.view->is_present();
}

// Does the call say nothing any more that some pattern does not promise?
bool narrow(const ResolvedCall& call, std::vector<ResolvedClause>& clauses) {
  std::vector<Limit> limits;
  bool is_implied = limits_of(call, limits);
  for (const Limit& limit : limits) {
    bool is_promised = false;
    for (ResolvedClause& other : clauses) {
      auto* pattern = std::get_if<DbPattern>(&other.body);
      if (pattern && narrow(*pattern, limit)) is_promised = true;
    }
    is_implied = is_implied && is_promised;
  }
  return is_implied;
}

}  // namespace

bool Bounds::hold(const Item& item) const {
  if (lower && compare(item, *lower) < 0) return false;
  if (!upper) return true;
  const int order = compare(item, *upper);
  return order < 0 || (order == 0 && is_upper_inclusive);
}

bool Bounds::is_int() const {
  if (lower && lower->kind != Kind::int64) return false;
  if (!upper) return true;
  // Nothing comes before the least long.
  return upper->kind == Kind::int64 &&
         (is_upper_inclusive ||
          value::int_of(upper->cell) > std::numeric_limits<std::int64_t>::min());
}

std::pair<std::int64_t, std::int64_t> Bounds::ints() const {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t end = upper ? value::int_of(upper->cell) : Limits::max();
  return {lower ? value::int_of(lower->cell) : Limits::min(),
          upper && !is_upper_inclusive ? end - 1 : end};
}

void narrow(std::vector<ResolvedClause>& clauses) {
  std::vector<std::size_t> implied;
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    auto& body = clauses[i].body;
    if (auto* negation = std::get_if<ResolvedNegation>(&body)) narrow(negation->body);
    if (auto* disjunction = std::get_if<ResolvedDisjunction>(&body)) {
      for (auto& branch : disjunction->branches) narrow(branch);
    }
    if (const auto* call = std::get_if<ResolvedCall>(&body); call && narrow(*call, clauses)) {
      implied.push_back(i);
    }
  }
  for (std::size_t i = implied.size(); i > 0; --i) {
    clauses.erase(clauses.begin() + static_cast<std::ptrdiff_t>(implied[i - 1]));
  }
}

}  // namespace stele::query
