// Aggregates, :with, order, limits, pulls and named tuples: what becomes of the rows.

#include <gtest/gtest.h>

#include "edn/writer.h"
#include "query/query_testing.h"
#include "query/run.h"

namespace stele::query {
namespace {

const Value& heads() {
  static const Value value = form(R"([["Cerberus" 3] ["Medusa" 1] ["Cyclops" 1] ["Chimera" 1]])");
  return value;
}

Value numbers() { return form("[10 15 20 35 75]"); }

TEST(Aggregate, ComesToWhatItsTableSays) {  // Q-121
  const auto of_numbers = [](std::string_view name) {
    return ask(std::string("[:find (") + std::string(name) + " ?x) . :in [?x ...]]", {numbers()});
  };
  EXPECT_EQ(of_numbers("count"), "5");
  EXPECT_EQ(of_numbers("count-distinct"), "5");
  EXPECT_EQ(of_numbers("sum"), "155");
  EXPECT_EQ(of_numbers("avg"), "31.0");
  EXPECT_EQ(of_numbers("median"), "20.0");
  EXPECT_EQ(of_numbers("variance"), "554.0");
  EXPECT_EQ(of_numbers("stddev"), "23.53720459187964");
  EXPECT_EQ(of_numbers("min"), "10");
  EXPECT_EQ(of_numbers("max"), "75");
  EXPECT_EQ(of_numbers("min 2"), "[10 15]");
  EXPECT_EQ(of_numbers("max 2"), "[35 75]");
  EXPECT_EQ(of_numbers("max 9"), "[10 15 20 35 75]");
  EXPECT_EQ(of_numbers("min 0"), "[]");
  EXPECT_EQ(of_numbers("distinct"), canonical("#{10 15 20 35 75}"));
  EXPECT_ANSWER("2.5", "[:find (median ?x) . :in [?x ...]]", {form("[1 2 3 4]")});
  EXPECT_ANSWER("62.0", "[:find (variance ?x) . :in [?x ...]]", {form("[10 20 30 12]")});
  EXPECT_ANSWER("16.0", "[:find (median ?x) . :in [?x ...]]", {form("[10 20 30 12]")});
  EXPECT_ANSWER("0.0", "[:find (variance ?x) . :in [?x ...]]", {form("[7]")});
}

TEST(Aggregate, OfRandomRowsTakesThemFromTheGroup) {
  const auto ask_many = [](const char* query, const char* count) {
    const Value answer = form(ask(query, {numbers(), form(count)}));
    const Value among = numbers();
    for (const Value& item : answer.items()) {
      EXPECT_NE(std::find(among.items().begin(), among.items().end(), item), among.items().end());
    }
    return answer;
  };
  EXPECT_EQ(ask_many("[:find (rand ?n ?x) . :in [?x ...] ?n]", "40").items().size(), 40u);
  const Value sample = ask_many("[:find (sample ?n ?x) . :in [?x ...] ?n]", "3");
  EXPECT_EQ(Value::set({sample.items().begin(), sample.items().end()}).items().size(), 3u);
  const Value all = ask_many("[:find (sample ?n ?x) . :in [?x ...] ?n]", "9");
  EXPECT_EQ(Value::set({all.items().begin(), all.items().end()}), form("#{10 15 20 35 75}"));
  const Value one = form(ask("[:find (rand ?x) . :in [?x ...]]", {numbers()}));
  EXPECT_TRUE(form("#{10 15 20 35 75}").contains(one));
}

TEST(Aggregate, SeesDistinctRowsOfFindAndWith) {  // X-54, Q-33
  EXPECT_ANSWER("4", "[:find (sum ?h) . :in [[?m ?h]]]", {heads()});
  EXPECT_ANSWER("6", "[:find (sum ?h) . :with ?m :in [[?m ?h]]]", {heads()});
  EXPECT_ANSWER("[[4 2]]", "[:find (count ?h) (count-distinct ?h) :with ?m :in [[?m ?h]]]",
                {heads()});
  EXPECT_ANSWER("[[3] [1] [1] [1]]", "[:find ?h :with ?m :in [[?m ?h]]]", {heads()});
  EXPECT_ANSWER("[3 1 1 1]", "[:find [?h ...] :with ?m :in [[?m ?h]]]", {heads()});
  EXPECT_ANSWER("[1 1 3]", "[:find (max 3 ?h) . :with ?m :in [[?m ?h]]]", {heads()});
}

TEST(Aggregate, OfNothingIsNothing) {  // X-55, Q-120
  EXPECT_ANSWER("[]", "[:find (count ?x) :in [?x ...]]", {form("[]")});
  EXPECT_ANSWER("[]", "[:find [(count ?x) ...] :in [?x ...]]", {form("[]")});
  EXPECT_ANSWER("nil", "[:find (count ?x) . :in [?x ...]]", {form("[]")});
  EXPECT_ANSWER("nil", "[:find (sum ?e) . :where [?e :typo]]", {people()});
  EXPECT_ANSWER("nil", "[:find (count ?e) . :where [?e :typo]]", {people()});
  EXPECT_ANSWER("nil", "[:find (count ?e) . :where [?e :n 99]]", {people()});
}

TEST(Aggregate, AddsNumbersExactlyWhateverTheirOrder) {  // X-56, Q-122, Q-123
  EXPECT_ANSWER("[12.5 6.25 2.5]", "[:find [(sum ?x) (avg ?x) (min ?x)] :in [?x ...]]",
                {form("[10 2.5]")});
  EXPECT_ANSWER("[12.5 6.25 2.5]", "[:find [(sum ?x) (avg ?x) (min ?x)] :in [?x ...]]",
                {form("[2.5 10]")});
  EXPECT_ANSWER("9223372036854775807", "[:find (sum ?x) . :in [?x ...]]",
                {form("[9223372036854775807 1 -1]")});
  EXPECT_REFUSED("query/arithmetic", "does not fit", "[:find (sum ?x) . :in [?x ...]]",
                 {form("[9223372036854775807 1]")});
  EXPECT_ANSWER("9223372036854775808N", "[:find (sum ?x) . :in [?x ...]]",
                {form("[9223372036854775807N 1]")});
  EXPECT_ANSWER("3.75M", "[:find (sum ?x) . :in [?x ...]]", {form("[1.50M 2 0.25M]")});
  EXPECT_ANSWER("[##NaN ##NaN 1.0 ##NaN]",
                "[:find [(sum ?x) (avg ?x) (min ?x) (max ?x)] :in [?x ...]]",
                {form("[1.0 ##NaN]")});
  EXPECT_ANSWER("4611686018427387904.0", "[:find (median ?x) . :in [?x ...]]",
                {form("[4611686018427387904 4611686018427387904N]")});
}

TEST(Aggregate, TakesAnyTypeInTheOrderOfValues) {  // X-58
  EXPECT_ANSWER(R"([":a" "z"])", "[:find [(min ?x) (max ?x)] :in [?x ...]]",
                {form(R"(["m" ":a" "z"])")});
  EXPECT_ANSWER("[:a :n/a]", "[:find [(min ?x) (max ?x)] :in [?x ...]]", {form("[:b :n/a :a]")});
  EXPECT_ANSWER(R"(["a" "b"])", "[:find (max 2 ?x) . :in [?x ...]]", {form(R"([1 "b" "a" :k])")});
  EXPECT_ANSWER(R"("b")", "[:find (median ?x) . :in [?x ...]]", {form(R"(["c" "a" "b"])")});
  EXPECT_ANSWER(R"([["bob" :p] ["cy" :q]])",
                R"([:find (max ?n) ?t :where [?e :nm ?n] [?e :tag ?t] [(not= ?n "ann")]])",
                {people()});
}

TEST(Aggregate, SaysWhatItCannotAdd) {
  EXPECT_REFUSED("query/function", "(sum ?x) failed: a string is no number",
                 "[:find (sum ?x) :in [?x ...]]", {form(R"(["a"])")});
  EXPECT_REFUSED("query/function", "(variance ?x) failed", "[:find (variance ?x) :in [?x ...]]",
                 {form("[:a]")});
  EXPECT_REFUSED("query/function", "no middle", "[:find (median ?x) :in [?x ...]]",
                 {form(R"(["a" "b"])")});
  EXPECT_REFUSED("query/function", "nil is no number", "[:find (avg ?x) :in ?x]", {Value()});
}

TEST(Aggregate, IsNamedOrChosen) {  // Q-20, Q-121
  EXPECT_REFUSED("parser/find", "Unknown aggregate 'smallest in (smallest ?x)",
                 "[:find (smallest ?x) :in [?x ...]]", {numbers()});
  EXPECT_REFUSED("parser/find", "takes nothing but a variable", "[:find (sum 2 ?x) :in [?x ...]]");
  EXPECT_REFUSED("parser/find", "takes a count", "[:find (sample ?x) :in [?x ...]]");
  EXPECT_REFUSED("parser/find", "ends with the variable", "[:find (count) :in [?x ...]]");
  EXPECT_REFUSED("parser/find", "?n is not in :in", "[:find (min ?n ?x) :in [?x ...]]");
  EXPECT_REFUSED("parser/find", "one value for the whole query",
                 "[:find (min ?n ?x) :in [[?n ?x]]]");
  EXPECT_REFUSED("query/inputs", "how many are wanted", "[:find (min ?n ?x) :in ?n [?x ...]]",
                 {Value(-1), numbers()});
  EXPECT_ANSWER("[10 15]", "[:find (min ?n ?x) . :in ?n [?x ...]]", {Value(2), numbers()});
  EXPECT_ANSWER("155", "[:find (aggregate ?f ?x) . :in ?f [?x ...]]", {form("sum"), numbers()});
  EXPECT_ANSWER("[35 75]", "[:find (aggregate ?f 2 ?x) . :in ?f [?x ...]]",
                {form("max"), numbers()});
  EXPECT_ANSWER("155", "[:find (f ?x) . :in f [?x ...]]", {form("sum"), numbers()});
  EXPECT_REFUSED("query/inputs", "there is no aggregate wat",
                 "[:find (aggregate ?f ?x) . :in ?f [?x ...]]", {form("wat"), numbers()});
  EXPECT_REFUSED("query/inputs", "does not take 1 arguments",
                 "[:find (aggregate ?f 2 ?x) . :in ?f [?x ...]]", {form("sum"), numbers()});
}

TEST(Aggregate, GroupsByWhatElseIsFound) {  // Q-120, X-57
  EXPECT_ANSWER("[[:p 2 7.5] [:q 2 8.0]]",
                "[:find ?t (count ?e) (avg ?n) :where [?e :tag ?t] [?e :n ?n]]", {people()});
  EXPECT_ANSWER("[[:p 7] [:q 7]]",
                "[:find ?t (min ?n) :where [?e :tag ?t] [?e :n ?n] [(not= ?n 8)]]", {people()});
}

TEST(Aggregate, CountsWhatAnIndexCounts) {
  EXPECT_ANSWER("3", "[:find (count ?e) . :where [?e :n]]", {people()});
  EXPECT_ANSWER("4", "[:find (count ?t) . :with ?e :where [?e :tag ?t]]", {people()});
  EXPECT_ANSWER("3", "[:find (count ?e) . :where [?e :tag ?t]]", {people()});
  EXPECT_ANSWER("2", "[:find (count ?e) . :where [?e :tag :p]]", {people()});
  EXPECT_ANSWER("[24 7 9]", "[:find [(sum ?n) (min ?n) (max ?n)] :with ?e :where [?e :n ?n]]",
                {people()});
  EXPECT_ANSWER("1", "[:find (count ?e) . :in $ ?n :where [?e :n ?n]]", {people(), Value(7)});
  EXPECT_ANSWER("nil", "[:find (count ?e) . :in $ ?n :where [?e :n ?n]]", {people(), Value(7.0)});
  EXPECT_ANSWER("3", "[:find (count ?e) . :where [?e :n]]", {people().as_of(people().max_tx())});
  EXPECT_ANSWER("nil", "[:find (count ?e) . :where [?e :n]]",
                {people().as_of(people().max_tx() - 1)});
  EXPECT_ANSWER("1", "[:find (count ?a) . :where [?a :to ?a]]", {graph()});
  EXPECT_ANSWER(R"(["ann" "cy"])", "[:find [(min ?n) (max ?n)] :where [_ :nm ?n]]", {people()});
}

TEST(OrderBy, IsTheOrderOfValues) {  // Q-35, X-59, J-24
  const std::vector<Input> in = {form("[[1 :b] [2 :a] [3 :b] [4 nil]]")};
  EXPECT_ANSWER("[[4 nil] [2 :a] [1 :b] [3 :b]]", "[:find ?x ?y :in [[?x ?y]] :order-by ?y]", in);
  EXPECT_ANSWER("[[1 :b] [3 :b] [2 :a] [4 nil]]",
                "[:find ?x ?y :in [[?x ?y]] :order-by [?y :desc]]", in);
  EXPECT_ANSWER("[[3 :b] [1 :b] [2 :a] [4 nil]]",
                "[:find ?x ?y :in [[?x ?y]] :order-by [1 :desc ?x :desc]]", in);
  EXPECT_ANSWER("[[4 nil] [3 :b]]", "[:find ?x ?y :in [[?x ?y]] :order-by ?x :desc :limit 2]", in);
  EXPECT_ANSWER("[3 2]", "[:find [?x ...] :in [[?x ?y]] :order-by [?x :desc] :offset 1 :limit 2]",
                in);
  EXPECT_ANSWER("[[:b 2] [:a 1] [nil 1]]",
                "[:find ?y (count ?x) :in [[?x ?y]] :order-by [1 :desc 0 :desc]]", in);
  EXPECT_ANSWER("[[-1.5] [-0.5] [0.5] [1] [1.0]]", "[:find ?x :in [?x ...] :order-by ?x]",
                {form("[1.0 0.5 -1.5 1 -0.5]")});
  EXPECT_ANSWER(R"([["a"] ["abcdefgh"] ["abcdefghi"] ["abcdefghj"] ["b"]])",
                "[:find ?x :in [?x ...] :order-by ?x]",
                {form(R"(["b" "abcdefghj" "abcdefgh" "a" "abcdefghi"])")});
}

TEST(OrderBy, NamesWhatIsFound) {  // Q-35
  EXPECT_REFUSED("parser/order-by", "no element of :find", "[:find ?x :in [[?x ?y]] :order-by ?y]");
  EXPECT_REFUSED("parser/order-by", "numbered from 0 to 0", "[:find ?x :in [?x ...] :order-by 1]");
  EXPECT_REFUSED("parser/order-by", "a direction follows",
                 "[:find ?x :in [?x ...] :order-by [:desc ?x]]");
  EXPECT_REFUSED("parser/order-by", "keys are variables",
                 "[:find ?x :in [?x ...] :order-by [\"x\"]]");
  EXPECT_REFUSED("parser/order-by", "asks for one", "[:find ?x . :in [?x ...] :order-by ?x]");
}

TEST(Limit, LeavesSoManyRows) {  // Q-34, X-59
  EXPECT_ANSWER("#{}", "[:find ?x :in [?x ...] :limit 0]", {numbers()});
  EXPECT_ANSWER("#{[10] [15] [20] [35] [75]}", "[:find ?x :in [?x ...] :limit -1 :offset nil]",
                {numbers()});
  EXPECT_ANSWER("#{}", "[:find ?x :in [?x ...] :offset 5]", {numbers()});
  EXPECT_ANSWER("15", "[:find ?x . :in [?x ...] :offset 1]", {numbers()});
  EXPECT_ANSWER("nil", "[:find ?x . :in [?x ...] :limit 0]", {numbers()});
  EXPECT_REFUSED("parser/limit", "whole number of rows", "[:find ?x :in [?x ...] :limit 1.5]");
  EXPECT_REFUSED("parser/offset", "whole number of rows", "{:find [?x] :in [[?x ...]] :offset :a}");
  EXPECT_ANSWER("[10 15]", "{:find [[?x ...]] :in [[?x ...]] :order-by ?x :limit 2}", {numbers()});
}

TEST(Options, BesideTheQueryWin) {  // Q-3
  EXPECT_ANSWER("[[75] [35]]",
                "{:query [:find ?x :in [?x ...] :order-by ?x :limit 1] :args [[10 35 75]] "
                ":limit 2 :order-by [?x :desc] :timeout 10000}");
  EXPECT_ANSWER("[[10]]", "{:query {:find [?x] :in [[?x ...]] :limit 1 :order-by [?x]}}",
                {numbers()});
  EXPECT_REFUSED("query/inputs", "has its own :args",
                 "{:query [:find ?x :in [?x ...]] :args [[1]]}", {numbers()});
  EXPECT_REFUSED("query/inputs", "Too few inputs", "{:query [:find ?x :in [?x ...]] :args []}");
  EXPECT_REFUSED("parser/query", "not :where",
                 "{:query [:find ?x :in [?x ...]] :where [] :args [[1]]}");
  EXPECT_REFUSED("query/unsupported", ":stats?", "{:query [:find ?x :in [?x ...]] :stats? true}");
}

TEST(ReturnMaps, NameTheElements) {  // Q-32
  EXPECT_ANSWER("[{:a 1 :n/b 2}]", "[:find ?x ?y :keys a n/b :in [[?x ?y]]]", {form("[[1 2]]")});
  EXPECT_ANSWER("[{\"a\" 1 \"b\" 2}]", "[:find ?x ?y :strs [a b] :in [[?x ?y]]]",
                {form("[[1 2]]")});
  EXPECT_ANSWER("{a 1 b 2}", "[:find [?x ?y] :syms a b :in [[?x ?y]]]", {form("[[1 2]]")});
  EXPECT_ANSWER("nil", "[:find [?x ?y] :keys a b :in [[?x ?y]]]", {form("[]")});
  EXPECT_ANSWER("[{:n 3} {:n 2}]", "[:find ?x :keys n :in [?x ...] :order-by [?x :desc] :limit 2]",
                {form("[1 2 3]")});
  EXPECT_REFUSED("parser/return-maps", "names 1 elements, but :find has 2",
                 "[:find ?x ?y :keys a :in [[?x ?y]]]");
  EXPECT_REFUSED("parser/return-maps", "beside another", "[:find ?x :keys a :strs a :in [?x ...]]");
  EXPECT_REFUSED("parser/return-maps", "cannot name", "[:find [?x ...] :keys a :in [?x ...]]");
  EXPECT_REFUSED("parser/return-maps", "holds symbols", "[:find ?x :keys [:a] :in [?x ...]]");
}

TEST(With, IsCheckedLikeFind) {  // Q-12
  EXPECT_REFUSED("parser/query", "Query for unknown vars: [?z]",
                 "[:find ?x :with ?z :in [?x ...]]");
  EXPECT_REFUSED("parser/query", "in :find and in :with", "[:find ?x :with ?x :in [?x ...]]");
  EXPECT_REFUSED("parser/with", "not 7", "[:find ?x :with 7 :in [?x ...]]");
}

TEST(Pull, DrawsEachEntityThatIsFound) {  // Q-94, Q-95, Q-36
  EXPECT_ANSWER(R"([[{:nm "bob"}] [{:nm "cy"}]])", "[:find (pull ?b [:nm]) :where [?e :boss ?b]]",
                {people()});
  EXPECT_ANSWER(R"([["ann" {:n 7}]])",
                R"([:find ?n (pull ?e [:n]) :where [?e :nm ?n] [(= ?n "ann")]])", {people()});
  EXPECT_ANSWER(R"([{:n 7} {:n 8} {:n 9}])",
                "[:find [(pull ?e pattern) ...] :in $ pattern :where [?e :nm]]",
                {people(), form("[:n]")});
  EXPECT_ANSWER(R"({:n 7})", "[:find (pull $ ?e ?p) . :in $ ?p :where [?e :nm]]",
                {people(), form("[:n]")});
  EXPECT_ANSWER("[[{:nm \"ann\"} 2] [{:nm \"bob\"} 1] [{:nm \"cy\"} 1]]",
                "[:find (pull ?e [:nm]) (count ?t) :where [?e :tag ?t]]", {people()});
  EXPECT_ANSWER("[[nil]]", "[:find (pull ?e [:none]) :where [?e :n 7]]", {people()});
  EXPECT_ANSWER(
      "[[[:nm \"ann\"] {:n 7}] [[:nm \"nobody\"] nil]]",
      "[:find ?e (pull ?e [:n]) :in $ [?e ...] :order-by ?e]",
      {people(":db/unique :db.unique/identity"), form("[[:nm \"ann\"] [:nm \"nobody\"]]")});
}

TEST(Pull, IsOrderedByItsEntity) {
  EXPECT_ANSWER(R"([[{:nm "cy"} 9] [{:nm "bob"} 8]])",
                "[:find (pull ?e [:nm]) ?n :where [?e :n ?n] :order-by [?n :desc] :limit 2]",
                {people()});
  EXPECT_ANSWER(R"([[{:n 9}] [{:n 8}] [{:n 7}]])",
                "[:find (pull ?e [:n]) :where [?e :n] :order-by [0 :desc]]", {people()});
}

TEST(Pull, SaysWhatIsWrong) {
  EXPECT_REFUSED("parser/find", "write (pull ?entity pattern)", "[:find (pull ?e) :where [?e :n]]");
  EXPECT_REFUSED("parser/pull", "", "[:find (pull ?e [7]) :where [?e :n]]");
  EXPECT_REFUSED("parser/find", "pattern is not in :in",
                 "[:find (pull ?e pattern) :where [?e :n]]");
  EXPECT_REFUSED("parser/query", "The source $x", "[:find (pull $x ?e [:n]) :where [?e :n]]");
  EXPECT_REFUSED("query/inputs", "no database", "[:find (pull ?e [:n]) :where [?e :n]]",
                 {form("[[1 :n]]")});
}

TEST(Relation, ToldApartByWhatItsRowsAre) {
  const auto run = [](std::string_view query) {
    return Query::read(Value(query))->run(std::vector<Input>{form("[[1 2] [2 2]]")}).value();
  };
  EXPECT_TRUE(run("[:find ?x ?y :in [[?x ?y]]]").is_set());
  EXPECT_TRUE(run("[:find ?x ?y :in [[?x ?y]] :limit 1]").is_set());
  EXPECT_FALSE(run("[:find ?y :with ?x :in [[?x ?y]]]").is_set());
  const Relation ordered = run("[:find ?y (distinct ?x) :in [[?x ?y]] :order-by ?y]");
  EXPECT_TRUE(ordered.is_ordered());
  EXPECT_EQ(ordered.name(1), "(distinct ?x)");
  EXPECT_EQ(ordered.kind(1), Kind::set);
  EXPECT_EQ(ordered.kind(0, 1), Kind::set);
  EXPECT_EQ(ordered.get<Value>(0, 1), form("#{1 2}"));
}

}  // namespace
}  // namespace stele::query
