// A simulation: several processes with one database, on a store that fails, from one seed.
//
//   writers    append to lists, some after reading others; move money between accounts; fold
//   readers    read all lists and the sum of all money; keep what they have read, and read it again
//   brancher   makes branches, writes to them, deletes them
//   collector  removes garbage, with a grace period of moments or none
//   follower   copies the database to a store of its own and reads there
// Any of them may be killed in the midst of things, and comes back as another process; any may be
// stopped for seconds; the store refuses, loses answers, does things late, or tears them.
//
// What must hold: see `judge`; the sum of all money is always the same; what was read once is read
// again; nobody's view goes backwards; every transaction of the log is there once; and all comes to
// an end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"

namespace stele::sim {

struct Settings {
  std::uint64_t seed = 1;
  bool keep_trace = false;
  int operations = 12;  // of each process
};

struct Outcome {
  std::vector<std::string> violations;
  base::Hash trace;  // the same for the same seed
  std::vector<std::string> trace_lines;
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t kills = 0;
  std::uint64_t collected = 0;  // packs
  std::uint64_t committed = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
};

Outcome simulate(const Settings& settings);

}  // namespace stele::sim
