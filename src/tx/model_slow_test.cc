// The same as model_test.cc, over many more seeds. Prints how many were accepted and refused.
#include <cstdio>

#include <gtest/gtest.h>

#include "tx/model_run_testing.h"

namespace stele::tx {
namespace {

TEST(TransactModelSlow, O5_a_hundred_thousand_transactions) {
  ModelRun all;
  for (std::uint64_t seed = 100'000; seed < 103'400 && !HasFailure(); ++seed) {
    const ModelRun run = run_model(seed, 30);
    all.accepted += run.accepted;
    all.refused += run.refused;
  }
  std::printf("%d accepted, %d refused\n", all.accepted, all.refused);
  EXPECT_GT(all.accepted, 30'000);
  EXPECT_GT(all.accepted + all.refused, 100'000);
}

}  // namespace
}  // namespace stele::tx
