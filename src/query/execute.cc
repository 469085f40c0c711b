#include "query/execute.h"

#include "base/try.h"
#include "query/apply.h"
#include "query/estimate.h"
#include "query/execute_logic.h"
#include "query/filter.h"
#include "query/join_entity.h"
#include "query/join_hash.h"
#include "query/join_value.h"
#include "query/project.h"
#include "query/scan.h"
#include "query/semi_join.h"

namespace stele::query {
namespace {

// A probe costs about as much as passing by this many rows.
constexpr double kRowsPerProbe = 64;

// Does the pattern only ask whether an entity has a value, by a range of AVET that is not long
// beside the entities?
bool is_membership(const DbPattern& pattern, const Columns& entities) {
  return pattern.is_indexed() && pattern.slots[kV].is_constant() &&
         pattern.slots[kTx].what == Slot::What::ignore &&
         pattern.slots[kAdded].what == Slot::What::ignore &&
         rows_of(pattern) <= static_cast<double>(entities.rows) * kRowsPerProbe;
}

class Executor {
 public:
  Executor(const Conjunction& conjunction, const Plan& plan, Run& run)
      : conjunction_(conjunction), plan_(plan), run_(run) {}

  Result<Columns> execute() {
    STELE_DO(take_inputs());
    for (const Step& step : plan_.steps) {
      if (is_empty_) break;
      account();
      STELE_TRY(const Columns all, run_step(step));
      STELE_TRY(Columns kept, project(all, step.keep, step.are_distinct, run_));
      for (RelationId id : step.consumes) relations_[id] = {};
      push(std::move(kept));
    }
    return finish();
  }

 private:
  void push(Columns columns) {
    is_empty_ = is_empty_ || columns.rows == 0;
    relations_.push_back(std::move(columns));
  }

  Done take_inputs() {
    for (std::size_t i = 0; i < conjunction_.inputs.size(); ++i) {
      STELE_TRY(Columns kept,
                project(conjunction_.inputs[i], plan_.keep_of_inputs[i], false, run_));
      push(std::move(kept));
    }
    return {};
  }

  // The budget counts what is alive, and from here on what the next step asks for.
  void account() {
    run_.bytes_held = 0;
    for (const Columns& relation : relations_) run_.bytes_held += relation.bytes();
    run_.bytes_asked = 0;
  }

  Result<Columns> run_step(const Step& step) {
    if (step.access == Access::call) return run_call(step);
    if (step.access == Access::none_of) return run_negation(step);
    if (step.access == Access::any_of) return run_disjunction(step);
    const auto* tuples = std::get_if<CollectionPattern>(&step.clause->body);
    if (tuples) {
      STELE_TRY(Columns rows, scan(*tuples, *step.clause->form, run_));
      return join_rest(std::move(rows), step, 0);
    }
    return run_pattern(step, std::get<DbPattern>(step.clause->body));
  }

  // Estimates do not know what the columns hold; where the planned access cannot be used, the
  // pattern is scanned.
  Result<Columns> run_pattern(const Step& step, const DbPattern& pattern) {
    if (step.access != Access::scan) {
      const Columns& left = relations_[step.consumes[0]];
      if (step.access == Access::entity && is_membership(pattern, left)) {
        STELE_TRY(const Columns members, scan(pattern, run_));
        STELE_TRY(Columns rows,
                  semi_join(left, members, Keep::partnered, Nil::joins_nothing, run_));
        return join_rest(std::move(rows), step, 1);
      }
      if (step.access == Access::entity && can_join_entity(left, pattern)) {
        STELE_TRY(Columns rows, join_entity(left, pattern, run_));
        return join_rest(std::move(rows), step, 1);
      }
      if (step.access == Access::value && can_join_value(left, pattern)) {
        STELE_TRY(Columns rows, join_value(left, pattern, run_));
        return join_rest(std::move(rows), step, 1);
      }
    }
    STELE_TRY(Columns rows, scan(pattern, run_));
    return join_rest(std::move(rows), step, 0);
  }

  Result<Columns> run_call(const Step& step) {
    const auto& call = std::get<ResolvedCall>(step.clause->body);
    Columns from = Columns::unit();
    for (std::size_t i = 0; i < step.argument_relations; ++i) {
      STELE_TRY(from, join_hash(from, relations_[step.consumes[i]], run_));
    }
    if (!call.output) return filter(from, call, *step.clause->form, run_);
    STELE_TRY(Columns rows, apply(from, call, *step.clause->form, run_));
    return join_rest(std::move(rows), step, step.argument_relations);
  }

  Result<Columns> run_negation(const Step& step) {
    Columns from = Columns::unit();
    for (RelationId id : step.consumes) {
      STELE_TRY(from, join_hash(from, relations_[id], run_));
    }
    const auto& negation = std::get<ResolvedNegation>(step.clause->body);
    return keep_none_of(from, negation, conjunction_.variables, run_);
  }

  Result<Columns> run_disjunction(const Step& step) {
    std::vector<Columns> around;
    for (RelationId id : step.consumes) around.push_back(relations_[id]);
    const auto& disjunction = std::get<ResolvedDisjunction>(step.clause->body);
    return join_any_of(around, disjunction, conjunction_.variables, run_);
  }

  Result<Columns> join_rest(Columns rows, const Step& step, std::size_t begin) {
    for (std::size_t i = begin; i < step.consumes.size(); ++i) {
      STELE_TRY(rows, join_hash(rows, relations_[step.consumes[i]], run_));
    }
    return rows;
  }

  Result<Columns> finish() {
    Columns answer = Columns::unit();
    if (is_empty_) {
      answer.rows = 0;
      for (Var variable : conjunction_.find) {
        if (!answer.has(variable)) answer.add(variable, std::make_shared<const Column>());
      }
      return answer;
    }
    account();
    for (RelationId id : plan_.last) {
      STELE_TRY(answer, join_hash(answer, relations_[id], run_));
    }
    return project(answer, conjunction_.find, true, run_);
  }

  const Conjunction& conjunction_;
  const Plan& plan_;
  Run& run_;
  std::vector<Columns> relations_;
  bool is_empty_ = false;
};

}  // namespace

Result<Columns> execute(const Conjunction& conjunction, const Plan& plan, Run& run) {
  return Executor(conjunction, plan, run).execute();
}

}  // namespace stele::query
