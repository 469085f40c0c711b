#include "query/plan.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/text.h"
#include "query/dependencies.h"
#include "query/estimate.h"
#include "query/find.h"
#include "query/read.h"

namespace stele::query {
namespace {

// A relation as the planner imagines it.
struct Imagined {
  RelationId id;
  std::vector<Var> variables;
  double rows;

  bool has(Var variable) const {
    return std::find(variables.begin(), variables.end(), variable) != variables.end();
  }
};

struct Candidate {
  Access access = Access::scan;
  std::size_t clause = 0;  // among those that wait
  double rows = 0;
  double cost = INFINITY;
};

class Planner {
 public:
  explicit Planner(const Conjunction& conjunction)
      : conjunction_(conjunction), dependencies_(conjunction) {
    for (const ResolvedClause& clause : conjunction.clauses) waiting_.push_back(&clause);
  }

  Plan plan() {
    imagine_inputs();
    while (!waiting_.empty()) {
      if (take_calls(/*may_multiply=*/false) || take_cheapest()) continue;
      if (take_negation_of_product() || take_calls(/*may_multiply=*/true)) continue;
      STELE_CHECK(false);  // scope.h has seen to it that no clause waits for ever
    }
    for (const Imagined& relation : alive_) {
      out_.last.push_back(relation.id);
      out_.rows_estimate *= relation.rows;
    }
    return std::move(out_);
  }

 private:
  void imagine_inputs() {
    for (const Columns& input : conjunction_.inputs) {
      const auto id = static_cast<RelationId>(out_.keep_of_inputs.size());
      const std::vector<Var> keep = needed(input.variables, nullptr);
      out_.keep_of_inputs.push_back(keep);
      alive_.push_back({id, keep, static_cast<double>(input.rows)});
    }
  }

  // Those of the variables that :find or a clause that still waits looks at.
  std::vector<Var> needed(std::span<const Var> variables, const ResolvedClause* done) const {
    std::vector<Var> out;
    for (Var variable : variables) {
      const bool is_needed =
          is_found(variable) ||
          std::any_of(waiting_.begin(), waiting_.end(), [&](const ResolvedClause* clause) {
            return clause != done && uses(*clause, variable);
          });
      if (is_needed && std::find(out.begin(), out.end(), variable) == out.end()) {
        out.push_back(variable);
      }
    }
    return out;
  }

  bool is_found(Var variable) const {
    return std::find(conjunction_.find.begin(), conjunction_.find.end(), variable) !=
           conjunction_.find.end();
  }

  static bool uses(const ResolvedClause& clause, Var variable) {
    const std::vector<Var> read = variables_of(clause), written = outputs_of(clause);
    return std::find(read.begin(), read.end(), variable) != read.end() ||
           std::find(written.begin(), written.end(), variable) != written.end();
  }

  const Imagined* relation_of(Var variable) const {
    for (const Imagined& relation : alive_) {
      if (relation.has(variable)) return &relation;
    }
    return nullptr;
  }

  // Takes every call that can be made now: those whose arguments lie in one relation, or with
  // `may_multiply` one that needs a product. Predicates come first, for they make less.
  bool take_calls(bool may_multiply) {
    for (bool predicates : {true, false}) {
      for (const ResolvedClause* clause : waiting_) {
        const auto* call = std::get_if<ResolvedCall>(&clause->body);
        if (!call || (call->output == nullptr) != predicates) continue;
        const std::vector<Var> arguments = variables_of(*clause);
        const bool is_bound = std::all_of(arguments.begin(), arguments.end(),
                                          [&](Var variable) { return relation_of(variable); });
        if (!is_bound || (!may_multiply && count_relations(arguments) > 1)) continue;
        take_call(*clause, arguments);
        return true;
      }
    }
    return false;
  }

  std::size_t count_relations(std::span<const Var> variables) const {
    return static_cast<std::size_t>(
        std::count_if(alive_.begin(), alive_.end(), [&](const Imagined& relation) {
          return std::any_of(variables.begin(), variables.end(),
                             [&](Var variable) { return relation.has(variable); });
        }));
  }

  void take_call(const ResolvedClause& clause, std::span<const Var> arguments) {
    Step step{.access = Access::call, .clause = &clause, .rows_estimate = 1};
    consume(step, arguments);
    step.argument_relations = step.consumes.size();
    const bool is_predicate = outputs_of(clause).empty();
    for (RelationId id : step.consumes) step.rows_estimate *= rows_of(id);
    consume(step, outputs_of(clause));
    if (is_predicate) step.rows_estimate /= 2;
    out_.cost += step.rows_estimate;
    finish(std::move(step));
  }

  double rows_of(RelationId id) const {
    for (const Imagined& relation : alive_) {
      if (relation.id == id) return relation.rows;
    }
    return 1;
  }

  // Adds the relations that have one of the variables, each once.
  void consume(Step& step, std::span<const Var> variables) const {
    for (Var variable : variables) {
      const Imagined* relation = relation_of(variable);
      if (!relation || std::find(step.consumes.begin(), step.consumes.end(), relation->id) !=
                           step.consumes.end()) {
        continue;
      }
      step.consumes.push_back(relation->id);
    }
  }

  // Of patterns, disjunctions and negations.
  bool take_cheapest() {
    Candidate best;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Candidate candidate = estimate(i);
      if (candidate.rows + candidate.cost < best.rows + best.cost) best = candidate;
    }
    if (best.cost == INFINITY) return false;
    const ResolvedClause& clause = *waiting_[best.clause];
    Step step{.access = best.access, .clause = &clause, .rows_estimate = best.rows};
    if (best.access == Access::entity || best.access == Access::value) {
      const Part part = best.access == Access::entity ? kE : kV;
      const Var known[] = {std::get<DbPattern>(clause.body).slots[part].variable};
      consume(step, known);
    }
    consume(step, variables_of(clause));
    // Rows that are only scanned are not hashed.
    const bool is_alone = best.access == Access::scan && step.consumes.empty();
    out_.cost += is_alone ? best.rows * kCostOfScan : best.rows + best.cost;
    finish(std::move(step));
    return true;
  }

  // What a negation shares may lie in several relations; then it has to wait for their product.
  bool take_negation_of_product() {
    for (const ResolvedClause* clause : waiting_) {
      const auto* negation = std::get_if<ResolvedNegation>(&clause->body);
      if (!negation || !are_bound(negation->shared)) continue;
      Step step{.access = Access::none_of, .clause = clause, .rows_estimate = 1};
      consume(step, negation->shared);
      for (RelationId id : step.consumes) step.rows_estimate *= rows_of(id);
      out_.cost += step.rows_estimate;
      finish(std::move(step));
      return true;
    }
    return false;
  }

  bool are_bound(std::span<const Var> variables) const {
    return std::all_of(variables.begin(), variables.end(),
                       [&](Var variable) { return relation_of(variable); });
  }

  Candidate estimate(std::size_t at) const {
    const ResolvedClause& clause = *waiting_[at];
    if (const auto* pattern = std::get_if<DbPattern>(&clause.body)) return estimate(at, *pattern);
    if (const auto* tuples = std::get_if<CollectionPattern>(&clause.body)) {
      const double rows = query::rows_of(*tuples);
      return {Access::scan, at, joined_rows(clause, rows), rows * kCostOfHash};
    }
    if (const auto* negation = std::get_if<ResolvedNegation>(&clause.body)) {
      return estimate(at, *negation);
    }
    if (const auto* disjunction = std::get_if<ResolvedDisjunction>(&clause.body)) {
      return estimate(at, *disjunction);
    }
    return {};  // calls are taken as soon as they can be
  }

  // The cheaper of evaluating what is inside by itself and from the `left` rows around it.
  static double cost_of(const ResolvedSharing& sharing, const Weight& weight, double left) {
    const double from_around = left * (1 + kCostOfProbe * weight.probes);
    if (!sharing.needed.empty()) return from_around;
    return std::min(from_around, weight.cost * 2 + left);
  }

  // A negation that shares nothing is a gate: it costs what its body does.
  Candidate estimate(std::size_t at, const ResolvedNegation& negation) const {
    if (!are_bound(negation.shared) || count_relations(negation.shared) > 1) return {};
    const double left = negation.shared.empty() ? 1 : relation_of(negation.shared[0])->rows;
    return {Access::none_of, at, left / 2, cost_of(negation, weigh(negation.body), left)};
  }

  Candidate estimate(std::size_t at, const ResolvedDisjunction& disjunction) const {
    if (!are_bound(disjunction.needed)) return {};
    const Weight weight = weigh(disjunction);
    double left = 0;
    for (Var variable : disjunction.shared) {
      if (const Imagined* relation = relation_of(variable)) left = std::max(left, relation->rows);
    }
    if (left == 0) return {Access::any_of, at, weight.rows, weight.cost};
    const bool filters = are_bound(disjunction.shared) && count_relations(disjunction.shared) == 1;
    const double rows = filters ? std::min(left, weight.rows) : std::max(left, weight.rows);
    return {Access::any_of, at, rows, cost_of(disjunction, weight, left)};
  }

  // Hash joins are thought to keep as many rows as the larger side has.
  double joined_rows(const ResolvedClause& clause, double rows) const {
    for (Var variable : variables_of(clause)) {
      if (const Imagined* relation = relation_of(variable)) rows = std::max(rows, relation->rows);
    }
    return rows;
  }

  Candidate estimate(std::size_t at, const DbPattern& pattern) const {
    if (pattern.matches_nothing) return {Access::scan, at, 0, 0};
    const double rows = query::rows_of(pattern);
    const Imagined* by_entity = relation_of(pattern, kE);
    if (by_entity) return along_entity(at, pattern, rows, by_entity->rows);
    const Imagined* by_value = pattern.is_indexed() ? relation_of(pattern, kV) : nullptr;
    if (by_value) return along_value(at, pattern, rows, by_value->rows);
    return {Access::scan, at, joined_rows(*waiting_[at], rows), rows * kCostOfHash};
  }

  const Imagined* relation_of(const DbPattern& pattern, Part part) const {
    const Slot& slot = pattern.slots[part];
    return slot.is_variable() ? relation_of(slot.variable) : nullptr;
  }

  // `rows` match the pattern's constants; `left` entities are known.
  static Candidate along_entity(std::size_t at, const DbPattern& pattern, double rows,
                                double left) {
    const bool is_one = pattern.schema && !pattern.schema->many && !pattern.view->is_history();
    double out = is_one ? std::min(left, rows) : std::min(left * 2, rows);
    if (pattern.slots[kV].is_constant()) out = std::min(out / 2, rows);
    return {Access::entity, at, out, std::min(left * kCostOfProbe, rows + left)};
  }

  // `left` values are known; a value of an attribute that is not unique is thought to be shared
  // by as many entities as there are values.
  static Candidate along_value(std::size_t at, const DbPattern& pattern, double rows, double left) {
    const bool is_unique = pattern.schema->unique != db::Unique::none;
    const double each = is_unique ? 1 : std::sqrt(rows);
    const double out = std::min(left * each, std::max(rows, left));
    return {Access::value, at, out,
            std::min(left * kCostOfProbe + out, (rows + left) * kCostOfHash)};
  }

  // What the step produces takes the place of what it consumes.
  void finish(Step step) {
    std::vector<Var> all = variables_of(*step.clause),
                     ranged = dependencies_.ranged_over(*step.clause);
    for (Var variable : outputs_of(*step.clause)) all.push_back(variable);
    std::erase_if(alive_, [&](const Imagined& relation) {
      if (std::find(step.consumes.begin(), step.consumes.end(), relation.id) ==
          step.consumes.end()) {
        return false;
      }
      all.insert(all.end(), relation.variables.begin(), relation.variables.end());
      ranged.insert(ranged.end(), relation.variables.begin(), relation.variables.end());
      return true;
    });
    step.keep = needed(all, step.clause);
    step.are_distinct = dependencies_.decides(step.keep, ranged);
    const auto id = static_cast<RelationId>(conjunction_.inputs.size() + out_.steps.size());
    alive_.push_back({id, step.keep, step.keep.empty() ? 1 : step.rows_estimate});
    std::erase(waiting_, step.clause);
    out_.steps.push_back(std::move(step));
  }

  const Conjunction conjunction_;
  Dependencies dependencies_;
  std::vector<const ResolvedClause*> waiting_;
  std::vector<Imagined> alive_;
  Plan out_;
};

}  // namespace

std::string_view name(Access access) {
  switch (access) {
    case Access::scan:
      return "scan";
    case Access::entity:
      return "entity";
    case Access::value:
      return "value";
    case Access::none_of:
      return "none of";
    case Access::any_of:
      return "any of";
    default:
      return "call";
  }
}

Plan plan(const Conjunction& conjunction) { return Planner(conjunction).plan(); }

std::string explain(const Plan& plan, const ast::Query& query) {
  std::string out;
  std::size_t relation = plan.keep_of_inputs.size();
  for (const Step& step : plan.steps) {
    out += base::text(relation++, "  ", name(step.access), "  ", show(*step.clause->form));
    for (RelationId id : step.consumes)
      out += base::text(id == step.consumes[0] ? "  with " : " ", id);
    out += "  keeps";
    for (Var variable : step.keep) {
      out += ' ';
      out += variable < query.variables.size() ? query.variables[variable] : "(ids)";
    }
    out += base::text("  ~ ", static_cast<std::int64_t>(step.rows_estimate), " rows\n");
  }
  return out + explain_find(query);
}

}  // namespace stele::query
