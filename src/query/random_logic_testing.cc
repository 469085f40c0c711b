#include "query/random_logic_testing.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "edn/writer.h"
#include "query/check.h"
#include "query/naive_testing.h"
#include "query/random_testing.h"
#include "query/read.h"
#include "query/run.h"

namespace stele::query {
namespace {

using base::TestRandom;
using base::text;

// Variables by their letters.
using Names = std::set<char>;
const Names kAll = {'a', 'b', 'c', 'x', 'y'};

class LogicAsker {
 public:
  explicit LogicAsker(TestRandom& random) : random_(random) {}

  std::string query() {
    Names bound;
    std::string in = "$ $2 $c";
    if (random_.chance(1, 4)) take_input(" [?a ...]", "[1 3 2 nil 5]", "a", in, bound);
    if (random_.chance(1, 5)) take_input(" [[?b ?c]]", "[[1 2] [2 3] [2 2]]", "bc", in, bound);
    if (random_.chance(1, 5)) take_input(" ?x", "2", "x", in, bound);
    const std::string where = conjunction(0, kAll, {}, bound);
    std::string find;
    for (char name : bound) {
      if (random_.chance(1, 2)) find += text(" ?", name);
    }
    if (find.empty()) find = text(" ?", *bound.begin());
    return text("[:find", find, " :in ", in, " :where ", where, "]");
  }

  std::vector<Input> inputs(const Db& one, const Db& two, const Value& collection) const {
    std::vector<Input> out = {one, two, collection};
    out.insert(out.end(), values_.begin(), values_.end());
    return out;
  }

 private:
  static constexpr int kDepthMax = 3;

  void take_input(std::string_view binding, std::string_view value, std::string_view variables,
                  std::string& in, Names& bound) {
    in += binding;
    bound.insert(variables.begin(), variables.end());
    values_.push_back(form(value));
  }

  char pick_name(const Names& from) {
    auto at = from.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(from.size())));
    return *at;
  }

  // One or two of them.
  Names pick_names(const Names& from) {
    Names out = {pick_name(from)};
    if (random_.chance(1, 3)) out.insert(pick_name(from));
    return out;
  }

  std::string source() { return pick(random_, {"", "", "", "", "$2 ", "$c ", "$ "}); }

  static std::string list(const Names& names) {
    std::string out;
    for (char name : names) out += text(out.empty() ? "?" : " ?", name);
    return out;
  }

  // Clauses over `pool` that use all of `used`; adds what they bind.
  std::string conjunction(int depth, const Names& pool, const Names& used, Names& bound) {
    std::string out;
    for (char name : used) out += pattern(name, pool, bound);
    const bool is_empty = used.empty() && (depth == 0 || random_.chance(4, 5));
    if (is_empty) out += pattern(pick_name(pool), pool, bound);
    for (std::uint64_t i = random_.below(depth == 0 ? 4 : 2); i > 0; --i) {
      out += clause(depth, pool, bound);
    }
    return out.empty() ? pattern(pick_name(pool), pool, bound) : out;
  }

  std::string clause(int depth, const Names& pool, Names& bound) {
    const std::uint64_t which = random_.below(depth < kDepthMax ? 10 : 4);
    if (which < 3 || bound.empty()) return pattern(pick_name(pool), pool, bound);
    if (which == 3) return call(pool, bound);
    if (which < 6) return negation(depth, pool, bound);
    if (which == 6) return negation_join(depth, bound);
    if (which < 9) return disjunction(depth, pool, bound);
    return disjunction_join(depth, pool, bound);
  }

  std::string pattern(char name, const Names& pool, Names& bound) {
    const std::string a = kAttributes[random_.below(5)];
    const bool is_value = random_.chance(1, 4);
    std::string other = "_";
    if (const auto which = random_.below(5); which < 3) {
      const char variable = pick_name(pool);
      bound.insert(variable);
      other = text("?", variable);
    } else if (which == 3) {
      other = is_value ? text(random_.between(1, kEntities)) : random_value(random_, a);
    }
    bound.insert(name);
    return is_value ? text("[", source(), other, " ", a, " ?", name, "]")
                    : text("[", source(), "?", name, " ", a, " ", other, "]");
  }

  std::string call(const Names& pool, Names& bound) {
    const char known = pick_name(bound), other = pick_name(bound);
    switch (random_.below(5)) {
      case 0:
        return text("[(< ?", known, " ", random_.between(0, 5), ")]");
      case 1:
        return text("[(not= ?", known, " ?", other, ")]");
      case 2:
        return pick(random_, {"[(= 1 1)]", "[(= 1 2)]"});
      default: {
        const char out = pick_name(pool);
        bound.insert(out);
        return text("[(identity ?", known, ") ?", out, "]");
      }
    }
  }

  // What is bound inside a negation is not bound outside it.
  std::string negation(int depth, const Names& pool, Names bound) {
    const Names used = random_.chance(9, 10) ? pick_names(bound) : Names();
    const std::string where = source();
    return text("(", where, "not ", conjunction(depth + 1, pool, used, bound), ")");
  }

  std::string negation_join(int depth, const Names& bound) {
    const Names listed = pick_names(bound);
    Names inside = listed;
    return text("(", source(), "not-join [", list(listed), "] ",
                conjunction(depth + 1, kAll, listed, inside), ")");
  }

  std::string branch(int depth, const Names& pool, const Names& used, Names bound) {
    const std::string clauses = conjunction(depth + 1, pool, used, bound);
    return text("(and ", clauses, ")");
  }

  // Variables that not all branches bind must be bound outside, so the branches keep to those.
  std::string disjunction(int depth, const Names& pool, Names& bound) {
    const Names visible = pick_names(pool);
    Names inside = bound;
    inside.insert(visible.begin(), visible.end());
    std::string out = text("(", source(), "or ");
    for (std::uint64_t i = random_.below(2) + 1; i > 0; --i) {
      out += branch(depth, inside, visible, bound);
    }
    // A branch that says nothing of what is bound already.
    if (random_.chance(1, 4)) out += branch(depth, inside, left_out(visible, bound), bound);
    bound = inside;
    return out + ")";
  }

  std::string disjunction_join(int depth, const Names& pool, Names& bound) {
    const Names listed = pick_names(pool);
    Names required, free, inside;
    for (char name : listed) {
      if (bound.count(name)) inside.insert(name);
      (bound.count(name) && random_.chance(1, 3) ? required : free).insert(name);
    }
    std::string out = text("(", source(), "or-join [");
    if (!required.empty()) out += text("[", list(required), "] ");
    out += list(free) + "] ";
    for (std::uint64_t i = random_.below(2) + 1; i > 0; --i) {
      out += branch(depth, kAll, listed, inside);
    }
    if (random_.chance(1, 4)) out += branch(depth, kAll, left_out(listed, bound), inside);
    bound.insert(listed.begin(), listed.end());
    return out + ")";
  }

  static Names left_out(const Names& names, const Names& bound) {
    Names out;
    std::set_difference(names.begin(), names.end(), bound.begin(), bound.end(),
                        std::inserter(out, out.end()));
    return out;
  }

  TestRandom& random_;
  std::vector<Value> values_;
};

void shuffle(std::vector<ast::Clause>& clauses, TestRandom& random) {
  for (std::size_t at = clauses.size(); at > 1; --at) {
    std::swap(clauses[at - 1], clauses[static_cast<std::size_t>(random.below(at))]);
  }
  for (ast::Clause& clause : clauses) {
    if (auto* negation = std::get_if<ast::Negation>(&clause.body)) shuffle(negation->body, random);
    auto* disjunction = std::get_if<ast::Disjunction>(&clause.body);
    if (!disjunction) continue;
    for (auto& branch : disjunction->branches) shuffle(branch, random);
  }
}

std::string run(const ast::Query& query, const std::vector<Input>& inputs, InsideWay inside) {
  tree::Reader reader;
  const auto answer = run_with(Prepared{query}, inputs, reader, {}, inside);
  if (!answer.ok()) return text("!! ", answer.error().code(), ": ", answer.error().message());
  const Value rows = answer->to_value();
  EXPECT_EQ(answer->rows(), rows.items().size()) << "rows that are there twice";
  return edn::write(rows);
}

ast::Query prepared(std::string_view words, Result<ast::Query>& query) {
  query = read(Value(words));
  if (!query.ok()) return {};
  ast::Query out = *query;
  if (Done done = check(out); !done.ok()) query = std::move(done).error();
  return out;
}

// Whether it has an answer, which is then the right one.
enum class Outcome { refused, empty, rows };
Outcome try_one(TestRandom& random, const std::string& words, const std::vector<Input>& inputs) {
  Result<ast::Query> problem = ast::Query();
  const ast::Query query = prepared(words, problem);
  if (!problem.ok()) {
    const std::string& code = problem.error().code();
    EXPECT_TRUE(code == "query/where" || code == "parser/where" || code == "parser/query") << code;
    return Outcome::refused;
  }
  const std::string expected = edn::write(naive_set(query, inputs));
  EXPECT_EQ(expected, run(query, inputs, InsideWay::by_themselves));
  EXPECT_EQ(expected, run(query, inputs, InsideWay::from_around));
  ast::Query other = prepared(renamed(words), problem);
  EXPECT_TRUE(problem.ok()) << "with other names";
  shuffle(other.where, random);
  EXPECT_TRUE(check(other).ok()) << "with clauses in another order";
  EXPECT_EQ(expected, run(other, inputs, InsideWay::cheapest)) << "renamed, in another order";
  return expected == "#{}" ? Outcome::empty : Outcome::rows;
}

}  // namespace

void try_random_logic(std::uint64_t first_world, std::uint64_t worlds, std::uint64_t queries) {
  std::size_t answered = 0, with_rows = 0;
  for (std::uint64_t world = first_world; world < first_world + worlds; ++world) {
    TestRandom random(world);
    const Db one = random_db(random, random.between(15, 40));
    const Db two = random.chance(1, 2) ? random_db(random, 30) : one.as_of(one.max_tx() - 1);
    const Value collection = random_collection(random);
    for (std::uint64_t i = 0; i < queries; ++i) {
      LogicAsker asker(random);
      const std::string words = asker.query();
      SCOPED_TRACE(text("world ", world, ", query ", i, ": ", words));
      const Outcome outcome = try_one(random, words, asker.inputs(one, two, collection));
      answered += outcome != Outcome::refused;
      with_rows += outcome == Outcome::rows;
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(answered, worlds * queries * 2 / 3);
  EXPECT_GT(with_rows, worlds * queries / 3);
}

}  // namespace stele::query
