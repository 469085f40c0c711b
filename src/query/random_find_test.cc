// Random :find parts over small random data: aggregates, :with, order, limits and offsets must come
// to what the definitions say.

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "query/query_testing.h"

namespace stele::query {
namespace {

using base::TestRandom;
using base::text;

constexpr std::string_view kPatterns[] = {
    "[?e :one ?x] [?e :many ?y]",
    "[?e :one ?x] [?e :key ?y]",
    "[?e :key ?x] [?e :any ?y]",
    "[?e :many ?x] [?x :key ?y]",
    "[?e :real ?x] [?e :key ?y]",
    "[?e ?y ?x]",
    "[?e :one ?x ?y]",
    "[?e :one ?y] [?e :many ?x]",
    "[?e :key ?y] [?e :one ?x]",
};
// Aggregates of ?x that any values have, and those that numbers have.
constexpr std::string_view kOfAny[] = {
    "(count ?x)", "(count-distinct ?x)", "(min ?x)",      "(max ?x)",   "(min 2 ?x)",
    "(max 2 ?x)", "(distinct ?x)",       "(max ?m ?x)",   "(count ?e)", "(min ?e)",
    "(max ?e)",   "(aggregate ?f ?x)",   "(distinct ?e)",
};
constexpr std::string_view kOfNumbers[] = {
    "(sum ?x)", "(avg ?x)", "(median ?x)", "(variance ?x)", "(stddev ?x)", "(sum ?e)",
};

// Numbers are such that their sums are exact, whatever the order in which they are added.
Db random_db(TestRandom& random) {
  constexpr std::string_view kAny[] = {"1", "1.0", "\"a\"", ":k", "true", "[1 :k]", "2.5"};
  std::string facts;
  for (int e = 1; e <= 9; ++e) {
    if (random.chance(4, 5)) facts += text("+ ", e, " :one ", random.between(-3, 3), "\n");
    if (random.chance(4, 5)) facts += text("+ ", e, " :key :k", random.below(3), "\n");
    if (random.chance(2, 3)) facts += text("+ ", e, " :real ", random.between(0, 5), ".5\n");
    if (random.chance(1, 2)) facts += text("+ ", e, " :any ", random.pick(kAny), "\n");
    const std::int64_t first = random.between(1, 9);
    facts += text("+ ", e, " :many ", first, "\n");
    if (random.chance(1, 2)) facts += text("+ ", e, " :many ", first % 9 + 1, "\n");
  }
  return database(
      {declare(101, ":one", ":db.type/long") + declare(102, ":many", ":db.type/long", true) +
           declare(103, ":key", ":db.type/keyword") + declare(104, ":real", ":db.type/double"),
       facts});
}

class FindAsker {
 public:
  explicit FindAsker(TestRandom& random) : random_(random) {}

  std::string query() {
    const std::string_view where = random_.pick(kPatterns);
    // The attributes' own declarations are no numbers.
    const bool are_numbers = where.find(":one ?x") != where.npos ||
                             where.find(":many ?x") != where.npos ||
                             where.find(":real ?x") != where.npos;
    std::string find;
    for (std::uint64_t i = random_.below(3) + 1; i > 0; --i) find += ' ' + element(are_numbers);
    return text("[:find ", find, with(find), " :in $ ?m ?f :where ", where, order(), page(), "]");
  }

 private:
  std::string element(bool are_numbers) {
    ++elements_;
    if (random_.chance(2, 5)) return random_.pick(kVariables);
    if (are_numbers && random_.chance(1, 2)) return std::string(random_.pick(kOfNumbers));
    return std::string(random_.pick(kOfAny));
  }

  // Variables of :with may not stand in :find.
  std::string with(const std::string& find) {
    std::string out;
    for (const char* variable : kVariables) {
      const bool is_found = find.find(variable) != std::string::npos;
      if (!is_found && random_.chance(1, 2)) out += text(' ', variable);
    }
    return out.empty() ? out : " :with" + out;
  }

  std::string order() {
    if (random_.chance(1, 2)) return "";
    std::string keys;
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      keys += text(' ', random_.below(elements_), random_.chance(1, 2) ? " :desc" : "");
    }
    return text(" :order-by [", keys, "]");
  }

  std::string page() {
    std::string out;
    if (random_.chance(1, 3)) out += text(" :limit ", random_.below(6));
    if (random_.chance(1, 4)) out += text(" :offset ", random_.below(4));
    return out;
  }

  static constexpr const char* kVariables[] = {"?e", "?x", "?y"};
  TestRandom& random_;
  std::uint64_t elements_ = 0;
};

TEST(RandomFinds, AgreeWithTheDefinition) {
  constexpr std::uint64_t kDatabases = 100, kQueries = 220;
  const Value chosen[] = {form("count"), form("max"), form("count-distinct")};
  std::size_t with_rows = 0;
  for (std::uint64_t seed = 1; seed <= kDatabases; ++seed) {
    TestRandom random(seed);
    const Db db = random_db(random);
    for (std::uint64_t i = 0; i < kQueries && !::testing::Test::HasFailure(); ++i) {
      const std::string query = FindAsker(random).query();
      SCOPED_TRACE(text("seed ", seed, ": ", query));
      const Inputs inputs = {db, Value(random.below(4)), random.pick(chosen)};
      const std::string answer = ask(query, inputs);
      EXPECT_FALSE(answer.starts_with("!!")) << answer;
      with_rows += answer != "[]" && answer != "#{}";
    }
  }
  EXPECT_GT(with_rows, kDatabases * kQueries / 2);
}

}  // namespace
}  // namespace stele::query
