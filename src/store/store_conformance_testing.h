// What every store must do, as tests. A backend passes them by naming itself in its own test:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance,
//                            testing::Values(StoreUnderTest{"memory", [] { … }}));
//
// Each sentence of include/stele/store.h that a test can check has one here.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <stele/store.h>

namespace stele::store {

// Stores that see the same data: several Store objects where the backend has them, as several
// processes would; the last reference removes what the test left behind.
class StoreUniverse {
 public:
  virtual ~StoreUniverse() = default;
  // Another Store object on this universe's data, or the same where there is only one.
  virtual std::shared_ptr<Store> open() = 0;
};

// A universe with one Store object.
std::shared_ptr<StoreUniverse> universe_of(std::shared_ptr<Store> store);

struct StoreUnderTest {
  std::string name;                                        // letters and digits
  std::function<std::shared_ptr<StoreUniverse>()> create;  // an empty one
};

void PrintTo(const StoreUnderTest& under_test, std::ostream* out);
std::string name_of(const testing::TestParamInfo<StoreUnderTest>& info);

class StoreConformance : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override;
  Store& store() { return *store_; }

  std::shared_ptr<StoreUniverse> universe_;
  std::shared_ptr<Store> store_;
};

}  // namespace stele::store
