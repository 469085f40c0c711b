// not, not-join, or, or-join: what they share, what they hide, and the traps in which engines of
// this language have been caught. Each answer is also asked of the naive evaluator, and with the
// clauses in other orders.

#include <gtest/gtest.h>

#include "base/text.h"
#include "query/query_testing.h"

namespace stele::query {
namespace {

using base::text;

// Every trap once with the attributes indexed and once without.
const std::vector<const char*> kIndexed = {"", ":db/index true"};

TEST(Negation, TakesRowsAway) {
  for (const char* index : kIndexed) {
    EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] (not [?e :s 2])]", {boxes(index)});
    EXPECT_ANSWER("#{[1] [2] [3]}", "[:find ?e :where [?e :c] (not [?e :s 2] [?e :c \"blue\"])]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[4]}", "[:find ?e :where [?e :c] (not [?e :s 1]) (not [?e :c \"red\"])]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[2] [4]}", "[:find ?e :where [?e :s ?s] (not [(< ?s 2)])]", {boxes(index)});
    EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] (not (not [?e :s 1]))]", {boxes(index)});
  }
}

TEST(Negation, SharesWhatIsBoundAnywhereAround) {
  const char* facts = "[[1 :a 1] [2 :a 2] [3 :b 1]]";
  EXPECT_ANSWER("#{[1]}", "[:find ?x :where (not [?e :b ?x] [(= ?x 2)]) [?x :a ?e] [?y :b ?x]]",
                {form(facts)});
  // ?y is bound by nothing around: any will do.
  EXPECT_ANSWER("#{[2]}", "[:find ?x :where [_ :a ?x] (not [?y :b ?x])]", {form(facts)});
  // The same name in two negations is not the same variable.
  EXPECT_ANSWER("#{[2]}", "[:find ?x :where [_ :a ?x] (not [?y :b ?x]) (not [?x :b ?y])]",
                {form(facts)});
  // Two levels: the inner one sees what the outer one binds, and what is around both.
  EXPECT_ANSWER("#{[1] [2]}",
                "[:find ?x :where [?x :a ?v] (not [?y :b ?v] (not [?x :a ?y]) [?y :a])]",
                {form(facts)});
}

TEST(Negation, OfVariablesInSeveralRelations) {
  EXPECT_ANSWER("#{[1 4] [2 4]}",
                "[:find ?x ?y :where [?x :c \"red\"] [?y :c \"blue\"] (not [?x :c] [?y :s 1])]",
                {boxes()});
  EXPECT_ANSWER("#{[1 4] [2 3]}",
                "[:find ?x ?y :where [?x :c \"red\"] [?y :c \"blue\"] (not [?x :s ?s] [?y :s ?s])]",
                {boxes()});
}

TEST(Negation, NeedsSomethingToShare) {
  EXPECT_REFUSED("query/where", "none of #{?x} is bound in (not [?x :c \"green\"])",
                 "[:find ?e :where [?e :c] (not [?x :c \"green\"])]", {boxes()});
  EXPECT_REFUSED("query/where", "#{?s} not bound in [(< ?s 3)]",
                 "[:find ?e :where [?e :c] (not [?e :c] [(< ?s 3)])]", {boxes()});
  EXPECT_ANSWER("#{}", "[:find ?e :where [?e :c] (not [_ :c \"red\"])]", {boxes()});
  EXPECT_ANSWER("#{[1] [2] [3] [4]}", "[:find ?e :where [?e :c] (not [_ :c \"green\"])]",
                {boxes()});
  EXPECT_ANSWER("#{[1]}", "[:find ?x :in ?x :where (not [(= 1 2)])]", {Value(1)});
  EXPECT_ANSWER("#{}", "[:find ?x :in ?x :where (not [(= 1 1)])]", {Value(1)});
}

TEST(NegationJoin, HidesWhatItDoesNotList) {  // Q-53, U-4
  EXPECT_REFUSED("query/where", "#{?s} not bound in [(< ?s 3)]",
                 "[:find ?e :where [?e :s ?s] (not-join [?e] [?e :c] [(< ?s 3)])]", {boxes()});
  EXPECT_REFUSED("query/where", "#{?s} not bound in (not-join [?e ?s]",
                 "[:find ?e :where [?e :c] (not-join [?e ?s] [?e :s ?s])]", {boxes()});
  EXPECT_REFUSED("parser/where", "Join variable not declared inside clauses: [?s]",
                 "[:find ?e :where [?e :s ?s] (not-join [?e ?s] [?e :c])]", {boxes()});
  // An input of that name is outside as well.
  EXPECT_ANSWER("#{}", "[:find ?e :in $ ?s :where [?e :c] (not-join [?e] [?e :s ?s])]",
                {boxes(), Value(99)});
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :in $ ?s :where [?e :c] (not-join [?e ?s] [?e :s ?s])]",
                {boxes(), Value(2)});
}

TEST(Disjunction, UnitesItsBranches) {
  for (const char* index : kIndexed) {
    EXPECT_ANSWER("#{[1] [3] [4]}", "[:find ?e :where (or [?e :c \"blue\"] [?e :s 1])]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[2] [3]}",
                  "[:find ?e :where (or (and [?e :c \"blue\"] [?e :s 1])"
                  " (and [?e :c \"red\"] [?e :s 2]))]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[1 1] [2 \"red\"] [1 \"red\"] [3 1]}",
                  "[:find ?e ?v :where (or (and [?e :c ?v] [(= ?v \"red\")]) (and [?e :s ?v] "
                  "[(= ?v 1)]))]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[2]}",
                  "[:find ?e :where [?e :s 2] (or [?e :c \"red\"] (or [?e :s 7] [?e :c \"x\"]))]",
                  {boxes(index)});
    EXPECT_ANSWER("#{[\"red\" 1] [\"blue\" 1] [\"blue\" 2]}",
                  "[:find ?c ?s :where [?e :c ?c] [?e :s ?s] (or [?e :c \"blue\"] [?e :s 1])]",
                  {boxes(index)});
  }
}

TEST(Disjunction, WantsTheSameVariablesInEveryBranch) {
  EXPECT_REFUSED("parser/where", "All clauses in 'or' must use same set of free vars",
                 "[:find ?e :where (or [?e :c] (and [?e :s ?s] [(< ?s 3)]))]", {boxes()});
  EXPECT_REFUSED("parser/where", "does not bind ?x, nor does anything outside",
                 "[:find ?e :where (or [?e :c] (and [?e :s] [(< ?x 1)]))]", {boxes()});
  EXPECT_REFUSED("query/where", "none of #{?x} is bound",
                 "[:find ?e :where (or [?e :c] (and [?e :s] (not [?x :c])))]", {boxes()});
}

TEST(DisjunctionJoin, HidesAndRequires) {
  EXPECT_ANSWER(
      "#{[1] [2] [3]}",
      "[:find ?e :where (or-join [?e] (and [?e :s ?x] [(= ?x 1)]) (and [?e :c \"red\"]))]",
      {boxes()});
  EXPECT_REFUSED("query/where", "#{?e} not bound in (or-join [[?e]]",
                 "[:find ?e :where (or-join [[?e]] [?e :c])]", {boxes()});
  EXPECT_ANSWER("#{[1 1] [1 \"red\"]}",
                "[:find ?e ?v :in $ ?e :where (or-join [[?e] ?v] [?e :c ?v] [?e :s ?v])]",
                {boxes(), Value(1)});
  EXPECT_REFUSED("query/where", "#{?s} not bound in (or-join",
                 "[:find ?e :where (or-join [?e ?s] [?e :s ?s] [?e :c])]", {boxes()});
  EXPECT_REFUSED("parser/where", "Join variable not declared inside clauses: [?s]",
                 "[:find ?e :where [?e :s ?s] (or-join [?e ?s] [?e :s] [?e :c])]", {boxes()});
  EXPECT_REFUSED("query/where", "#{?s} not bound in [(< ?s 2)]",
                 "[:find ?e :where [?e :s ?s] (or-join [?e] (and [?e :c] [(< ?s 2)]))]", {boxes()});
}

TEST(Disjunction, KeepsNilThatABranchDoesNotLookAt) {
  EXPECT_ANSWER("#{[nil 1] [nil 3]}",
                "[:find ?x ?e :in $ [?x ...] :where [?e :c] (or-join [?x ?e] (and [?e :s 1] "
                "[(identity ?x) ?y]) (and [?e :s ?x]) [?e :s 1])]",
                {boxes(), form("[nil]")});
  EXPECT_ANSWER("#{[1]}", "[:find ?x :in [?x ...] :where (not [(= ?x nil)])]", {form("[nil 1]")});
}

TEST(Disjunction, CanNeedWhatIsAround) {
  EXPECT_ANSWER("#{[1 2] [2 3] [1 10] [2 10]}",
                "[:find ?s ?t :where [?e :s ?s] (or [(inc ?s) ?t] [(ground 10) ?t])]", {boxes()});
  EXPECT_REFUSED("query/where", "#{?s} not bound in [(inc ?s) ?t]",
                 "[:find ?t :where (or [(inc ?s) ?t] (and [_ :s ?s] [(ground 10) ?t]))]",
                 {boxes()});
  EXPECT_ANSWER("#{[1 2 3] [2 3 4] [1 5 5] [2 5 5]}",
                "[:find ?s ?t ?u :where [?e :s ?s] (or (and [(inc ?t) ?u] [(inc ?s) ?t]) (and "
                "[(ground 5) ?t] [(ground 5) ?u]))]",
                {boxes()});
  // Either of two calls would do for a start, and the outside says which.
  EXPECT_ANSWER("#{[1 2] [2 3]}",
                "[:find ?s ?t :where [?e :s ?s] (or-join [?s ?t] (and [(+ 0 ?t) ?u] [(inc ?s) ?t] "
                "[(= ?u ?t)]))]",
                {boxes()});
  EXPECT_ANSWER("#{[1 1] [2 2]}",
                "[:find ?s ?t :where [?e :s ?s] (or (and [(+ 0 ?t) ?s] [(+ 0 ?s) ?t]))]",
                {boxes()});
  // Each waits for the other.
  EXPECT_REFUSED("query/where", "insufficient bindings",
                 "[:find ?e :where [?e :c] (or (and [?e :a ?y] (not [?e :k ?z])) [?e :b ?y])"
                 " (or (and [?e :d ?z] (not [?e :l ?y])) [?e :m ?z])]",
                 {boxes()});
}

TEST(Logic, IsRefusedWhereItIsMalformed) {
  for (const char* clause :
       {"(not)", "(not-join [?e])", "(not-join [] [?e :c])", "(not-join ?e [?e :c])",
        "(not-join [7] [?e :c])", "(not-join [[?e]] [?e :c])", "(or)", "(or-join [?e])",
        "(or-join [] [?e :c])", "(or-join [[] ?e] [?e :c])", "(or (and))", "(and [?e :c])",
        "(or (and [?e :c] (and [?e :s])))", "(not (and [?e :c]))", "($ not)", "(not 7)"}) {
    EXPECT_REFUSED("parser/where", "", text("[:find ?e :where [?e :c] ", clause, "]"), {boxes()});
  }
  EXPECT_REFUSED("parser/query", "The source $x of [?e :c]",
                 "[:find ?e :where [?e :c] ($x not [?e :c])]", {boxes()});
}

TEST(Logic, MayBeWrittenAsVectors) {
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] [not [?e :s 2]]]", {boxes()});
  EXPECT_ANSWER("#{[1] [3] [4]}", "[:find ?e :where [or [?e :c \"blue\"] [?e :s 1]]]", {boxes()});
}

TEST(Logic, PassesItsSourceOn) {
  const Value a = form("[[1 :x 1] [2 :x 2] [3 :x 3]]"), b = form("[[1 :x 9] [2 :x 2]]");
  EXPECT_ANSWER("#{[3]}", "[:find ?e :in $ $b :where [?e :x] ($b not [?e :x])]", {a, b});
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :in $ $b :where [?e :x ?v] ($b not [?e :x ?v])]", {a, b});
  EXPECT_ANSWER("#{[3]}", "[:find ?e :in $ $b :where [?e :x] ($b not (or [?e :x 9] [?e :x 2]))]",
                {a, b});
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :in $ $b :where [?e :x] ($b not [?e :x ?v] [$ ?e :x ?v])]",
                {a, b});
  EXPECT_ANSWER("#{[1] [2]}",
                "[:find ?e :in $ $b :where ($b or-join [?e] [?e :x 9] ($ not-join [?e] [?e :x 3] "
                "[$b _ :x ?e])) [?e :x] [$b ?e :x]]",
                {a, b});
  EXPECT_ANSWER("#{[1]}", "[:find ?e :in $b :where ($b or [?e :x 9] [?e :x 7])]", {b});
}

TEST(Logic, LooksAtOneMomentOfEachDatabase) {
  const Db now = database({"+ 1 :sku \"a\"\n+ 2 :sku \"b\"", "- 1 :sku \"a\"\n+ 3 :sku \"c\""});
  EXPECT_ANSWER("#{[\"c\"]}", "[:find ?s :in $old $ :where [_ :sku ?s] ($old not [_ :sku ?s])]",
                {now.as_of(kTx0 + 1), now});
  EXPECT_ANSWER("#{[\"a\"]}", "[:find ?s :in $old $ :where [$old _ :sku ?s] (not [_ :sku ?s])]",
                {now.as_of(kTx0 + 1), now});
}

TEST(Logic, ResolvesReferencesInside) {
  const Db db = people(":db/unique :db.unique/identity");
  EXPECT_ANSWER("#{[12]}",
                "[:find ?e :where [?e :nm] (not [?e :boss [:nm \"bob\"]]) (not [[:nm \"ann\"] "
                ":boss ?e])]",
                {db});
  for (const char* given : {"[[:nm \"ann\"] [:nm \"nobody\"] 12]", "[12 [:nm \"ann\"]]"}) {
    EXPECT_ANSWER("#{[[:nm \"ann\"]]}", "[:find ?e :in $ [?e ...] :where (or [?e :n 7] [?e :n 8])]",
                  {db, form(given)});
    EXPECT_ANSWER("#{[12]}", "[:find ?e :in $ [?e ...] :where [?e :nm] (not [?e :n 7])]",
                  {db, form(given)});
    EXPECT_ANSWER("#{[[:nm \"ann\"] 7] [12 9]}",
                  "[:find ?e ?n :in $ $c [?e ...] :where (or [?e :n ?n] [$c ?e ?n])]",
                  {db, form("[[55 1]]"), form(given)});
  }
}

TEST(Trap, X2_RepeatedVariableInsideScopes) {
  EXPECT_ANSWER("#{[1] [2] [3] [4] [5]}",
                "[:find ?a :where [?a :to _] (not-join [?a] [?a :to ?a])]", {graph()});
  EXPECT_ANSWER("#{[2] [6]}", "[:find ?a :where (or-join [?a] [?a :to ?a] [?a :via ?a])]",
                {graph()});
}

TEST(Trap, X8_X9_NegationOfAPairIsAboutThePair) {
  EXPECT_ANSWER("#{[1 2] [2 1] [2 3] [3 4] [4 5] [5 3] [6 6]}",
                "[:find ?a ?b :where [?a :to ?b] (not [?a :via ?b])]", {graph()});
  EXPECT_ANSWER("#{[1] [2] [4] [5]}", "[:find ?a :in $ ?b :where [?a :to _] (not [?a :via ?b])]",
                {graph(), Value(1)});
  EXPECT_ANSWER("#{[1] [2] [4] [5]}",
                "[:find ?a :where [?a :to _] [(+ 0 1) ?b] (not [?a :via ?b])]", {graph()});
}

TEST(Trap, X10_Gate) {
  EXPECT_ANSWER("#{}", "[:find ?e :in $ ?c :where [?e :c \"red\"] (not [_ :c ?c])]",
                {boxes(), Value("blue")});
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?e :in $ ?c :where [?e :c \"red\"] (not [_ :c ?c])]",
                {boxes(), Value("green")});
}

TEST(Trap, X11_NamesInsideNotJoinAreItsOwn) {
  EXPECT_ANSWER("#{[1 1] [2 2]}",
                "[:find ?e ?s :where [?e :s ?s] (not-join [?e] [?e :c \"blue\"] [?e :s ?s])]",
                {boxes()});
}

TEST(Trap, X12_X14_BodyWithoutSolutionsTakesNothingAway) {
  EXPECT_ANSWER("#{[1] [2]}",
                "[:find ?e :where [?e :c \"red\"] (not [?e :c \"red\"] [?e :c \"blue\"])]",
                {boxes()});
  EXPECT_ANSWER("#{[1] [2] [3] [4]}",
                "[:find ?e :where [?e :s ?s] (not-join [?s] [?x :c \"green\"] [?x :s ?s])]",
                {boxes()});
}

TEST(Trap, X13_NegationComesFirst) {
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?e :where (not [?e :c \"blue\"]) [?e :c]]", {boxes()});
  EXPECT_ANSWER("#{[1] [2] [4]}", "[:find ?e :where (or (not [?e :c \"blue\"]) [?e :s 2]) [?e :s]]",
                {boxes()});
}

TEST(Trap, X15_X17_BranchWithoutAVariableKeepsWhatItIs) {
  EXPECT_ANSWER("#{[1] [3] [4]}",
                "[:find ?e :in $ ?s :where (or-join [?e ?s] [?e :s ?s] [?e :c \"blue\"])]",
                {boxes(), Value(1)});
  EXPECT_ANSWER("#{[1] [3] [4]}", "[:find ?e :in $ ?s :where (or [?e :s ?s] [?e :c \"blue\"])]",
                {boxes(), Value(1)});
  EXPECT_ANSWER("#{[1 1] [3 1] [4 1] [3 2] [2 2] [4 2]}",
                "[:find ?e ?s :in $ [?s ...] :where (or [?e :s ?s] [?e :c \"blue\"])]",
                {boxes(), form("[1 2]")});
}

TEST(Trap, X16_BranchAsTruthValue) {
  EXPECT_ANSWER("#{[1] [2] [3] [4]}",
                "[:find ?e :where [?e :c] (or-join [?e] [?e :s 1] [(= 1 1)])]", {boxes()});
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] (or-join [?e] [?e :s 1] [(= 1 2)])]",
                {boxes()});
  EXPECT_ANSWER("#{[1] [2] [3] [4]}", "[:find ?e :where [?e :c] (or [?e :s 1] [(= 1 1)])]",
                {boxes()});
  EXPECT_ANSWER("#{[1] [2] [3] [4]}", "[:find ?e :where [?e :c] (or [(= 1 2)] [_ :s 1])]",
                {boxes()});
  EXPECT_ANSWER("#{}", "[:find ?e :where [?e :c] (or [(= 1 2)] [_ :s 99])]", {boxes()});
}

TEST(Trap, X18_BranchesDoNotShareTheirOwnVariables) {
  EXPECT_ANSWER("#{[1] [2] [4]}",
                "[:find ?e :where (or-join [?e] (and [?e :c ?z] [(= ?z \"red\")])"
                " (and [?e :s ?z] [(= ?z 2)]))]",
                {boxes()});
}

TEST(Trap, X19_BranchThatIsEmptyEarly) {
  EXPECT_ANSWER("#{[2]}",
                "[:find ?e :where (or (and [?e :s 99] [?e :c ?z]) (and [?e :s 2] [?e :c ?z]))"
                " [(ground \"red\") ?z]]",
                {boxes()});
}

TEST(Trap, X20_UndeclaredAttributeInsideANegation) {
  EXPECT_ANSWER("#{[10] [11] [12]}", "[:find ?e :where [?e :nm] (not [?e :typo _])]", {people()});
  EXPECT_ANSWER("#{[10] [11] [12]}", "[:find ?e :where [?e :nm] (not-join [?e] [?e :typo ?x])]",
                {people()});
}

TEST(Trap, X44_PredicateBetweenVariablesInsideNotJoin) {
  EXPECT_ANSWER("#{[1] [2] [3] [4] [5]}",
                "[:find ?a :where [?a :to] (not-join [?a] [?a :to ?b] [(= ?a ?b)])]", {graph()});
  EXPECT_ANSWER("#{[5] [6]}", "[:find ?a :where [?a :to] (not-join [?a] [?a :to ?b] [(< ?a ?b)])]",
                {graph()});
}

// One clause inside the other, to a depth at which anything exponential would be noticed.
TEST(Logic, NestsDeeply) {
  std::string negations = "[?e :s 1]", disjunctions = "[?e :s 1]";
  for (int i = 0; i < 60; ++i) {
    negations = "(not " + negations + ")";
    disjunctions = "(or " + disjunctions + " (and [?e :s 1] [?e :c \"green\"]))";
  }
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] " + negations + "]", {boxes()});
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e :c] " + disjunctions + "]", {boxes()});
}

}  // namespace
}  // namespace stele::query
