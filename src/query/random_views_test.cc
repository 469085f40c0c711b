// Random queries over views in time, several in one query, against the naive evaluator, which reads
// each view as a list of datoms. [H-5, H-11, H-14, Q-40, Q-44, Q-133]
#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "db/random_history_testing.h"
#include "query/query_testing.h"

namespace stele::query {
namespace {

using base::TestRandom;
using base::text;

std::string pick(TestRandom& random, const std::vector<std::string>& from) {
  return from[static_cast<std::size_t>(random.below(from.size()))];
}

Db random_view(TestRandom& random, Db db, TxId last) {
  for (std::uint64_t depth = random.below(3) + 1; depth > 0; --depth) {
    const TxId tx = kTx0 + random.below(last - kTx0 + 1);
    const Instant at{static_cast<std::int64_t>(random.below(12000))};
    switch (random.below(6)) {
      case 0:
        db = db.as_of(tx);
        break;
      case 1:
        db = db.since(tx);
        break;
      case 2:
        db = db.as_of(at);
        break;
      case 3:
        db = db.since(at);
        break;
      default:
        db = db.history();
    }
  }
  return db;
}

// Builds patterns of up to five elements whose variables meet.
class Asker {
 public:
  Asker(TestRandom& random, TxId last) : random_(random), last_(last) {}

  std::string query() {
    std::string where;
    for (std::uint64_t i = random_.below(3) + 1; i > 0; --i) where += pattern();
    std::string find;
    for (const std::string& name : names_) {
      if (where.find(name) != std::string::npos && random_.chance(2, 3)) find += " " + name;
    }
    for (const std::string& name : names_) {
      if (find.empty() && where.find(name) != std::string::npos) find = " " + name;
    }
    if (find.empty()) return query();
    return text("[:find", find, " :in $ $2 $3 :where ", where, "]");
  }

 private:
  std::string pattern() {
    const std::string a =
        pick(random_, {"one", "many", "ref", "unique", "passing", "index", "undeclared"});
    std::string out = text("[", pick(random_, {"", "", "$2 ", "$3 "}), entity(), " ",
                           random_.chance(1, 12) ? std::string("?a") : ":" + a);
    const std::string parts[] = {value(a), tx(), added()};
    for (std::uint64_t i = 0, count = random_.below(4); i < count; ++i) out += " " + parts[i];
    return out + "]";
  }

  std::string entity() {
    if (random_.chance(1, 6)) return text(random_.between(10, 21));
    return pick(random_, {"?e", "?e", "?f", "_"});
  }
  std::string value(std::string_view a) {
    if (random_.chance(1, 5) && a != "unique") return text(random_.below(6));
    return pick(random_, {"?v", "?v", "?w", "?e", "_"});
  }
  std::string tx() {
    if (random_.chance(1, 8)) return text(kTx0 + random_.below(last_ - kTx0 + 2));
    return pick(random_, {"?t", "?t", "?u", "_"});
  }
  std::string added() { return pick(random_, {"?o", "?p", "true", "false", "_"}); }

  TestRandom& random_;
  TxId last_;
  const std::vector<std::string> names_ = {"?e", "?f", "?a", "?v", "?w", "?t", "?u", "?o", "?p"};
};

TEST(RandomViewQueries, AgreeWithTheDefinition) {
  std::size_t with_rows = 0;
  for (std::uint64_t seed = 1; seed <= 500 && !HasFailure(); ++seed) {
    db::RandomHistory history(seed);
    if (seed % 3 == 0) history.backdate();
    history.run(static_cast<int>(history.dice().below(5)) + 1);
    const Db db = history.database().db();
    for (int i = 0; i < 4; ++i) {
      Inputs inputs;
      for (int source = 0; source < 3; ++source) {
        inputs.push_back(random_view(history.dice(), db, db.max_tx()));
      }
      const std::string query = Asker(history.dice(), db.max_tx()).query();
      SCOPED_TRACE(text("seed ", seed, ": ", query));
      const std::string answer = ask(query, inputs);
      EXPECT_FALSE(answer.starts_with("!!")) << answer;
      with_rows += answer != "#{}";
    }
  }
  EXPECT_GT(with_rows, 200u);
}

// ---- By example --------------------------------------------------------------------------------

// :age of 1 was 30, then 31, then nothing; 2 stays 40; both have names.
class Ages : public ::testing::Test {
 protected:
  Ages() {
    database_.commit(
        declare(101, ":nm", ":db.type/string", false, ":db/unique :db.unique/identity") +
        declare(102, ":age", ":db.type/long"));
    database_.commit("+ 1 :nm \"Ivan\"\n+ 1 :age 30\n+ 2 :nm \"Petr\"\n+ 2 :age 40");
    database_.commit("- 1 :age 30\n+ 1 :age 31");
    database_.commit("- 1 :age 31\n- 1 :nm \"Ivan\"");
  }
  Db db() const { return database_.db(); }

  db::TestDatabase database_;
};

// [H-5, X-103]
TEST_F(Ages, TheFifthElementTellsEventsApart) {
  const Db history = db().history();
  EXPECT_ANSWER("#{[30] [31] [40]}", "[:find ?a :where [_ :age ?a]]", {history});
  EXPECT_ANSWER("#{[30] [31] [40]}", "[:find ?a :where [_ :age ?a _ true]]", {history});
  EXPECT_ANSWER("#{[30] [31]}", "[:find ?a :where [_ :age ?a _ false]]", {history});
  EXPECT_ANSWER("#{[30 true] [30 false] [31 true] [31 false] [40 true]}",
                "[:find ?a ?op :where [_ :age ?a _ ?op]]", {history});
  EXPECT_ANSWER("#{[30]}", "[:find ?a :in $ ?t ?op :where [_ :age ?a ?t ?op]]",
                {history, Value(kTx0 + 3), Value(false)});
  EXPECT_ANSWER("#{}", "[:find ?a :where [_ :age ?a _ false]]", {db()});
  EXPECT_ANSWER("#{[40 true]}", "[:find ?a ?op :where [_ :age ?a _ ?op]]", {db()});
  EXPECT_ANSWER("#{}", "[:find ?a :where [_ :age ?a _ false]]", {db().since(kTx0 + 1)});
}

// [X-79, H-14]
TEST_F(Ages, EventsJoinOnTheirTransaction) {
  const Db history = db().history();
  EXPECT_ANSWER("#{[30 \"Ivan\"] [40 \"Petr\"] [31 \"Ivan\"]}",
                "[:find ?a ?n :where [?e :age ?a ?t] [?e :nm ?n ?t]]", {history});
  EXPECT_ANSWER(
      "#{[30 #inst \"1970-01-01T00:00:03.000-00:00\"] "
      "[31 #inst \"1970-01-01T00:00:04.000-00:00\"]}",
      "[:find ?a ?at :where [_ :age ?a ?t false] [?t :db/txInstant ?at]]", {history});
  EXPECT_ANSWER("#{[30 31]}",
                "[:find ?old ?new :where [?e :age ?old ?t false] [?e :age ?new ?t true]]",
                {history});
}

// [H-4, H-7, Q-133, U-5]
TEST_F(Ages, LookupRefsMeanWhatTheirSourceShows) {
  EXPECT_ANSWER("#{[30] [31]}", "[:find ?a :where [[:nm \"Ivan\"] :age ?a]]", {db().history()});
  EXPECT_REFUSED("entity-id/missing", "Ivan", "[:find ?a :where [[:nm \"Ivan\"] :age ?a]]", {db()});
  EXPECT_REFUSED("entity-id/missing", "Petr", "[:find ?a :where [[:nm \"Petr\"] :age ?a]]",
                 {db().since(kTx0 + 2)});
  EXPECT_ANSWER("#{[31 30]}",
                "[:find ?now ?then :in $ $h :where [$ [:nm \"Ivan\"] :age ?now] "
                "[$h [:nm \"Ivan\"] :age ?then ?t false] [(< ?then ?now)]]",
                {db().as_of(kTx0 + 3), db().history()});
}

}  // namespace
}  // namespace stele::query
