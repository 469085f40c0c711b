// Queries on databases, and the traps in which engines of this language have been caught. Each is
// also asked with its clauses in other orders, and of the naive evaluator.

#include <gtest/gtest.h>

#include "query/query_testing.h"

namespace stele::query {
namespace {

constexpr const char* kUnique = ":db/unique :db.unique/identity";

Db catalog() {
  return database({R"(+ 1 :product/sku "W001"
                      + 1 :product/name "Widget"
                      + 1 :product/price 9.99
                      + 2 :product/sku "G002"
                      + 2 :product/name "Gadget"
                      + 2 :product/price 24.5
                      + 3 :product/sku "T003"
                      + 3 :product/name "Thingamajig"
                      + 3 :product/price 3.75)"});
}

Db inventory() {
  return database({R"(+ 1 :stock/sku "W001"
                      + 1 :stock/count 140
                      + 2 :stock/sku "G002"
                      + 2 :stock/count 0
                      + 3 :stock/sku "T003"
                      + 3 :stock/count 58)"});
}

TEST(Databases, OfTwoTeamsJoinInOneQuery) {
  EXPECT_ANSWER(R"(#{["Widget" 9.99 140] ["Thingamajig" 3.75 58]})",
                R"([:find ?name ?price ?stock
                    :in $cat $inv
                    :where [$cat ?p :product/sku ?sku]
                           [$cat ?p :product/name ?name]
                           [$cat ?p :product/price ?price]
                           [$inv ?i :stock/sku ?sku]
                           [$inv ?i :stock/count ?stock]
                           [(> ?stock 0)]])",
                {catalog(), inventory()});
}

TEST(Databases, OfTwoMomentsJoinInOneQuery) {
  const Db now = database({"+ 1 :sku \"a\"\n+ 1 :count 5", "- 1 :count 5\n+ 1 :count 7"});
  EXPECT_ANSWER("#{[5 7]}", R"([:find ?old ?new :in $old $new
                                :where [$old ?i :sku ?sku] [$old ?i :count ?old]
                                       [$new ?j :sku ?sku] [$new ?j :count ?new]])",
                {now.as_of(kTx0 + 1), now});
}

TEST(Pattern, BindsEveryPartOfAFact) {
  const Db db = database({"+ 1 :a 5", "+ 2 :a 6"});
  EXPECT_ANSWER("#{[1 :a 5 536870913 true] [2 :a 6 536870914 true]}",
                "[:find ?e ?a ?v ?t ?op :where [?e ?a ?v ?t ?op] [(< ?e 100)]]", {db});
  EXPECT_ANSWER("#{[1 :a 5]}", "[:find ?e ?a ?v :where [?e ?a ?v 536870913] [(< ?e 100)]]", {db});
  EXPECT_ANSWER("#{[:a 5]}", "[:find ?a ?v :where [1 ?a ?v]]", {db});
  EXPECT_ANSWER("#{[1]}", "[:find ?e :where [?e _ 5]]", {db});
  EXPECT_ANSWER("#{[2]}", "[:find ?e :in $ ?a ?v :where [?e ?a ?v]]", {db, form(":a"), Value(6)});
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?e :in $ [?a ...] :where [?e ?a _]]", {db, form("[:a :b]")});
}

TEST(Pattern, IsRefusedWhereItMeansNothing) {
  EXPECT_REFUSED("search/pattern", "An attribute is a keyword", "[:find ?e :where [?e 7 _]]",
                 {graph()});
  EXPECT_REFUSED("search/pattern", "named by its id", "[:find ?e :where [?e :to _ :x]]", {graph()});
  EXPECT_REFUSED("search/pattern", "true or false", "[:find ?e :where [?e :to _ _ :db/add]]",
                 {graph()});
  EXPECT_REFUSED("query/where", "has five", "[:find ?e :where [?e :to _ _ _ 6]]", {graph()});
}

TEST(Reference, IsResolvedInItsSource) {  // Q-42, Q-43, Q-47, Q-48
  const Db db = people(kUnique);
  EXPECT_ANSWER("#{[7]}", "[:find ?n :where [[:nm \"ann\"] :n ?n]]", {db});
  EXPECT_ANSWER("#{[10]}", "[:find ?e :where [?e :boss [:nm \"bob\"]]]", {db});
  EXPECT_ANSWER("#{[:db.type/long]}", "[:find ?t :where [:n :db/valueType ?t]]", {db});
  EXPECT_ANSWER("#{[[:nm \"ann\"] 7]}", "[:find ?e ?n :in $ ?e :where [?e :n ?n]]",
                {db, form("[:nm \"ann\"]")});
  EXPECT_ANSWER("#{[10]}", "[:find ?e :in $ ?b :where [?e :boss ?b]]", {db, form("[:nm \"bob\"]")});
  EXPECT_ANSWER("#{[10]}", "[:find ?e :in $ [?b ...] :where [?e :boss ?b]]",
                {db, form("[[:nm \"bob\"] [:nm \"nobody\"] 99]")});
  EXPECT_REFUSED("entity-id/missing", "", "[:find ?n :where [[:nm \"nobody\"] :n ?n]]", {db});
  EXPECT_REFUSED("entity-id/missing", "", "[:find ?n :in $ ?e :where [?e :n ?n]]",
                 {db, form("[:nm \"nobody\"]")});
  EXPECT_REFUSED("lookup-ref/unique", "", "[:find ?n :where [[:alias \"an\"] :n ?n]]", {db});
}

TEST(Trap, X1_RepeatedVariableInOnePattern) {
  EXPECT_ANSWER("#{[6]}", "[:find ?a :where [?a :to ?a]]", {graph()});
  EXPECT_ANSWER("#{[2]}", "[:find ?a :where [?a :via ?a]]", {graph()});
}

TEST(Trap, X3_X6_Cycles) {
  EXPECT_ANSWER("#{[1 2] [2 1] [6 6]}", "[:find ?a ?b :where [?a :to ?b] [?b :to ?a]]", {graph()});
  EXPECT_ANSWER("#{[3 4 5] [4 5 3] [5 3 4] [6 6 6]}",
                "[:find ?a ?b ?c :where [?a :to ?b] [?b :to ?c] [?c :to ?a]]", {graph()});
  EXPECT_ANSWER("#{[2 3] [3 2]}",
                "[:find ?x ?y :where [?a :to ?x] [?a :via ?y] [?b :via ?x] [?b :to ?y]]",
                {graph()});
  for (const char* names : {"?z ?y ?x", "?b ?a ?c", "?q ?aa ?m", "?e ?v ?a"}) {
    char a[8], b[8], c[8];
    ASSERT_EQ(sscanf(names, "%7s %7s %7s", a, b, c), 3);
    const std::string A = a, B = b, C = c;
    EXPECT_ANSWER("#{[3 4 5] [4 5 3] [5 3 4] [6 6 6]}",
                  "[:find " + A + " " + B + " " + C + " :where [" + A + " :to " + B + "] [" + B +
                      " :to " + C + "] [" + C + " :to " + A + "]]",
                  {graph()});
  }
}

TEST(Trap, X7_ColumnsComeAsFindHasThem) {
  EXPECT_ANSWER(R"(#{[10 "bob"] [11 "cy"]})",
                "[:find ?e ?bn :where [?e :boss ?b] [?b :nm ?bn] [?b :n ?n] [(> ?n 7)]]",
                {people()});
}

TEST(Trap, X20_UndeclaredAttributeMatchesNothing) {
  EXPECT_ANSWER("#{}", "[:find ?e :where [?e :typo ?v]]", {people()});
}

TEST(Trap, X21_FalseIsAValue) {
  EXPECT_ANSWER("#{[11]}", "[:find ?e :where [?e :ok false]]", {people()});
  EXPECT_ANSWER("#{[11]}", "[:find ?e :in $ ?v :where [?e :ok ?v]]", {people(), Value(false)});
  EXPECT_ANSWER("#{[10]}", "[:find ?e :in $ ?f :where [?e :ok ?v] [(= ?v ?f)]]",
                {people(), Value(true)});
}

TEST(Trap, X24_RowsOfARelationStayTogether) {
  for (const char* more : {"", ":db/index true"}) {
    EXPECT_ANSWER("#{[1] [4]}", "[:find ?e :in $ [[?c ?s]] :where [?e :c ?c] [?e :s ?s]]",
                  {boxes(more), form(R"([["red" 1] ["blue" 2]])")});
  }
}

TEST(Trap, X27_EachSourceHasItsOwnSchema) {
  const Db other = database({declare(101, ":nm", ":db.type/string", true),
                             "+ 50 :nm \"ann\"\n+ 50 :nm \"eve\"\n+ 51 :nm \"bob\""});
  EXPECT_ANSWER(R"(#{[10 50] [11 51]})", "[:find ?a ?b :in $ $2 :where [?a :nm ?n] [$2 ?b :nm ?n]]",
                {people(kUnique), other});
  EXPECT_REFUSED("lookup-ref/unique", "", "[:find ?n :in $ $2 :where [$2 [:nm \"ann\"] :nm ?n]]",
                 {people(kUnique), other});
  EXPECT_ANSWER("#{[[:nm \"ann\"] 7 \"an\"]}",
                "[:find ?e ?n ?l :in $ $2 ?e :where [?e :n ?n] [$2 ?e :alias ?l]]",
                {people(kUnique), people(kUnique), form("[:nm \"ann\"]")});
}

TEST(Trap, X30_X32_OutputsUnify) {
  EXPECT_ANSWER("#{[11]}", "[:find ?e :where [?e :n ?s] [(+ 4 4) ?s]]", {people()});
  EXPECT_ANSWER("#{[10] [12]}", "[:find ?e :where [?e :n ?s] [(ground [7 9 100]) [?s ...]]]",
                {people()});
  EXPECT_ANSWER("#{[12]}", "[:find ?e :where [?e :nm ?n] [?e :n ?s] [(vector ?n 9) [?n ?s]]]",
                {people()});
}

TEST(Trap, X44_PredicateBetweenVariablesIsNoBound) {
  EXPECT_ANSWER("#{[2] [5] [6]}", "[:find ?x :in $ [?y ...] :where [?x :to ?v] [(= ?y ?v)]]",
                {graph(), form("[3 6]")});
}

TEST(Trap, X45_Ranges) {
  for (const auto& [expected, clauses] :
       std::vector<std::pair<const char*, const char*>>{{"#{[8] [9]}", "[(> ?n 7)] [(>= ?n 7)]"},
                                                        {"#{[8]}", "[(> ?n 7)] [(< ?n 9)]"},
                                                        {"#{}", "[(> ?n 8)] [(< ?n 8)]"},
                                                        {"#{[8] [9]}", "[(< 7 ?n)]"},
                                                        {"#{[8]}", "[(< 7 ?n 9)]"}}) {
    EXPECT_ANSWER(expected, "[:find ?n :where [?e :n ?n] " + std::string(clauses) + "]",
                  {people()});
  }
}

TEST(Trap, X47_UnboundPredicateIsAnErrorOnNoDataToo) {
  EXPECT_REFUSED("query/where", "insufficient bindings", "[:find ?e :where [?e :none] [(> ?x 1)]]",
                 {Db()});
}

TEST(Trap, X49_UnconnectedPartsMultiply) {
  EXPECT_ANSWER("#{[1 3] [1 4] [2 3] [2 4]}",
                "[:find ?x ?y :where [?x :c \"red\"] [?y :c \"blue\"]]", {boxes()});
  EXPECT_ANSWER("#{}", "[:find ?x ?y :where [?x :c \"red\"] [?y :c \"blue\"] [_ :s 99]]",
                {boxes()});
  EXPECT_ANSWER("#{[1 3] [1 4] [2 3] [2 4]}",
                "[:find ?x ?y :where [?x :c \"red\"] [?y :c \"blue\"] [_ :s 1]]", {boxes()});
}

TEST(Trap, X50_LookAlikesAreData) {
  const Db db = database({declare(101, ":nm", ":db.type/string", false, kUnique),
                          "+ 1 :nm \"ann\"\n+ 2 :pair [:nm \"ann\"]\n+ 3 :pair [:limit 5]"});
  EXPECT_ANSWER("#{[2]}", "[:find ?e :where [?e :pair [:nm \"ann\"]]]", {db});
  EXPECT_ANSWER("#{[3]}", "[:find ?e :where [?e :pair [:limit 5]]]", {db});
}

TEST(Trap, X51_X52_LookupRefsAmongInputs) {
  const Db db = people(kUnique);
  for (const char* given :
       {"[[:nm \"ann\"] [:nm \"nobody\"]]", "[[:nm \"nobody\"] [:nm \"ann\"]]"}) {
    EXPECT_ANSWER("#{[[:nm \"ann\"] 7]}", "[:find ?e ?n :in $ [?e ...] :where [?e :n ?n]]",
                  {db, form(given)});
  }
}

TEST(Trap, X103_NothingIsRetractedAtOneMoment) {
  const Db db = people();
  EXPECT_ANSWER("#{[7] [8] [9]}", "[:find ?v :where [?e :n ?v _ true]]", {db});
  EXPECT_ANSWER("#{}", "[:find ?v :where [?e :n ?v _ false]]", {db});
  EXPECT_ANSWER("#{}", "[:find ?v :in $ ?op :where [?e :n ?v _ ?op]]",
                {db.as_of(db.max_tx()), Value(false)});
  EXPECT_ANSWER("#{[7 true] [8 true] [9 true]}", "[:find ?v ?op :where [?e :n ?v _ ?op]]", {db});
}

TEST(Trap, X117_VariableOnlyInInputs) {
  EXPECT_ANSWER("#{[5]}", "[:find ?c :in $ ?c :where [_ :s 1]]", {boxes(), Value(5)});
  EXPECT_ANSWER("#{}", "[:find ?c :in $ ?c :where [_ :s 99]]", {boxes(), Value(5)});
}

TEST(Trap, X118_EmptyDatabases) {
  EXPECT_ANSWER("#{}", "[:find ?e :where [?e :a]]", {Db()});
  EXPECT_ANSWER("#{}", "[:find ?e ?v :where [?e _ ?v]]", {database({})});
  EXPECT_ANSWER("#{[101]}", "[:find ?e :where [?e :db/ident :to]]",
                {database({declare(101, ":to", ":db.type/ref")})});
}

TEST(Trap, X126_NilFromInputsMatchesNothing) {
  EXPECT_ANSWER("#{}", "[:find ?e :in $ ?v :where [?e :n ?v]]", {people(), Value()});
  EXPECT_ANSWER("#{[11]}", "[:find ?e :in $ [?v ...] :where [?e :n ?v]]",
                {people(), form("[nil 8]")});
}

}  // namespace
}  // namespace stele::query
