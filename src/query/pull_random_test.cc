// Random patterns over random graphs: pull must say what the naive twin says, of the present, of
// the past, from overlays and from trees of tiny leaves, of one entity and of many at once.

#include <set>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "edn/writer.h"
#include "query/pull_naive_testing.h"
#include "query/pull_testing.h"

namespace stele::query {
namespace {

using base::TestRandom;
using base::text;

constexpr int kGraphs = 250;
constexpr int kPatternsOfGraph = 24;
constexpr EntityId kEntities = 6;
// Besides those that are there: so many are asked about that they are read as a whole.
constexpr EntityId kAskedAbout = 24;

constexpr std::string_view kReferences[] = {":one", ":many", ":part", ":own"};

std::string random_facts(TestRandom& random) {
  static const char* kAttributes[] = {":name", ":tag", ":one", ":many", ":part", ":own", ":free"};
  std::set<std::string> seen;
  std::string out;
  for (std::int64_t i = random.between(6, 18); i > 0; --i) {
    const std::string e = text(random.between(1, kEntities));
    const std::string a = random.pick(kAttributes);
    const bool is_many = a == ":tag" || a == ":many" || a == ":part";
    const bool is_reference = a == ":one" || a == ":own" || a == ":many" || a == ":part";
    const std::string v = is_reference   ? text(random.between(1, kEntities + 1))
                          : a == ":name" ? text('"', "abc"[random.below(3)], '"')
                                         : text(":k", random.below(4));
    if (seen.insert(e + a + (is_many ? v : "")).second) out += text("+ ", e, " ", a, " ", v, "\n");
  }
  return out;
}

class Patterns {
 public:
  explicit Patterns(TestRandom& random) : random_(random) {}

  std::string pattern(int depth) {
    std::string out = random_.chance(1, 5) ? "[*" : "[";
    for (std::int64_t i = random_.between(0, 4); i > 0; --i) {
      const bool below = depth > 0 && random_.chance(1, 3);
      out += " " + (below ? text("{", expression(reference(), true), " ", rest(depth - 1), "}")
                          : expression(attribute(), false));
    }
    return out + "]";
  }

 private:
  std::string reference() {
    const std::string_view name = random_.pick(kReferences);
    return random_.chance(1, 3) ? text(":_", name.substr(1)) : std::string(name);
  }

  std::string attribute() {
    static const char* kPlain[] = {":name", ":tag", ":free", ":db/id", ":nobody"};
    return random_.chance(1, 2) ? reference() : std::string(random_.pick(kPlain));
  }

  std::string rest(int depth) {
    if (random_.chance(1, 4)) return "...";
    if (random_.chance(1, 4)) return text(random_.between(1, 3));
    return pattern(depth);
  }

  std::string expression(const std::string& attribute, bool below) {
    switch (random_.below(10)) {
      case 0:
        return text("(limit ", attribute, " ", random_.chance(1, 3) ? "nil" : "1", ")");
      case 1:
        return text("(default ", attribute, " ", random_.chance(1, 2) ? ":none" : "false", ")");
      case 2:
        return text("[", attribute, " :as ", random_.chance(1, 2) ? ":x" : "\"y\"", "]");
      case 3:
        return text("[", attribute, " :limit 2 :default 0]");
      case 4:
        return below ? attribute : text("[", attribute, " :xform vector]");
      case 5:
        return text("[", attribute, " :xform identity :limit 1]");
      default:
        return attribute;
    }
  }

  TestRandom& random_;
};

class PullRandom : public testing::Test {
 protected:
  static NaiveFacts facts_of(const Db& db, const Db& present) {
    return {db.datoms(IndexOrder::eavt).value(), present.datoms(IndexOrder::eavt).value()};
  }

  static void expect_same(const Db& db, const NaiveFacts& facts, const std::string& pattern) {
    const Value read = form(pattern);
    std::vector<Value> ids;
    for (EntityId e = kAskedAbout; e > 0; --e) ids.emplace_back(e);
    const auto all = pull_many(db, read, Value::vector(ids));
    ASSERT_TRUE(all.ok()) << pattern << all.error().message();
    for (EntityId e = 1; e <= kEntities + 1; ++e) {
      const std::string expected = edn::write(naive_pull(facts, read, e));
      ASSERT_EQ(expected, edn::write(all->items()[kAskedAbout - e])) << pattern << " of " << e;
      const bool alone = e % 3 == 1;
      if (!alone) continue;
      ASSERT_EQ(expected, edn::write(stele::pull(db, read, e).value())) << pattern << " of " << e;
    }
  }

  static void expect_same_entities(const Db& db, const NaiveFacts& facts) {
    for (EntityId e = 1; e <= kEntities + 1; ++e) {
      ASSERT_EQ(edn::write(naive_entity(facts, e)), edn::write(entity(db, e).value()));
    }
  }
};

TEST_F(PullRandom, AgreesWithTheTwin) {
  for (int graph = 0; graph < kGraphs && !HasFailure(); ++graph) {
    SCOPED_TRACE(text("graph ", graph));
    TestRandom random(static_cast<std::uint64_t>(graph));
    format::Config config;
    config.schema_on_read = true;
    db::TestDatabase made(config);
    made.commit(declare(101, ":name", ":db.type/string") + declare(102, ":tag", "", true) +
                declare(103, ":one", ":db.type/ref") + declare(104, ":many", ":db.type/ref", true) +
                declare(105, ":part", ":db.type/ref", true, ":db/isComponent true") +
                declare(106, ":own", ":db.type/ref", false, ":db/isComponent true"));
    made.commit(random_facts(random));
    if (random.chance(1, 2)) {
      made.fold({.leaf_rows_target = 3, .leaf_rows_max = 4, .leaf_rows_min = 1, .fanout_max = 4});
    }
    const Db early = made.db();
    made.commit(text("+ ", random.between(1, kEntities), " :many 9\n"));
    const bool is_past = random.chance(1, 4);
    const Db db = is_past ? made.db().as_of(early.max_tx()) : made.db();
    const NaiveFacts facts = facts_of(db, made.db());
    expect_same_entities(db, facts);
    for (int i = 0; i < kPatternsOfGraph && !HasFailure(); ++i) {
      expect_same(db, facts, Patterns(random).pattern(2));
    }
  }
}

}  // namespace
}  // namespace stele::query
