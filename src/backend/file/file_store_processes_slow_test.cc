#include <gtest/gtest.h>

#include "backend/file/file_store.h"
#include "backend/file/scratch_directory_testing.h"
#include "store/store_processes_testing.h"

namespace stele::backend {
namespace {

// A new store in a directory of its own.
class FileStoreProcessesSlow : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(FileStore::create(scratch_.path("store")).ok()); }
  store::OpenStore open() const {
    return [path = scratch_.path("store")] { return FileStore::open(path).value(); };
  }

 private:
  ScratchDirectory scratch_;
};

TEST_F(FileStoreProcessesSlow, EightWritersLoseNoLine) { store::run_writers(open(), 8, 20'000); }

TEST_F(FileStoreProcessesSlow, AThousandKilledWritersLoseNoLine) { store::run_kills(open(), 1000); }

}  // namespace
}  // namespace stele::backend
