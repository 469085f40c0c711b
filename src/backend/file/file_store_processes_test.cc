#include <gtest/gtest.h>

#include "backend/file/file_store_processes_testing.h"

namespace stele::backend {
namespace {

TEST(FileStoreProcesses, FourWritersLoseNoLine) { run_writers(4, 2000); }

TEST(FileStoreProcesses, AKilledWriterLosesNoLine) { run_kills(40); }

}  // namespace
}  // namespace stele::backend
