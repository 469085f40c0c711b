#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "backend/sqlite/sqlite_store.h"
#include "base/text.h"
#include "store/store_processes_testing.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;

class SqliteStoreProcessesSlow : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(SqliteStore::create(file_).ok()); }
  void TearDown() override { fs::remove_all(folder_); }
  store::OpenStore opener() const {
    return [file = file_] { return SqliteStore::open(file).value(); };
  }

 private:
  const fs::path folder_ = fs::temp_directory_path() / base::text("stele-sqlite-slow-", ::getpid());
  const std::string file_ = (folder_ / "db.sqlite").string();
};

TEST_F(SqliteStoreProcessesSlow, EightProcessesLoseNoLine) {
  store::run_writers(opener(), 8, 20'000);
}

TEST_F(SqliteStoreProcessesSlow, AThousandKilledProcessesLoseNoLine) {
  store::run_kills(opener(), 1000);
}

}  // namespace
}  // namespace stele::backend
