#include "query/random_testing.h"

#include <set>

#include "base/text.h"

namespace stele::query {

using base::TestRandom;
using base::text;

std::string pick(TestRandom& random, const std::vector<std::string>& from) {
  return from[static_cast<std::size_t>(random.below(from.size()))];
}

std::string random_value(TestRandom& random, std::string_view attribute) {
  if (attribute == ":ref") return text(random.between(1, kEntities));
  if (attribute == ":any") {
    return pick(random,
                {"1", "1.0", "2", "\"a\"", "\"b\"", ":k", "true", "false", "1.5", "[1 :k]"});
  }
  return text(random.between(0, 4));
}

namespace {

// Facts without contradictions: under attributes of cardinality one the first value stays.
std::string random_facts(TestRandom& random, std::int64_t facts) {
  std::set<std::string> seen;
  std::string out;
  for (; facts > 0; --facts) {
    const std::string e = text(random.between(1, kEntities));
    const std::string a = kAttributes[random.below(5)];
    const std::string v = random_value(random, a);
    const bool is_many = a == ":many" || a == ":ref";
    // In storage 1 and 1.0 are one value: of :any there is one fact an entity, too.
    if (!seen.insert(e + a + (is_many ? v : "")).second) continue;
    out += text("+ ", e, " ", a, " ", v, "\n");
  }
  return out;
}

}  // namespace

Db random_db(TestRandom& random, std::int64_t facts) {
  return database({declare(101, ":one", ":db.type/long") +
                       declare(102, ":many", ":db.type/long", true) +
                       declare(103, ":idx", ":db.type/long", false, ":db/index true") +
                       declare(104, ":ref", ":db.type/ref", true),
                   random_facts(random, facts)});
}

Value random_collection(TestRandom& random) {
  std::string out = "[";
  for (std::uint64_t i = random.below(12); i > 0; --i) {
    const std::string a = kAttributes[random.below(5)];
    out += text("[", random.between(1, kEntities), " ", a, " ", random_value(random, a), "]");
  }
  return form(out + "]");
}

std::string renamed(std::string query) {
  for (std::size_t at = 0; (at = query.find('?', at)) != std::string::npos; ++at) {
    query.replace(at, 2, std::string("?") + static_cast<char>('z' - (query[at + 1] - 'a')) + "0");
  }
  return query;
}

}  // namespace stele::query
