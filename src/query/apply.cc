#include "query/apply.h"

#include "base/try.h"
#include "query/bind.h"
#include "query/filter.h"

namespace stele::query {
namespace {

// The function's answers, each with the row it belongs to.
struct Answers {
  std::vector<Row> rows;
  Columns columns;
};

Result<Answers> answer_variable(const Columns& from, const ResolvedCall& call, const Value& form,
                                Run& run) {
  Answers out;
  Arguments arguments(from, call);
  ColumnBuilder column;
  for (Row row = 0; row < from.rows; ++row) {
    if (row % kRowsBetweenPolls == 0) STELE_DO(run.keep_going());
    STELE_TRY(const Item answer, call_function(*call.function, arguments.at(row), form, run));
    if (answer.kind == Kind::nil) continue;
    column.add(answer);
    out.rows.push_back(row);
  }
  out.columns.rows = out.rows.size();
  if (call.output->what == ast::Binding::What::variable) {
    out.columns.add(call.output->variable, column.finish());
  }
  return out;
}

Result<Answers> answer_parts(const Columns& from, const ResolvedCall& call, const Value& form,
                             Run& run) {
  Answers out;
  Arguments arguments(from, call);
  BindingRows bound(*call.output, BindingRows::Values::are_copied, run);
  for (Row row = 0; row < from.rows; ++row) {
    if (row % kRowsBetweenPolls == 0) STELE_DO(run.keep_going());
    STELE_TRY(const Item answer, call_function(*call.function, arguments.at(row), form, run));
    if (answer.kind == Kind::nil) continue;
    auto count = bound.add(value::value_of(answer.kind, answer.cell));
    if (!count.ok()) return count.error().because("This is what the clause's function gave.");
    out.rows.insert(out.rows.end(), *count, row);
  }
  out.columns = bound.finish();
  return out;
}

// Keeps the answers that unify with what `from` has under the same variables.
void unify(const Columns& from, Answers& answers, std::vector<Row>& kept) {
  const std::vector<Var> shared = answers.columns.shared_with(from);
  for (Row i = 0; i < answers.columns.rows; ++i) {
    bool same = true;
    for (Var variable : shared) {
      same = same &&
             unifies(answers.columns.of(variable).at(i), from.of(variable).at(answers.rows[i]));
    }
    if (same) kept.push_back(i);
  }
}

}  // namespace

Result<Columns> apply(const Columns& from, const ResolvedCall& call, const Value& form, Run& run) {
  const auto what = call.output->what;
  const bool is_plain = what == ast::Binding::What::variable || what == ast::Binding::What::ignore;
  STELE_DO(run.reserve(from.rows * (sizeof(Row) * 2 + sizeof(Cell)) + from.bytes()));
  STELE_TRY(Answers answers, is_plain ? answer_variable(from, call, form, run)
                                      : answer_parts(from, call, form, run));
  std::vector<Row> kept, rows;
  unify(from, answers, kept);
  for (Row i : kept) rows.push_back(answers.rows[i]);
  Columns out = gather(from, rows);
  for (std::size_t i = 0; i < answers.columns.columns.size(); ++i) {
    const Var variable = answers.columns.variables[i];
    if (!out.has(variable)) out.add(variable, gather(*answers.columns.columns[i], kept));
  }
  return out;
}

}  // namespace stele::query
