// What a pull pattern means, worked out by the rules and nothing else: one entity after another, by
// looking through a list of datoms, with calls that call themselves. It exists only to be right.
#pragma once

#include <vector>

#include <stele/datom.h>

namespace stele::query {

// The facts that are seen (in the order of EAVT), and those that declare the attributes.
struct NaiveFacts {
  std::vector<Datom> seen;
  std::vector<Datom> declaring;
};

// For patterns without errors, and with no functions but `vector` and `identity`.
Value naive_pull(const NaiveFacts& facts, const Value& pattern, EntityId e);
// The touched entity.
Value naive_entity(const NaiveFacts& facts, EntityId e);

}  // namespace stele::query
