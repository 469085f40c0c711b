#include "backend/file/site_store.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "backend/file/scratch_directory_testing.h"
#include "base/testing_environment.h"
#include "store/store_conformance_testing.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;
using Outcome = HeadWrite::Outcome;
using store::StoreConformance;

class Site final : public store::StoreUniverse {
 public:
  std::shared_ptr<Store> open() override {
    FileStoreOptions options;
    options.flush = false;
    return open_site(scratch_.path("www"), options).value();
  }

 private:
  ScratchDirectory scratch_;
};

INSTANTIATE_TEST_SUITE_P(Site, StoreConformance,
                         testing::Values(store::StoreUnderTest{
                             "Site", [] { return std::make_shared<Site>(); }}),
                         store::name_of);

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::int64_t modified_ms(const std::string& path) {
  return (*posix_file_system().stat(path).value()).modified_ms;
}

TEST(SiteStore, ServesBytesAsTheyAre) {
  ScratchDirectory scratch;
  const auto store = open_site(scratch.path("a/b/www")).value();
  ASSERT_TRUE(store->write_once("packs/5f0c", bytes("pack"), {}).ok());
  ASSERT_EQ(store->swap_head("db", {}, bytes("head"), {}).outcome, Outcome::written);
  ASSERT_EQ(store->swap_head("a.branch", {}, bytes("other"), {}).outcome, Outcome::written);
  const std::string www = scratch.path("a/b/www");
  EXPECT_EQ(content(www + "/packs/5f0c"), "pack");
  EXPECT_EQ(content(www + "/heads/db"), "head");
  EXPECT_EQ(content(www + "/heads.edn"), "{:stele/site 1 :heads [\"a.branch\" \"db\"]}\n");
  for (const char* file : {"/packs/5f0c", "/heads/db", "/heads.edn"})
    EXPECT_NE(fs::status(www + file).permissions() & fs::perms::owner_read, fs::perms::none);
}

TEST(SiteStore, EveryHeadIsAtLeastASecondLaterThanTheOneBefore) {
  ScratchDirectory scratch;
  base::TestEnvironment environment;  // whose clock stands
  FileStoreOptions options;
  options.environment = &environment;
  const auto store = open_site(scratch.path("www"), options).value();
  const std::string head = scratch.path("www/heads/db");
  HeadVersion version;
  std::int64_t before_ms = 0;
  for (int i = 0; i < 4; ++i) {
    if (i == 2) environment.set_now(Instant{environment.now().ms - 60'000});
    if (i == 3) environment.advance(3600'000);
    const auto write = store->swap_head("db", version, bytes("same length"), {});
    ASSERT_EQ(write.outcome, Outcome::written);
    version = write.version;
    EXPECT_EQ(modified_ms(head) % 1000, 0);
    EXPECT_GE(modified_ms(head), before_ms + 1000);
    before_ms = modified_ms(head);
  }
  EXPECT_EQ(before_ms / 1000, environment.now().ms / 1000);
}

TEST(SiteStore, LeavesOtherFilesAloneAndTakesNoFileStore) {
  ScratchDirectory scratch;
  std::ofstream(scratch.path("index.html")) << "hello";
  const auto store = open_site(scratch.path()).value();
  ASSERT_EQ(store->swap_head("db", {}, bytes("head"), {}).outcome, Outcome::written);
  EXPECT_EQ(content(scratch.path("index.html")), "hello");

  ASSERT_TRUE(FileStore::create(scratch.path("store")).ok());
  const auto refused = open_site(scratch.path("store"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "store/foreign");
}

}  // namespace
}  // namespace stele::backend
