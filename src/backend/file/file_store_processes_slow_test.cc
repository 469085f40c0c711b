#include <gtest/gtest.h>

#include "backend/file/file_store_processes_testing.h"

namespace stele::backend {
namespace {

TEST(FileStoreProcessesSlow, EightWritersLoseNoLine) { run_writers(8, 20'000); }

TEST(FileStoreProcessesSlow, AThousandKilledWritersLoseNoLine) { run_kills(1000); }

}  // namespace
}  // namespace stele::backend
