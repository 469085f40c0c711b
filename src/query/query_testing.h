// What tests of queries are made with: questions and answers as text, and the databases that the
// language's own examples speak of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <stele/query.h>

#include "db/db_testing.h"

namespace stele::query {

using Inputs = std::vector<Input>;

// The one value in the text.
Value form(std::string_view text);
// A value as EDN writes it: tests compare these.
std::string canonical(std::string_view text);

// The answer as EDN, or "!! code: message". What the naive evaluator can say is
// compared with it, also of the same clauses in other orders.
std::string ask(std::string_view query, const Inputs& inputs = {});

// A database with these lines, as db::TestDatabase::commit reads them, each group one transaction.
Db database(const std::vector<std::string>& transactions);

// Declares an attribute: "+ 101 :db/ident :to" and what else is named.
std::string declare(EntityId e, std::string_view ident, std::string_view type, bool many = false,
                    std::string_view more = "");

// Graph: :to and :via, references, many.
Db graph();
// People: :nm :alias :n :tag (many) :ok :boss (reference). `nm_more`, e.g. ":db/unique
// :db.unique/identity", is said of :nm.
Db people(std::string_view nm_more = "");
// Boxes: :c and :s.
Db boxes(std::string_view more = "");

}  // namespace stele::query

// Asks and expects an answer, both as text.
#define EXPECT_ANSWER(expected, ...) \
  EXPECT_EQ(::stele::query::canonical(expected), ::stele::query::ask(__VA_ARGS__))
// Asks and expects an error that begins with this code and holds this part of a message.
#define EXPECT_REFUSED(code, part, ...)                                              \
  do {                                                                               \
    const std::string said = ::stele::query::ask(__VA_ARGS__);                       \
    EXPECT_TRUE(said.starts_with("!! " code ": ")) << said;                          \
    EXPECT_NE(said.find(part), std::string::npos) << said << "\n  has no: " << part; \
  } while (false)
