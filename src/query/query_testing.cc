#include "query/query_testing.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "edn/reader.h"
#include "edn/writer.h"
#include "query/aggregates.h"
#include "query/naive_find_testing.h"
#include "query/naive_testing.h"
#include "query/run.h"

namespace stele::query {
namespace {

constexpr int kShuffles = 6;

std::string written(const Result<Relation>& answer) {
  if (answer.ok()) return edn::write(answer->to_value());
  return base::text("!! ", answer.error().code(), ": ", answer.error().message());
}

Result<Relation> run(const ast::Query& query, const Inputs& inputs) {
  tree::Reader reader;
  return run_with(Prepared{query}, inputs, reader);
}

using Tuple = std::vector<Value>;

// Equal, but that doubles may differ in their last digits: sums of them depend on their order.
bool is_close(const Value& a, const Value& b) {
  if (a.is(Kind::float64) && b.is(Kind::float64)) {
    const double x = a.as_double(), y = b.as_double();
    return a == b || std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(x));
  }
  return a == b;
}

bool are_close(const Tuple& a, const Tuple& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_close);
}

std::vector<Tuple> tuples_of(const Relation& relation) {
  std::vector<Tuple> out(relation.rows());
  for (std::size_t row = 0; row < out.size(); ++row) {
    for (std::size_t column = 0; column < relation.columns(); ++column) {
      out[row].push_back(relation.at(row, column));
    }
  }
  return out;
}

// Is each of the tuples there, as often as it is among the others?
bool are_among(const std::vector<Tuple>& some, std::vector<Tuple> all) {
  for (const Tuple& tuple : some) {
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const Tuple& other) { return are_close(tuple, other); });
    if (at == all.end()) return false;
    all.erase(at);
  }
  return true;
}

// How many rows are left of so many by :offset and :limit.
std::uint64_t cut(const ast::Query& query, std::uint64_t rows) {
  return std::min(query.limit, rows - std::min(rows, query.offset));
}

// Without an order any of the rows may be those that :limit leaves.
bool agrees(const ast::Query& query, const Relation& answer, const std::vector<Tuple>& expected) {
  const std::vector<Tuple> found = tuples_of(answer);
  if (has_naive_order(query)) {
    return std::equal(found.begin(), found.end(), expected.begin(), expected.end(), are_close);
  }
  return found.size() == cut(query, expected.size()) && are_among(found, expected);
}

// The order of clauses never changes the answer. [Q-50]
void expect_the_same_shuffled(const ast::Query& query, const Inputs& inputs,
                              const std::vector<Tuple>& expected) {
  base::TestRandom random(query.where.size());
  ast::Query shuffled = query;
  for (int i = 0; i < kShuffles && query.where.size() > 1; ++i) {
    for (std::size_t at = shuffled.where.size(); at > 1; --at) {
      std::swap(shuffled.where[at - 1], shuffled.where[static_cast<std::size_t>(random.below(at))]);
    }
    const auto answer = run(shuffled, inputs);
    EXPECT_TRUE(answer.ok() && agrees(shuffled, *answer, expected))
        << "with clauses in another order: " << written(answer);
  }
}

bool is_naive(const ast::FindElement& element) {
  if (element.is(ast::FindElement::What::pull)) return false;
  return !element.aggregate || (element.aggregate->kind != AggregateKind::rand &&
                                element.aggregate->kind != AggregateKind::sample);
}

// The naive evaluator knows few functions: tests of the others ask for scalars.
bool is_compared(const ast::Query& query) {
  bool has_calls = false;
  ast::each_clause(query.where, [&](const ast::Clause& clause) {
    has_calls = has_calls || std::holds_alternative<ast::Call>(clause.body);
  });
  return (query.shape == FindShape::relation || !has_calls) &&
         std::all_of(query.find.begin(), query.find.end(), is_naive);
}

std::string written(const std::vector<Tuple>& tuples) {
  std::vector<Value> items;
  for (const Tuple& tuple : tuples) items.push_back(Value::vector(tuple));
  return edn::write(Value::vector(std::move(items)));
}

}  // namespace

Value form(std::string_view text) {
  auto value = edn::read(text);
  EXPECT_TRUE(value.ok()) << text << "\n" << (value.ok() ? "" : value.error().message());
  return value.ok() ? *value : Value();
}

std::string canonical(std::string_view text) { return edn::write(form(text)); }

std::string ask(std::string_view text, const Inputs& inputs) {
  auto query = Query::read(Value(text));
  if (!query.ok()) return written(Result<Relation>(query.error()));
  const auto answer = query->run(inputs);
  const ast::Query& read = query->prepared().query;
  if (!answer.ok() || !is_compared(read)) return written(answer);
  const Inputs given = read.args ? Inputs(read.args->begin(), read.args->end()) : inputs;
  const std::vector<Tuple> expected = naive(read, given);
  EXPECT_TRUE(agrees(read, *answer, expected))
      << written(expected) << " is what the definition says of " << text << ", not "
      << written(answer);
  if (answer->is_set()) {
    EXPECT_EQ(answer->rows(), answer->to_value().items().size()) << "rows that are there twice";
  }
  expect_the_same_shuffled(read, inputs, expected);
  return written(answer);
}

Db database(const std::vector<std::string>& transactions) {
  format::Config config;
  config.schema_on_read = true;
  db::TestDatabase made(config);
  for (const std::string& lines : transactions) made.commit(lines);
  return made.db();
}

std::string declare(EntityId e, std::string_view ident, std::string_view type, bool many,
                    std::string_view more) {
  std::string out = base::text("+ ", e, " :db/ident ", ident, "\n+ ", e, " :db/cardinality ",
                               many ? ":db.cardinality/many" : ":db.cardinality/one", "\n");
  if (!type.empty()) out += base::text("+ ", e, " :db/valueType ", type, "\n");
  if (!more.empty()) out += base::text("+ ", e, " ", more, "\n");
  return out;
}

Db graph() {
  return database(
      {declare(101, ":to", ":db.type/ref", true) + declare(102, ":via", ":db.type/ref", true),
       R"(+ 1 :to 2
                      + 1 :via 3
                      + 2 :to 1
                      + 2 :to 3
                      + 2 :via 2
                      + 3 :to 4
                      + 3 :via 1
                      + 4 :to 5
                      + 5 :to 3
                      + 6 :to 6
                      + 6 :via 1)"});
}

Db people(std::string_view nm_more) {
  return database(
      {declare(101, ":nm", ":db.type/string", false, nm_more) + declare(102, ":alias", "") +
           declare(103, ":n", ":db.type/long") + declare(104, ":tag", ":db.type/keyword", true) +
           declare(105, ":ok", ":db.type/boolean") + declare(106, ":boss", ":db.type/ref"),
       R"(+ 10 :nm "ann"
                      + 10 :alias "an"
                      + 10 :n 7
                      + 10 :tag :p
                      + 10 :tag :q
                      + 10 :ok true
                      + 10 :boss 11
                      + 11 :nm "bob"
                      + 11 :alias "bob"
                      + 11 :n 8
                      + 11 :tag :p
                      + 11 :ok false
                      + 11 :boss 12
                      + 12 :nm "cy"
                      + 12 :n 9
                      + 12 :tag :q)"});
}

Db boxes(std::string_view more) {
  return database({declare(101, ":c", ":db.type/string", false, more) +
                       declare(102, ":s", ":db.type/long", false, more),
                   R"(+ 1 :c "red"
                      + 1 :s 1
                      + 2 :c "red"
                      + 2 :s 2
                      + 3 :c "blue"
                      + 3 :s 1
                      + 4 :c "blue"
                      + 4 :s 2)"});
}

}  // namespace stele::query
