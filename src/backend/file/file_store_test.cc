#include "backend/file/file_store.h"

#include <fstream>

#include <gtest/gtest.h>

#include "backend/file/power_loss_file_system.h"
#include "backend/file/scratch_directory_testing.h"
#include "store/store_conformance_testing.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;
using Outcome = HeadWrite::Outcome;
using store::StoreConformance;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// --- conformance -------------------------------------------------------------------------------

class Directory final : public store::StoreUniverse {
 public:
  explicit Directory(FileStoreOptions options) : options_(options) {
    EXPECT_TRUE(FileStore::create(scratch_.path("store"), options_).ok());
  }
  std::shared_ptr<Store> open() override {
    return FileStore::open(scratch_.path("store"), options_).value();
  }

 private:
  ScratchDirectory scratch_;
  FileStoreOptions options_;
};

class Twin final : public store::StoreUniverse {
 public:
  Twin() {
    options_.files = &files_;
    EXPECT_TRUE(FileStore::create("/store", options_).ok());
  }
  std::shared_ptr<Store> open() override { return FileStore::open("/store", options_).value(); }

 private:
  PowerLossFileSystem files_;
  FileStoreOptions options_;
};

std::shared_ptr<store::StoreUniverse> directory() {
  return std::make_shared<Directory>(FileStoreOptions{});
}
std::shared_ptr<store::StoreUniverse> without_flushes() {
  return std::make_shared<Directory>(FileStoreOptions{.flush = false, .chunk_bytes = 0});
}
std::shared_ptr<store::StoreUniverse> twin() { return std::make_shared<Twin>(); }

INSTANTIATE_TEST_SUITE_P(FileStores, StoreConformance,
                         testing::Values(store::StoreUnderTest{"File", directory},
                                         store::StoreUnderTest{"FileWithoutFlushes",
                                                               without_flushes},
                                         store::StoreUnderTest{"FileOnTwin", twin}),
                         store::name_of);

// --- creating and opening ----------------------------------------------------------------------

TEST(FileStore, IsCreatedWithTheDirectoriesAboveIt) {
  ScratchDirectory scratch;
  const std::string path = scratch.path("a/b/store/");
  EXPECT_FALSE(*FileStore::exists(path));
  auto store = FileStore::create(path);
  ASSERT_TRUE(store.ok()) << store.error().message();
  EXPECT_EQ((*store)->url(), "file:" + scratch.path("a/b/store"));
  EXPECT_TRUE(*FileStore::exists(path));
  EXPECT_TRUE(FileStore::open(path).ok());
}

TEST(FileStore, IsCreatedInAnEmptyDirectoryButOnlyOnce) {
  ScratchDirectory scratch;
  EXPECT_TRUE(FileStore::create(scratch.path()).ok());
  auto again = FileStore::create(scratch.path());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().category(), ErrorCategory::conflict);
  EXPECT_EQ(again.error().code(), "store/exists");
}

TEST(FileStore, OpensOnlyWhatIsThere) {
  ScratchDirectory scratch;
  for (const std::string& path : {scratch.path(), scratch.path("none")}) {
    auto store = FileStore::open(path);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().category(), ErrorCategory::unavailable);
    EXPECT_EQ(store.error().code(), "store/missing");
    EXPECT_NE(store.error().message().find(path), std::string::npos);
  }
}

TEST(FileStore, RefusesAForeignDirectory) {
  ScratchDirectory scratch;
  std::ofstream(scratch.path("letter.txt")) << "dear";
  for (auto& result : {FileStore::open(scratch.path()), FileStore::create(scratch.path()),
                       FileStore::open(scratch.path("letter.txt"))}) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), "store/foreign");
    EXPECT_NE(result.error().message().find(scratch.path()), std::string::npos);
  }
  EXPECT_FALSE(*FileStore::exists(scratch.path()));
  EXPECT_TRUE(fs::exists(scratch.path("letter.txt")));
}

TEST(FileStore, RefusesALayoutOfTheFuture) {
  ScratchDirectory scratch;
  ASSERT_TRUE(FileStore::create(scratch.path("s")).ok());
  std::ofstream(scratch.path("s/stele-store")) << "stele-store 2\n";
  auto store = FileStore::open(scratch.path("s"));
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), "store/format");
}

TEST(FileStore, FinishesACreationThatWasInterrupted) {
  ScratchDirectory scratch;
  fs::create_directories(scratch.path("s/heads"));
  EXPECT_EQ(FileStore::open(scratch.path("s")).error().code(), "store/missing");
  EXPECT_TRUE(FileStore::create(scratch.path("s")).ok());
}

TEST(FileStore, LeavesNothingBehindWhenDestroyed) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  ASSERT_TRUE(store->write_once("packs/a/b", bytes("x"), {}).ok());
  ASSERT_EQ(store->swap_head("db", {}, bytes("x"), {}).outcome, Outcome::written);
  ASSERT_TRUE(store->destroy({}).ok());
  EXPECT_FALSE(fs::exists(scratch.path("s")));
  EXPECT_FALSE(*FileStore::exists(scratch.path("s")));
}

TEST(FileStore, DestroysOnlyWhatIsItsOwn) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  ASSERT_TRUE(store->write_once("packs/a", bytes("x"), {}).ok());
  std::ofstream(scratch.path("s/README")) << "mine";
  ASSERT_TRUE(store->destroy({}).ok());
  EXPECT_TRUE(fs::exists(scratch.path("s/README")));
  EXPECT_FALSE(fs::exists(scratch.path("s/packs")));
  EXPECT_EQ(FileStore::open(scratch.path("s")).error().code(), "store/foreign");
}

TEST(FileStore, AWriterOfADestroyedAndRecreatedStoreMeetsAConflict) {
  ScratchDirectory scratch;
  auto old = FileStore::create(scratch.path("s")).value();
  const HeadVersion before = old->swap_head("db", {}, bytes("old"), {}).version;
  auto lock = old->lock_head("db", {}).value();  // keeps the old lock file open
  lock.reset();
  ASSERT_TRUE(FileStore::open(scratch.path("s")).value()->destroy({}).ok());
  auto fresh = FileStore::create(scratch.path("s")).value();
  ASSERT_EQ(fresh->swap_head("db", {}, bytes("new"), {}).outcome, Outcome::written);
  EXPECT_EQ(old->append_head("db", before, bytes("old"), bytes("!"), {}).outcome,
            Outcome::conflict);
  auto held = fresh->lock_head("db", {}).value();
  const Deadline soon = base::deadline_after(base::system_environment(), 20);
  EXPECT_FALSE(old->lock_head("db", soon).ok()) << "the old lock file still counts";
}

// --- reading only ------------------------------------------------------------------------------

TEST(FileStore, ReadsOnlyWhenAsked) {
  ScratchDirectory scratch;
  auto writer = FileStore::create(scratch.path("s")).value();
  const HeadVersion version = writer->swap_head("db", {}, bytes("one"), {}).version;
  ASSERT_TRUE(writer->write_once("packs/a", bytes("x"), {}).ok());

  auto reader = FileStore::open(scratch.path("s"), {.read_only = true}).value();
  EXPECT_FALSE(reader->traits().writable);
  EXPECT_EQ(text_of(reader->read_head("db", {}, 0, {})->bytes), "one");
  ASSERT_EQ(writer->append_head("db", version, bytes("one"), bytes(" two"), {}).outcome,
            Outcome::written);
  EXPECT_EQ(text_of(reader->read_head("db", {}, 0, {})->bytes), "one two");
  EXPECT_EQ(text_of(*reader->read("packs/a", {}, {})), "x");

  const HeadWrite write = reader->swap_head("db", version, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/read-only");
  EXPECT_EQ(reader->write_once("packs/b", bytes("x"), {}).error().code(), "store/read-only");
  EXPECT_EQ(reader->remove(std::vector<std::string>{"packs/a"}, {}).error().code(),
            "store/read-only");
  EXPECT_EQ(reader->destroy({}).error().code(), "store/read-only");
  EXPECT_EQ(reader->lock_head("db", {}).error().code(), "store/read-only");
}

TEST(FileStore, NamesThePathOfAMissingObject) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  const std::string message = store->read("packs/none", {}, {}).error().message();
  EXPECT_NE(message.find(scratch.path("s/packs/none")), std::string::npos) << message;
}

TEST(FileStore, KeepsObjectsUnderTheirKeys) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  ASSERT_TRUE(store->write_once("packs/5f0c", bytes("x"), {}).ok());
  EXPECT_EQ(fs::file_size(scratch.path("s/packs/5f0c")), 1u);
  EXPECT_TRUE(fs::is_empty(scratch.path("s/tmp")));
}

TEST(FileStore, ListsOnlyObjects) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  ASSERT_TRUE(store->write_once("packs/a", bytes("x"), {}).ok());
  std::ofstream(scratch.path("s/packs/.DS_Store")) << "not ours";
  std::ofstream(scratch.path("s/NOTES")) << "not ours";
  EXPECT_EQ(store->list("", "", {})->objects.size(), 1u);
}

TEST(FileStore, RemovesOldTemporaryFilesOnOpening) {
  ScratchDirectory scratch;
  ASSERT_TRUE(FileStore::create(scratch.path("s")).ok());
  std::ofstream(scratch.path("s/tmp/old.tmp")) << "x";
  std::ofstream(scratch.path("s/tmp/new.tmp")) << "x";
  fs::last_write_time(scratch.path("s/tmp/old.tmp"),
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(FileStore::open(scratch.path("s")).ok());
  EXPECT_FALSE(fs::exists(scratch.path("s/tmp/old.tmp")));
  EXPECT_TRUE(fs::exists(scratch.path("s/tmp/new.tmp")));
}

TEST(FileStore, TheHolderOfALockMayBeDestroyedFromAnotherThread) {
  ScratchDirectory scratch;
  auto store = FileStore::create(scratch.path("s")).value();
  auto lock = store->lock_head("db", {}).value();
  std::thread([&] { lock.reset(); }).join();
  const Deadline soon = base::deadline_after(base::system_environment(), 1000);
  std::thread([&] { EXPECT_TRUE(store->lock_head("db", soon).ok()); }).join();
}

}  // namespace
}  // namespace stele::backend
