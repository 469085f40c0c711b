// What the processes of a simulation asked for, when, and what they were told: lists to which
// transactions append, and reads of them. And the judge of it.
//
// In the manner of Elle (Kingsbury, Alvaro 2020): as every value is appended once, a list that
// somebody read says in which order its transactions were, which of them that reader saw and which
// it did not. Together with what had ended before what began, these are the edges of a graph; the
// history is strictly serializable only if the graph has no cycle.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stele::sim {

using Key = std::int64_t;
using List = std::vector<std::int64_t>;  // in the order of transactions
using Lists = std::map<Key, List>;

struct Operation {
  enum class Outcome : std::uint8_t { committed, refused, unknown };

  std::string process;
  std::int64_t began_us = 0;
  std::int64_t ended_us = INT64_MAX;  // when it was told the outcome, unless that is unknown
  Outcome outcome = Outcome::unknown;
  std::map<Key, std::int64_t> appends;  // each value is in one operation only
  Lists reads;                          // whole lists, as of just before its own appends
};

using History = std::vector<Operation>;

// What is wrong with the history, given the lists in the end; nothing, if it is strictly
// serializable and no acknowledged append was lost, none refused was made, none made in part.
// A sentence each.
std::vector<std::string> judge(const History& history, const Lists& in_the_end);

}  // namespace stele::sim
