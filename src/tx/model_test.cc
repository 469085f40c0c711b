// stele against the model: see model_testing.h.
#include <gtest/gtest.h>

#include "tx/model_run_testing.h"

namespace stele::tx {
namespace {

TEST(TransactModel, O5_random_transactions_do_as_the_definitions_say) {
  ModelRun all;
  for (std::uint64_t seed = 1; seed <= 330 && !HasFailure(); ++seed) {
    const ModelRun run = run_model(seed, 24);
    all.accepted += run.accepted;
    all.refused += run.refused;
  }
  EXPECT_GT(all.accepted, 2400);
  EXPECT_GT(all.refused, 3000);
}

}  // namespace
}  // namespace stele::tx
