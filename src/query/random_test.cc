// Random queries over small random data: the engine must say what the naive evaluator says, and
// say it again with clauses shuffled (see ask) and with variables renamed.

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "query/query_testing.h"
#include "query/random_testing.h"

namespace stele::query {
namespace {

using base::TestRandom;
using base::text;

// Builds a query whose calls only use what something binds.
class Asker {
 public:
  explicit Asker(TestRandom& random) : random_(random) {}

  std::string query() {
    in_ = "$ $2 $c";
    if (random_.chance(1, 3)) take_input(" [?a ...]", "a");
    if (random_.chance(1, 4)) take_input(" [[?b ?c]]", "bc");
    if (random_.chance(1, 4)) take_input(" ?d", "d");
    for (std::uint64_t i = random_.below(4) + 1; i > 0; --i) where_ += pattern();
    for (std::uint64_t i = random_.below(3); i > 0; --i) where_ += call();
    std::string find;
    for (char name : bound_) {
      if (random_.chance(1, 2)) find += text(" ?", name);
    }
    if (find.empty()) find = bound_.empty() ? " ?nothing" : text(" ?", *bound_.begin());
    return text("[:find", find, " :in ", in_, " :where ", where_, "]");
  }

  std::vector<Input> inputs(const Db& one, const Db& two, const Value& collection) const {
    std::vector<Input> out = {one, two, collection};
    if (in_.find("?a") != std::string::npos) out.push_back(form("[1 3 2 5]"));
    if (in_.find("?b") != std::string::npos) out.push_back(form("[[1 2] [2 3] [2 2] [\"a\" 1.0]]"));
    if (in_.find("?d") != std::string::npos) out.push_back(Value(2));
    return out;
  }

 private:
  void take_input(std::string_view binding, std::string_view variables) {
    in_ += binding;
    bound_.insert(variables.begin(), variables.end());
  }

  std::string variable() {
    const char name = "abcdxyz"[random_.below(7)];
    bound_.insert(name);
    return text("?", name);
  }

  std::string known() {
    auto at = bound_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(bound_.size())));
    return text("?", *at);
  }

  std::string pattern() {
    const std::string a = kAttributes[random_.below(5)];
    std::string e = random_.chance(4, 5) ? variable() : text(random_.between(1, kEntities));
    const std::string source = pick(random_, {"", "", "$2 ", "$c "});
    // An open attribute would meet the attributes' own declarations; they are facts as well.
    const std::string attribute = random_.chance(1, 10) ? variable() : a;
    switch (random_.below(7)) {
      case 0:
        return text("[", source, e, " ", attribute, "]");
      case 1:
        return text("[", source, e, " ", attribute, " _]");
      case 2:
        return text("[", source, e, " ", attribute, " ", random_value(random_, a), "]");
      default:
        return text("[", source, e, " ", attribute, " ", variable(), "]");
    }
  }

  std::string call() {
    if (bound_.empty()) return "";
    switch (random_.below(6)) {
      case 0:
        return text("[(< ", known(), " ", random_.between(0, 4), ")]");
      case 1:
        return text("[(not= ", known(), " ", known(), ")]");
      case 2:
        return text("[(= ", known(), " ", known(), ")]");
      case 3:
        return text("[(vector ", known(), " ", known(), ") ", variable(), "]");
      case 4:
        return text("[(ground [1 2 3]) [", variable(), " ...]]");
      default: {
        const std::string from = known(), other = known();
        return text("[(vector ", from, " ", other, ") [", variable(), " ", variable(), "]]");
      }
    }
  }

  TestRandom& random_;
  std::string in_, where_;
  std::set<char> bound_;
};

TEST(RandomQueries, AgreeWithTheDefinition) {
  std::size_t answered = 0, with_rows = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    TestRandom random(seed);
    const Db one = random_db(random, random.between(20, 80));
    const Db two = random.chance(1, 2) ? random_db(random, random.between(20, 80))
                                       : one.as_of(one.max_tx() - 1);
    const Value collection = random_collection(random);
    Asker asker(random);
    const std::string query = asker.query();
    const auto inputs = asker.inputs(one, two, collection);
    SCOPED_TRACE(text("seed ", seed, ": ", query));
    const std::string answer = ask(query, inputs);
    if (answer.starts_with("!!")) {
      const bool is_unbound = answer.starts_with("!! query/where: Cannot resolve") ||
                              answer.starts_with("!! parser/query: Query for unknown vars");
      EXPECT_TRUE(is_unbound) << answer;
      continue;
    }
    EXPECT_EQ(answer, ask(renamed(query), inputs)) << "with other names";
    ++answered;
    with_rows += answer != "#{}";
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(answered, 2000u);
  EXPECT_GT(with_rows, 600u);
}

}  // namespace
}  // namespace stele::query
