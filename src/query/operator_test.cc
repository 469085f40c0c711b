// Joins over trees of many small leaves: probes and merges, sorted and unsorted sides, values that
// repeat, and runs that miss nodes. What is right is what the naive evaluator says (see ask).

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "edn/writer.h"
#include "query/driven_source_testing.h"
#include "query/plan.h"
#include "query/query_testing.h"
#include "query/resolve.h"

namespace stele::query {
namespace {

using base::text;

constexpr int kPeople = 400;
constexpr tree::TreeShape kSmallLeaves = {
    .leaf_rows_target = 24, .leaf_rows_max = 32, .leaf_rows_min = 8};

// People with a name out of 40, an age (most of them), tags (many), a friend and a town; every
// entity has a number of its own. Half of them are still in the tail.
db::StatePtr town() {
  format::Config config;
  config.schema_on_read = true;
  db::TestDatabase made(config);
  made.commit(declare(1001, ":name", ":db.type/string", false, ":db/index true") +
              declare(1002, ":age", ":db.type/long") +
              declare(1003, ":tag", ":db.type/keyword", true) +
              declare(1004, ":friend", ":db.type/ref") +
              declare(1005, ":number", ":db.type/long", false, ":db/unique :db.unique/value") +
              declare(1006, ":town", ":db.type/string", false, ":db/index true"));
  base::TestRandom random(4);
  for (int begin : {1, kPeople / 2}) {
    std::string lines;
    for (int e = begin; e < begin + kPeople / 2; ++e) {
      if (begin > 1 && e == begin) continue;
      lines +=
          text("+ ", e, " :name \"n", random.below(40), "\"\n+ ", e, " :number ", 1000 - e, "\n");
      if (random.chance(9, 10)) lines += text("+ ", e, " :age ", random.below(100), "\n");
      for (int tag = 0; tag < 4; ++tag) {
        if (random.chance(1, 3)) lines += text("+ ", e, " :tag :t", tag, "\n");
      }
      lines += text("+ ", e, " :friend ", random.between(1, kPeople - 1), "\n");
      lines += text("+ ", e, " :town \"town ", random.below(3), "\"\n");
    }
    made.commit(lines);
    if (begin == 1) made.fold(kSmallLeaves);
  }
  return made.state();
}

const Db& town_db() {
  static const Db db(town(), nullptr);
  return db;
}

const std::vector<std::string>& questions() {
  static const std::vector<std::string> all = {
      "[:find ?e :where [?e :name \"n7\"]]",
      "[:find ?e ?a :where [?e :name \"n7\"] [?e :age ?a]]",
      "[:find ?e ?a ?t :where [?e :name ?n] [?e :age ?a] [?e :tag ?t] [(< ?a 10)]]",
      "[:find ?n ?a :where [?e :number 700] [?e :name ?n] [?e :age ?a]]",
      "[:find ?fn :where [?e :number 700] [?e :friend ?f] [?f :name ?fn]]",
      "[:find ?e ?n :where [?e :number ?n] [(> ?n 900)]]",
      "[:find ?e ?n :where [?e :number ?n] [(<= 700 ?n 900)]]",
      "[:find ?e ?n :where [?e :number ?n] [(> ?n 700)] [(< ?n 703)]]",
      "[:find ?e ?n :where [?e :number ?n] [(> ?n 899.5)] [(<= ?n 950)] [(< ?n 950)]]",
      "[:find ?e ?n :where [?e :number ?n] [(< ?n \"a\")]]",
      "[:find ?e ?n :where [?e :name ?n] [(>= ?n \"n3\")] [(< ?n \"n35\")]]",
      "[:find ?e ?n :where [?e :name ?n] [(> ?n \"n3\")] [(<= ?n \"n35\")]]",
      "[:find ?e ?n ?a :where [?e :number ?n] [(< 980 ?n)] [?e :age ?a]]",
      "[:find ?e ?n ?t :where [?e :number ?n] [(< 640 ?n)] [?e :tag ?t] [(> 990 ?n)]]",
      "[:find ?e ?n :where [?e :age 42] [?e :number ?n] [(> ?n 800)]]",
      "[:find ?n ?m :where [700 :number ?n] [?e :number ?n] [?e :age ?m] [(> ?n 299)]]",
      "[:find ?e ?n :where [?e :name \"n7\"] [?e :number ?n] (not [?e :number ?n] [(> ?n 800)])]",
      "[:find ?e ?fn :where [?e :tag :t1] [?e :friend ?f] [?f :age ?fn] [(> ?fn 90)]]",
      "[:find ?e1 ?a :where [?e :name \"n3\"] [?e :age ?a] [?e1 :age ?a]]",
      "[:find ?e1 ?n :where [?e :number 801] [?e :name ?n] [?e1 :name ?n]]",
      "[:find ?t :where [?e :number 801] [?e :town ?w] [?e1 :town ?w] [?e1 :tag ?t]]",
      "[:find ?e :where [?e :tag :t0] [?e :tag :t1] [?e :tag :t2] [?e :tag :t3]]",
      "[:find ?a ?b :where [?a :friend ?b] [?b :friend ?a]]",
      "[:find ?a ?v :where [?e :number 650] [?e ?a ?v]]",
      "[:find ?e ?x :in $ [?x ...] :where [?e :number ?x]]",
      "[:find ?e ?tx :where [?e :number 999 ?tx]]",
      "[:find ?e ?tx :where [?e :age 50] [?e :town _ ?tx]]",
      "[:find ?e :where [?e :town \"town 1\"] (not [?e :tag :t1])]",
      "[:find ?e :where [?e :name \"n7\"] [?e :town \"town 1\"] (not [?e :friend ?f] [?f :age 9])]",
      "[:find ?e :where [?e :age ?a] (not [?e :tag :t1] [?e :tag :t2]) (not [(< ?a 50)])]",
      "[:find ?e :where [?e :number] (not-join [?e] [?f :friend ?e] [?f :age ?a] [(> ?a 50)])]",
      "[:find ?e :where (or [?e :name \"n7\"] [?e :number 801] (and [?e :tag :t3] [?e :age 30]))]",
      "[:find ?e ?a :where [?e :town \"town 2\"] (or-join [?e ?a] [?e :age ?a] (and [?e :friend "
      "?f] "
      "[?f :age ?a]))]",
      "[:find ?e :where [?e :number ?n] [(> ?n 900)] (not (or [?e :tag :t0] (not [?e :tag :t1])))]",
  };
  return all;
}

std::vector<Input> inputs_of(const std::string& question, const Db& db) {
  std::vector<Input> out = {db};
  if (question.find("[?x ...]") != std::string::npos) out.push_back(form("[999 601 602 5 \"a\"]"));
  return out;
}

TEST(Operators, AgreeWithTheDefinition) {
  for (const std::string& question : questions()) {
    SCOPED_TRACE(question);
    ask(question, inputs_of(question, town_db()));
  }
}

TEST(Operators, AgreeInThePast) {
  for (const std::string& question : questions()) {
    SCOPED_TRACE(question);
    ask(question, inputs_of(question, town_db().as_of(kTx0 + 2)));
  }
}

TEST(Run, GoesOnAfterMisses) {
  for (const std::string& question : questions()) {
    SCOPED_TRACE(question);
    const auto [db, source] = driven(town_db());
    const auto inputs = inputs_of(question, db);
    auto query = Query::read(Value(question));
    ASSERT_TRUE(query.ok());
    tree::Reader reader;
    int passes = 1;
    auto answer = run_with(query->prepared(), inputs, reader);
    for (; !answer.ok() && passes < 200; ++passes) {
      ASSERT_EQ(answer.error().code(), "node/missing") << answer.error().message();
      ASSERT_EQ(reader.status(), tree::Reader::Status::missing);
      for (const auto& missing : reader.missing()) source->bring(missing.ref);
      reader.retry();
      answer = run_with(query->prepared(), inputs, reader);
    }
    ASSERT_TRUE(answer.ok());
    EXPECT_GT(passes, 1);
    EXPECT_EQ(edn::write(answer->to_value()), ask(question, inputs_of(question, town_db())));
  }
}

TEST(Bounds, ThatContradictEachOtherReadNothing) {
  EXPECT_EQ(ask("[:find ?e ?n :where [?e :number ?n] [(> ?n 700)] [(< ?n 690)]]", {town_db()}),
            "#{}");
  const std::string none = "[:find ?n :where [?e :number ?n] [(> ?n 9223372036854775807)]]";
  EXPECT_EQ(ask(none, {town_db()}), "#{}");
}

std::string explained(std::string_view question, const std::vector<Input>& inputs) {
  auto query = Query::read(Value(question));
  tree::Reader reader;
  Run run{.reader = reader, .bytes_max = UINT64_MAX};
  auto resolved = resolve(query->prepared(), inputs, run);
  return explain(plan(resolved->conjunction()), query->prepared().query);
}

TEST(Plan, BeginsWithWhatIsRarestAndDropsWhatIsDone) {
  const std::string lines = explained(
      "[:find ?c :where [?e :age ?a] [(> ?a 30)] [?e :town ?c] [?e :number 700]]", {town_db()});
  const auto at = [&](std::string_view part) { return lines.find(part); };
  EXPECT_LT(at(":number 700"), at(":age")) << lines;
  EXPECT_LT(at(":age"), at("(> ?a 30)")) << lines;
  EXPECT_NE(at("entity  [?e :age ?a]"), std::string::npos) << lines;
  EXPECT_NE(at("[(> ?a 30)]  with 1  keeps ?e"), std::string::npos) << lines;
}

}  // namespace
}  // namespace stele::query
