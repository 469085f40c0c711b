#include "query/filter.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

// One side of a comparison: a column or a constant.
struct Side {
  const Column* column = nullptr;
  Item constant;

  Kind kind() const {
    return column ? (column->is_mixed() ? Kind::nil : column->kind) : constant.kind;
  }
  bool is_mixed() const { return column && column->is_mixed(); }
  Item at(Row row) const { return column ? column->at(row) : constant; }
  std::int64_t int_at(Row row) const {
    return value::int_of(column ? column->cells[row] : constant.cell);
  }
};

bool compare_ints(Comparison comparison, std::int64_t a, std::int64_t b) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::same_number:
      return a == b;
    case Comparison::not_equal:
      return a != b;
    case Comparison::less:
      return a < b;
    case Comparison::greater:
      return a > b;
    case Comparison::less_equal:
      return a <= b;
    default:
      return a >= b;
  }
}

// Keeps the rows that pass, without a branch on the outcome.
template <typename Test>
void keep(std::vector<Row>& rows, const Test& test) {
  std::size_t kept = 0;
  for (const Row row : rows) {
    rows[kept] = row;
    kept += test(row);
  }
  rows.resize(kept);
}

template <Comparison kComparison>
void keep_ints(std::vector<Row>& rows, const Side& a, const Side& b) {
  keep(rows, [&](Row row) { return compare_ints(kComparison, a.int_at(row), b.int_at(row)); });
}

void keep_ints(Comparison comparison, std::vector<Row>& rows, const Side& a, const Side& b) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::same_number:
      return keep_ints<Comparison::equal>(rows, a, b);
    case Comparison::not_equal:
      return keep_ints<Comparison::not_equal>(rows, a, b);
    case Comparison::less:
      return keep_ints<Comparison::less>(rows, a, b);
    case Comparison::greater:
      return keep_ints<Comparison::greater>(rows, a, b);
    case Comparison::less_equal:
      return keep_ints<Comparison::less_equal>(rows, a, b);
    default:
      return keep_ints<Comparison::greater_equal>(rows, a, b);
  }
}

void keep_pair(Comparison comparison, std::vector<Row>& rows, const Side& a, const Side& b) {
  const bool are_ints =
      !a.is_mixed() && !b.is_mixed() && a.kind() == Kind::int64 && b.kind() == Kind::int64;
  if (are_ints) return keep_ints(comparison, rows, a, b);
  keep(rows, [&](Row row) { return holds(comparison, a.at(row), b.at(row)); });
}

Side side_of(const Columns& columns, const Slot& slot) {
  if (slot.is_constant()) return {nullptr, slot.constant};
  return {columns.find(slot.variable), {}};
}

// A comparison as a conjunction over pairs: `=` of each with the first, the others of neighbours.
// Only not= of three and more is no conjunction.
bool is_conjunction(const ResolvedCall& call) {
  if (call.function->comparison == Comparison::none) return false;
  return call.function->comparison != Comparison::not_equal || call.args.size() == 2;
}

void keep_conjunction(const Columns& from, const ResolvedCall& call, std::vector<Row>& rows) {
  for (std::size_t i = 1; i < call.args.size(); ++i) {
    const std::size_t other = call.function->comparison == Comparison::equal ? 0 : i - 1;
    keep_pair(call.function->comparison, rows, side_of(from, call.args[other]),
              side_of(from, call.args[i]));
  }
}

Done keep_called(const Columns& from, const ResolvedCall& call, const Value& form,
                 std::vector<Row>& rows, Run& run) {
  Arguments arguments(from, call);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % kRowsBetweenPolls == 0) STELE_DO(run.keep_going());
    STELE_TRY(const Item answer, call_function(*call.function, arguments.at(rows[i]), form, run));
    rows[kept] = rows[i];
    kept += is_truthy(answer);
  }
  rows.resize(kept);
  return {};
}

}  // namespace

Arguments::Arguments(const Columns& columns, const ResolvedCall& call) {
  for (const Slot& slot : call.args) {
    columns_.push_back(slot.is_variable() ? columns.find(slot.variable) : nullptr);
    items_.push_back(slot.constant);
  }
}

std::span<const Item> Arguments::at(std::size_t row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]) items_[i] = columns_[i]->at(row);
  }
  return items_;
}

Result<Item> call_function(const Function& function, std::span<const Item> args, const Value& form,
                           Run& run) {
  CallContext context{.arena = run.arena};
  Item out;
  if (function.evaluate(args, out, context)) return out;
  return invalid(context.code, base::text(show(form), " failed: ", context.why, "."));
}

Result<Columns> filter(const Columns& from, const ResolvedCall& call, const Value& form, Run& run) {
  STELE_DO(run.reserve(from.rows * sizeof(Row) + from.bytes()));
  std::vector<Row> rows(from.rows);
  for (Row row = 0; row < from.rows; ++row) rows[row] = row;
  if (is_conjunction(call)) {
    keep_conjunction(from, call, rows);
  } else {
    STELE_DO(keep_called(from, call, form, rows, run));
  }
  return gather(from, rows);
}

}  // namespace stele::query
