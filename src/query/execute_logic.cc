#include "query/execute_logic.h"

#include <algorithm>

#include "base/try.h"
#include "query/estimate.h"
#include "query/execute.h"
#include "query/project.h"
#include "query/semi_join.h"
#include "query/unite.h"

namespace stele::query {
namespace {

// While it lives, memory in use counts as that of something around.
class Surrounded {
 public:
  explicit Surrounded(Run& run)
      : run_(run), outside_(run.bytes_outside), held_(run.bytes_held), asked_(run.bytes_asked) {
    run.bytes_outside += held_ + asked_;
    run.bytes_held = run.bytes_asked = 0;
  }
  ~Surrounded() {
    run_.bytes_outside = outside_;
    run_.bytes_held = held_;
    run_.bytes_asked = asked_;
  }
  Surrounded(const Surrounded&) = delete;
  Surrounded& operator=(const Surrounded&) = delete;

 private:
  Run& run_;
  std::uint64_t outside_, held_, asked_;
};

// A row that the inside gives and that is looked for among those around it. They are entities as a
// rule, and a bit each.
constexpr double kCostOfAnswer = 0.5;

using Branch = std::span<const ResolvedClause>;

// What is inside one clause: branches, of which a negation has one.
class Interior {
 public:
  Interior(const ResolvedSharing& sharing, std::vector<Branch> branches, std::size_t variables,
           Run& run)
      : sharing_(sharing), branches_(std::move(branches)), variables_(variables), run_(run) {}

  // Chooses the way, by what there is around.
  Done choose(std::span<const Columns> around) {
    if (around.empty()) return {};
    const bool must_seed = !sharing_.needed.empty() || run_.inside == InsideWay::from_around;
    if (!must_seed && run_.inside == InsideWay::by_themselves) return {};
    double rows = 0;
    for (const Columns& relation : around) rows += static_cast<double>(relation.rows);
    const double alone = must_seed ? 0 : cost({});
    // Even to find the distinct values around would cost more.
    if (!must_seed && alone <= rows * kCostOfHash) return {};
    STELE_TRY(std::vector<Columns> seeds, seeds_of(around));
    if (!must_seed && cost(seeds) + rows >= alone) return {};
    seeds_ = std::move(seeds);
    is_seeded_ = true;
    return {};
  }

  // The union of the branches over the shared variables, a set.
  Result<Columns> evaluate() {
    std::vector<Columns> parts;
    for (const Branch& branch : branches_) {
      const Conjunction inside = conjunction(branch, seeds_);
      const Surrounded scope(run_);
      STELE_TRY(Columns part, execute(inside, plan(inside), run_));
      const bool is_settled = part.columns.empty() && part.rows > 0;
      parts.push_back(std::move(part));
      if (is_settled) break;
    }
    return unite(std::move(parts), run_);
  }

  // What comes from the rows around it agrees with them in nil, too.
  Nil nil() const { return is_seeded_ ? Nil::equals_nil : Nil::joins_nothing; }

 private:
  Conjunction conjunction(Branch branch, std::span<const Columns> seeds) const {
    return {seeds, branch, sharing_.shared, variables_};
  }

  // What the relations have for the variables they share with the inside, each once.
  Result<std::vector<Columns>> seeds_of(std::span<const Columns> around) const {
    std::vector<Columns> seeds;
    for (const Columns& relation : around) {
      STELE_TRY(Columns seed, project(relation, sharing_.shared, false, run_));
      seeds.push_back(std::move(seed));
    }
    return seeds;
  }

  double cost(std::span<const Columns> seeds) const {
    double sum = 0;
    for (const Branch& branch : branches_) {
      const Plan planned = plan(conjunction(branch, seeds));
      sum += planned.cost + planned.rows_estimate * kCostOfAnswer;
    }
    return sum;
  }

  const ResolvedSharing& sharing_;
  std::vector<Branch> branches_;
  std::size_t variables_;
  Run& run_;
  std::vector<Columns> seeds_;
  bool is_seeded_ = false;
};

bool has_all(const Columns& columns, std::span<const Var> variables) {
  return std::all_of(variables.begin(), variables.end(),
                     [&](Var variable) { return columns.has(variable); });
}

}  // namespace

Result<Columns> keep_none_of(const Columns& from, const ResolvedNegation& negation,
                             std::size_t variables, Run& run) {
  Interior interior(negation, {negation.body}, variables, run);
  const bool is_gate = negation.shared.empty();
  STELE_DO(interior.choose(std::span<const Columns>(&from, is_gate ? 0 : 1)));
  STELE_TRY(const Columns solutions, interior.evaluate());
  return semi_join(from, solutions, Keep::unpartnered, interior.nil(), run);
}

Result<Columns> join_any_of(std::span<const Columns> around, const ResolvedDisjunction& disjunction,
                            std::size_t variables, Run& run) {
  const std::vector<Branch> branches(disjunction.branches.begin(), disjunction.branches.end());
  Interior interior(disjunction, branches, variables, run);
  STELE_DO(interior.choose(around));
  STELE_TRY(Columns out, interior.evaluate());
  for (const Columns& relation : around) {
    if (has_all(relation, out.variables)) {
      STELE_TRY(out, semi_join(relation, out, Keep::partnered, interior.nil(), run));
    } else {
      STELE_TRY(out, join_hash(out, relation, run, interior.nil()));
    }
  }
  return out;
}

}  // namespace stele::query
