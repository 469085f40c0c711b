// Forms, inputs, shapes and functions, over plain collections: what the language says without a
// database.

#include <gtest/gtest.h>

#include "query/query_testing.h"

namespace stele::query {
namespace {

const Value& friends() {
  static const Value value = form(R"([[1 :name "Ivan"] [1 :age 19] [1 :aka "x"]
                                      [2 :name "Oleg"] [2 :age 37] [2 :aka "y"] [2 :aka "z"]])");
  return value;
}

TEST(Form, IsAVectorAMapAListAQuoteOrAString) {
  const char* expected = R"(#{["Ivan"]})";
  EXPECT_ANSWER(expected, R"([:find ?n :where [?e :age 19] [?e :name ?n]])", {friends()});
  EXPECT_ANSWER(expected, R"((:find ?n :where [?e :age 19] [?e :name ?n]))", {friends()});
  EXPECT_ANSWER(expected, R"('[:find ?n :where [?e :age 19] [?e :name ?n]])", {friends()});
  EXPECT_ANSWER(expected, R"({:find [?n] :where [[?e :age 19] [?e :name ?n]]})", {friends()});
  auto query = Query::read(form(R"([:find ?n :where [?e :age 19] [?e :name ?n]])"));
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->run(std::vector<Input>{friends()})->rows(), 1u);
}

TEST(Form, UnknownKeywordIsNamedWithTheLikelyOne) {
  EXPECT_REFUSED("parser/query", "Did you mean :where?", "[:find ?e :wher [?e :age 19]]");
  EXPECT_REFUSED("parser/query", ":wher", "{:find [?e] :wher [[?e :age 19]]}");
  EXPECT_REFUSED("parser/query", ":nonsense", "[:find ?e :nonsense [?e]]");
  EXPECT_REFUSED("parser/query", "twice", "[:find ?e :find ?e :where [?e]]");
  EXPECT_REFUSED("parser/query", "begins with a keyword", "[?e :where [?e]]");
  EXPECT_REFUSED("parser/query", "not 7", "7");
  EXPECT_REFUSED("parser/timeout", "milliseconds", "[:find ?e :where [?e] :timeout soon]");
}

TEST(Form, MalformedPartsAreShown) {
  EXPECT_REFUSED("parser/find", "Cannot find :e", "{:find [:e] :where [[?e]]}");
  EXPECT_REFUSED("parser/find", "finds something", "[:find :where [?e]]");
  EXPECT_REFUSED("parser/where", "is empty", "[:find ?e :where []]");
  EXPECT_REFUSED("parser/where", "is empty", "[:find ?e :where [$]]");
  EXPECT_REFUSED("parser/where", "not 7", "{:find [?e] :where [7]}");
  EXPECT_REFUSED("parser/binding", "Cannot bind to :x", "[:find ?x :where [(ground 1) :x]]");
  EXPECT_REFUSED("parser/where", "call and one binding", "[:find ?x :where [(ground 1) ?x ?y]]");
  EXPECT_REFUSED("parser/where", "call inside a call", "[:find ?x :where [(+ 1 (inc 2)) ?x]]");
  EXPECT_REFUSED("query/where", "takes 2 arguments", "[:find ?x :where [(quot 1) ?x]]");
}

TEST(Form, WhatIsNotThereYetIsRefused) {
  for (const char* query : {"[:find (count ?e) :where [?e] :having [[(> (count ?e) 1)]]]",
                            "[:find ?e :in $ % :where (rule ?e)]", "[:find ?e :where (rule ?e)]",
                            "[:find ?e :in $ ?f :where [(?f 1) ?e]]",
                            "[:find ?x :where [?e] [(get-else $ ?e :age 1) ?x]]"}) {
    EXPECT_REFUSED("query/unsupported", "is not supported yet", query);
  }
}

TEST(Form, StandsForVariablesThatAreBound) {
  EXPECT_REFUSED("parser/query", "Query for unknown vars: [?x ?y]", "[:find ?e ?x ?y :where [?e]]");
  EXPECT_REFUSED("query/where", "insufficient bindings: #{?b} not bound in [(> ?b 3)]",
                 "[:find ?e :where [?e :age] [(> ?b 3)]]");
  EXPECT_REFUSED("query/where", "Cannot resolve any more clauses",
                 "[:find ?a :where [(inc ?a) ?b] [(inc ?b) ?a]]");
  EXPECT_REFUSED("query/where", "Unknown predicate 'wat in [(wat ?e)]",
                 "[:find ?e :where [?e] [(wat ?e)]]");
  EXPECT_REFUSED("query/where", "Unknown function 'wat in [(wat ?e) ?x]",
                 "[:find ?x :where [?e] [(wat ?e) ?x]]");
  EXPECT_REFUSED("parser/query", "$other", "[:find ?e :where [$other ?e]]");
  EXPECT_REFUSED("query/where", "nil stands in [?e :n nil]", "[:find ?e :where [?e :n nil]]");
}

TEST(Inputs, MustMatchInNumber) {  // Q-4, X-116
  EXPECT_REFUSED("query/inputs", "Too few inputs passed", "[:find ?e :in $ ?x :where [?e]]",
                 {friends()});
  EXPECT_REFUSED("query/inputs", "Extra inputs passed", "[:find ?e :where [?e]]",
                 {friends(), Value(1)});
  EXPECT_REFUSED("query/inputs", "Too few inputs passed", "[:find ?e :where [?e]]");
  EXPECT_REFUSED("query/inputs", "it must be a database or a collection", "[:find ?e :where [?e]]",
                 {Value()});
  EXPECT_REFUSED("query/inputs", "holds tuples", "[:find ?e :where [?e]]", {form("[1 2]")});
  EXPECT_ANSWER("#{[3]}", "[:find ?x :where [(ground 3) ?x]]");  // Q-75
}

TEST(Inputs, AreTakenApart) {                                                      // Q-20 … Q-24
  EXPECT_ANSWER("#{[10 20]}", "[:find ?a ?b :in ?a ?b]", {Value(10), Value(20)});  // Q-13
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?x :in [?x ...]]", {form("[1 2 2]")});
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?x :in [?x ...]]", {form("#{1 2}")});
  EXPECT_ANSWER("#{}", "[:find ?x :in [?x ...]]", {form("[]")});
  EXPECT_ANSWER("#{[1 2]}", "[:find ?x ?y :in [?x ?y]]", {form("[1 2 3]")});
  EXPECT_ANSWER("#{[1 2] [3 4]}", "[:find ?x ?y :in [[?x ?y]]]", {form("[[1 2] [3 4]]")});
  EXPECT_ANSWER("#{[:a 1 2] [:b 3 4]}", "[:find ?k ?min ?max :in [[?k [?min ?max]] ...]]",
                {form("{:a [1 2] :b [3 4]}")});
  EXPECT_ANSWER("#{[2]}", "[:find ?y :in [_ ?y]]", {form("[1 2]")});
  EXPECT_ANSWER("#{[nil]}", "[:find ?x :in ?x]", {Value()});  // Q-21
  EXPECT_ANSWER("#{[1 nil]}", "[:find ?x ?y :in [?x ?y]]", {form("[1 nil]")});
}

TEST(Inputs, ThatDoNotFitAreShown) {  // Q-22, Q-23, Q-25, Q-27
  EXPECT_REFUSED("query/binding", "Cannot bind value :a to collection [?a ...]",
                 "[:find ?a :in [?a ...]]", {form(":a")});
  EXPECT_REFUSED("query/binding", "Cannot bind value \"abc\" to collection [?c ...]",
                 "[:find ?c :in [?c ...]]", {Value("abc")});
  EXPECT_REFUSED("query/binding", "Cannot bind value 1 to tuple [?a ?b]", "[:find ?a :in [?a ?b]]",
                 {Value(1)});
  EXPECT_REFUSED("query/binding", "Not enough elements in a collection [1]",
                 "[:find ?a :in [?a ?b]]", {form("[1]")});
  EXPECT_REFUSED("parser/query", "Vars used in :in should be distinct",
                 "[:find ?a :in ?a [?a ...]]", {Value(1), form("[1]")});  // X-119
  EXPECT_REFUSED("parser/query", "Vars used in :in should be distinct", "[:find ?a :in $ $ ?a]",
                 {friends(), friends(), Value(1)});
}

TEST(Shape, IsTheOneThatFindAsksFor) {  // Q-30, Q-31
  EXPECT_ANSWER("[1 2]", "[:find [?e ...] :where [?e :age]]", {friends()});
  EXPECT_ANSWER("1", "[:find ?e . :where [?e :age]]", {friends()});
  EXPECT_ANSWER("[1 19]", "[:find [?e ?a] :where [?e :age ?a]]", {friends()});
  EXPECT_ANSWER("[]", "[:find [?e ...] :where [?e :none]]", {friends()});
  EXPECT_ANSWER("nil", "[:find ?e . :where [?e :none]]", {friends()});
  EXPECT_ANSWER("nil", "[:find [?e ?a] :where [?e :none ?a]]", {friends()});
  EXPECT_ANSWER("#{[1 1] [2 2]}", "[:find ?e ?e :where [?e :age]]", {friends()});
}

TEST(Collection, IsASourceOfTuples) {  // Q-70 … Q-74
  EXPECT_ANSWER(R"(#{["Ivan" 19]})",
                R"([:find ?n ?a :where [?e :aka "x"] [?e :name ?n] [?e :age ?a]])", {friends()});
  EXPECT_ANSWER("#{[:a 1]}", "[:find ?k ?v :where [?k ?v]]", {form("{:a 1}")});
  EXPECT_ANSWER("#{[1]}", "[:find ?e :where [?e :n 1 _ :db/retract]]",
                {form("[[1 :n 1 5 :db/retract] [2 :n 1 5 :db/add]]")});
  EXPECT_ANSWER("#{[6]}", "[:find ?f :where [1 2 3 4 5 ?f]]", {form("[[1 2 3 4 5 6]]")});
  EXPECT_ANSWER("#{[2]}", "[:find ?a :where [?a :to ?a]]", {form("[[1 :to 2] [2 :to 2]]")});
}

TEST(Trap, X120_ShortTuplesDoNotMatch) {
  EXPECT_ANSWER("#{[1 2]}", "[:find ?a ?b :where [?a ?b]]", {form("[[1 2] [3] []]")});
}

TEST(Trap, X121_SymbolsAreConstants) {
  EXPECT_ANSWER("#{[1]}", "[:find ?e :where [?e :is foo]]",
                {form("[[1 :is foo] [2 :is :foo] [3 :is \"foo\"]]")});
  EXPECT_ANSWER("#{[1]}", "[:find ?e :where [?e :is _foo]]", {form("[[1 :is _foo] [2 :is bar]]")});
}

TEST(Trap, X53_EmptyConstantsAreConstants) {
  const Value facts = form(R"([[1 :v 0] [2 :v ""] [3 :v []] [4 :v false] [5 :v 1]])");
  EXPECT_ANSWER("#{[1]}", "[:find ?e :where [?e :v 0]]", {facts});
  EXPECT_ANSWER("#{[2]}", "[:find ?e :where [?e :v \"\"]]", {facts});
  EXPECT_ANSWER("#{[3]}", "[:find ?e :where [?e :v []]]", {facts});
  EXPECT_ANSWER("#{[4]}", "[:find ?e :where [?e :v false]]", {facts});
}

TEST(Equality, KeepsKindsOfNumbersApart) {  // Q-81 … Q-85
  const Value facts = form("[[1 1] [2 1.0] [3 1N] [4 1M] [5 1.00M] [6 \"1\"] [7 ##NaN] [8 -0.0]]");
  EXPECT_ANSWER("#{[1] [3]}", "[:find ?e :where [?e 1]]", {facts});
  EXPECT_ANSWER("#{[2]}", "[:find ?e :where [?e 1.0]]", {facts});
  EXPECT_ANSWER("#{[4] [5]}", "[:find ?e :where [?e 1.0M]]", {facts});
  EXPECT_ANSWER("#{[7]}", "[:find ?e :in $ $2 :where [?e ?v] [$2 ?v]]", {facts, form("[[##NaN]]")});
  EXPECT_ANSWER("#{[8]}", "[:find ?e :where [?e 0.0]]", {facts});
  EXPECT_ANSWER("#{[1] [2] [3] [4] [5]}", "[:find ?e :where [?e ?v] [(== ?v 1)]]", {facts});
  EXPECT_ANSWER("#{}", "[:find ?e :where [?e ?v] [(= ?v ##NaN)]]", {facts});
}

TEST(Trap, X46_ComparingDifferentTypesIsFalse) {
  const Value facts = form("[[1 1] [2 5] [3 \"a\"] [4 :k] [5 nil] [6 ##NaN]]");
  EXPECT_ANSWER("#{[5]}", "[:find ?v :where [_ ?v] [(> ?v 3)]]", {facts});
  EXPECT_ANSWER("#{[\"a\"]}", "[:find ?v :where [_ ?v] [(< ?v \"b\")]]", {facts});
  EXPECT_ANSWER("#{}", "[:find ?v :where [_ ?v] [(< ?v nil)]]", {facts});
}

TEST(Predicates, TakeAnyNumberOfArguments) {  // Q-100, Q-101
  EXPECT_ANSWER("#{[1]}", "[:find ?x :in ?x :where [(< 0 ?x 2 3)]]", {Value(1)});
  EXPECT_ANSWER("#{}", "[:find ?x :in ?x :where [(< 0 ?x 1)]]", {Value(1)});
  EXPECT_ANSWER("#{[1]}", "[:find ?x :in [?x ...] :where [(not= ?x 2 3)]]", {form("[1]")});
  EXPECT_ANSWER("#{[2]}", "[:find ?x :in [?x ...] :where [(not= ?x 2 3)]]", {form("[2]")});
  EXPECT_ANSWER("#{[2]}", "[:find ?x :in [?x ...] :where [(= ?x 2 2)]]", {form("[1 2]")});
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?x :in [?x ...] :where [(= ?x)]]", {form("[1 2]")});
  EXPECT_ANSWER("#{[1.5] [2]}", "[:find ?x :in [?x ...] :where [(<= 1.5 ?x)] [(>= 2.0 ?x)]]",
                {form("[1 1.5 2 2.5]")});
}

TEST(Trap, X43_ClausesMayBeLists) {
  EXPECT_ANSWER("#{[8]}", "[:find ?n :in [?n ...] :where ((> ?n 7))]", {form("[7 8]")});
  EXPECT_ANSWER("#{[8]}", "[:find ?m :in [?n ...] :where ((inc ?n) ?m)]", {form("[7]")});
}

TEST(Functions, Calculate) {
  const auto value = [](const std::string& call) {
    return ask("[:find ?x . :where [" + call + " ?x]]");
  };
  EXPECT_EQ(value("(+)"), "0");
  EXPECT_EQ(value("(+ 1 2 3)"), "6");
  EXPECT_EQ(value("(+ 1 2.5)"), "3.5");
  EXPECT_EQ(value("(- 5)"), "-5");
  EXPECT_EQ(value("(- 5 2 1)"), "2");
  EXPECT_EQ(value("(* 2 3)"), "6");
  EXPECT_EQ(value("(/ 6 3)"), "2");
  EXPECT_EQ(value("(/ 1 2)"), "0.5");
  EXPECT_EQ(value("(/ 1.0 0)"), "##Inf");
  EXPECT_EQ(value("(quot -7 2)"), "-3");
  EXPECT_EQ(value("(rem -7 2)"), "-1");
  EXPECT_EQ(value("(mod -7 2)"), "1");
  EXPECT_EQ(value("(mod 7 -2)"), "-1");
  EXPECT_EQ(value("(inc 1)"), "2");
  EXPECT_EQ(value("(dec 1.5)"), "0.5");
  EXPECT_EQ(value("(vector 1 :a \"b\")"), "[1 :a \"b\"]");
  EXPECT_EQ(value("(identity false)"), "false");
  EXPECT_EQ(value("(ground nil)"), "nil");  // a nil answer drops the row
}

TEST(Functions, SayWhyTheyFail) {
  EXPECT_REFUSED("query/arithmetic", "64-bit", "[:find ?x :where [(inc 9223372036854775807) ?x]]");
  EXPECT_REFUSED("query/arithmetic", "divided by zero", "[:find ?x :where [(/ 1 0) ?x]]");
  EXPECT_REFUSED("query/arithmetic", "64-bit",
                 "[:find ?x :where [(quot -9223372036854775808 -1) ?x]]");
  EXPECT_REFUSED("query/function", "a string is no number", "[:find ?x :where [(+ \"a\" 1) ?x]]");
  EXPECT_REFUSED("query/unsupported", "bigint", "[:find ?x :where [(+ 1N 1) ?x]]");
  EXPECT_REFUSED("query/function", "no part from 1 to 9",
                 "[:find ?x :where [(subs \"ab\" 1 9) ?x]]");
  EXPECT_REFUSED("query/binding", "Cannot bind value 1", "[:find ?x :where [(ground 1) [?x ...]]]");
}

TEST(Functions, HandleText) {
  const auto value = [](const std::string& call) {
    return ask("[:find ?x . :where [" + call + " ?x]]");
  };
  EXPECT_EQ(value("(str \"a\" 1 nil :b \\c 1.5)"), R"("a1:bc1.5")");
  EXPECT_EQ(value("(subs \"hello\" 1 3)"), R"("el")");
  EXPECT_EQ(value("(subs \"h\u00e9llo\" 2)"), R"("llo")");
  EXPECT_EQ(value("(count \"a\U0001F600\")"), "3");
  EXPECT_EQ(value("(count [1 2])"), "2");
  EXPECT_EQ(value("(count nil)"), "0");
  EXPECT_EQ(value("(clojure.string/upper-case \"stra\u00dfe \u00e9\u03c9\u044f\u0101\")"),
            "\"STRASSE \u00c9\u03a9\u042f\u0100\"");
  EXPECT_EQ(value("(clojure.string/lower-case \"\u00c9\u03a9\u042f\u0100Z\")"),
            "\"\u00e9\u03c9\u044f\u0101z\"");
  EXPECT_EQ(value("(clojure.string/blank? \" \\t\")"), "true");
  EXPECT_EQ(value("(clojure.string/includes? \"abc\" \"bc\")"), "true");
  EXPECT_EQ(value("(clojure.string/starts-with? \"abc\" \"bc\")"), "false");
  EXPECT_EQ(value("(clojure.string/ends-with? \"abc\" \"bc\")"), "true");
}

TEST(Functions, BindWhatTheyGive) {  // Q-90
  EXPECT_ANSWER("#{[1] [2]}", "[:find ?x :where [(ground [1 2 2]) [?x ...]]]");
  EXPECT_ANSWER("#{[1 2]}", "[:find ?x ?y :where [(vector 1 2) [?x ?y]]]");
  EXPECT_ANSWER("#{[1 :a] [2 :b]}", "[:find ?x ?y :where [(ground [[1 :a] [2 :b]]) [[?x ?y]]]]");
  EXPECT_ANSWER("#{}", "[:find ?x :where [(ground []) [?x ...]]]");
  EXPECT_ANSWER("#{[1 1] [2 2]}", "[:find ?x ?y :in [?x ...] :where [(identity ?x) ?y]]",
                {form("[1 2]")});
  EXPECT_ANSWER("#{[2 3]}", "[:find ?x ?y :in [[?x ?y]] :where [(inc ?x) ?y]]",
                {form("[[1 3] [2 3]]")});
  EXPECT_ANSWER("#{[1]}", "[:find ?x :in [?x ...] :where [(identity ?x) _]]", {form("[1]")});
}

TEST(Trap, X119_RepeatedOutputVariablesUnify) {
  EXPECT_ANSWER("#{}", "[:find ?x :where [(vector 1 2) [?x ?x]]]");
  EXPECT_ANSWER("#{[3]}", "[:find ?x :where [(vector 3 3) [?x ?x]]]");
}

TEST(Relation, GivesTypedCells) {
  auto query = Query::read(Value("[:find ?s ?d ?k ?b ?i ?u :in [[?s ?d ?k ?b ?i ?u]]]"));
  const Value row = form(R"([["text" 2.5 :ns/key true #inst "2025-11-01"
                             #uuid "550e8400-e29b-41d4-a716-446655440000"]])");
  auto found = query->run(std::vector<Input>{row});
  ASSERT_TRUE(found.ok()) << found.error().message();
  for (auto [s, d, k, b, i, u] :
       found->as<std::string_view, double, std::string_view, bool, Instant, Uuid>()) {
    EXPECT_EQ(s, "text");
    EXPECT_EQ(d, 2.5);
    EXPECT_EQ(k, "key");
    EXPECT_TRUE(b);
    EXPECT_EQ(i, instant("2025-11-01"));
    EXPECT_EQ(to_string(u), "550e8400-e29b-41d4-a716-446655440000");
  }
  EXPECT_EQ(found->name(1), "?d");
  EXPECT_EQ(found->kind(0), Kind::string);
  EXPECT_EQ(Relation().rows(), 0u);
}

TEST(Relation, OwnsItsTexts) {
  Relation kept;
  {
    const Value facts = form(R"([[1 "a string that is long enough to be somewhere"]])");
    kept = *Query::read(Value("[:find ?s :where [_ ?s]]"))->run(std::vector<Input>{facts});
  }
  EXPECT_EQ(kept.get<std::string_view>(0, 0), "a string that is long enough to be somewhere");
}

TEST(Limits, EndAQuery) {
  std::vector<Value> items;
  for (int i = 0; i < 20000; ++i) items.push_back(Value::vector({Value(i)}));
  const Value many = Value::vector(std::move(items));
  const std::vector<Input> inputs = {many, many};
  auto product = Query::read(Value("[:find ?x ?y :in $1 $2 :where [$1 ?x] [$2 ?y]]"));
  auto too_much = product->run(inputs, {.memory_bytes_max = 1 << 20});
  ASSERT_FALSE(too_much.ok());
  EXPECT_EQ(too_much.error().code(), "query/memory");
  const std::atomic<bool> stop = true;
  auto stopped = product->run(inputs, {.cancel = &stop});
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), "query/canceled");
}

}  // namespace
}  // namespace stele::query
