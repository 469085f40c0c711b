// Random transactions, run on stele and on the model side by side.
//
// Not thread safe.
#pragma once

#include <cstdint>

namespace stele::tx {

struct ModelRun {
  int accepted = 0;
  int refused = 0;
};

// A database of its own, with a configuration and a schema that the seed chooses. Whatever differs
// (the error's code, the report, tempids, facts, views of the past, what a reader of the head sees)
// fails the test and ends the run.
ModelRun run_model(std::uint64_t seed, int transactions);

}  // namespace stele::tx
