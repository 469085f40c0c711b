// Disks that fail, fill up, or are kept by somebody else.
#include <gtest/gtest.h>

#include "backend/file/file_store.h"
#include "backend/file/power_loss_file_system.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

struct Scene {
  Scene() {
    options.files = &files;
    options.chunk_bytes = 2048;
    store = FileStore::create("/s", options).value();
    version = store->swap_head("db", {}, bytes("one"), {}).version;
    version = store->append_head("db", version, bytes("one"), bytes(" two"), {}).version;
  }
  std::shared_ptr<Store> open() { return FileStore::open("/s", options).value(); }
  std::string read(Store& from) { return text_of(from.read_head("db", {}, 0, {}).value().bytes); }

  PowerLossFileSystem files;
  FileStoreOptions options;
  std::shared_ptr<Store> store;
  HeadVersion version;
};

TEST(FileStoreFailure, AFailedFlushOfAnAppendPoisonsTheStore) {
  Scene scene;
  scene.files.fail_flush(scene.files.flushes());
  const HeadWrite write =
      scene.store->append_head("db", scene.version, bytes("one two"), bytes(" three"), {});
  EXPECT_EQ(write.outcome, Outcome::unknown);
  EXPECT_EQ(write.error->code(), "store/io");

  for (const HeadWrite& later : {scene.store->append_head("db", scene.version, {}, bytes("x"), {}),
                                 scene.store->swap_head("db", scene.version, bytes("x"), {}),
                                 scene.store->swap_head("other", {}, bytes("x"), {})}) {
    EXPECT_EQ(later.outcome, Outcome::failed);
    EXPECT_EQ(later.error->code(), "store/poisoned");
    EXPECT_EQ(later.error->category(), ErrorCategory::unavailable);
  }
  EXPECT_EQ(scene.store->write_once("a", bytes("x"), {}).error().code(), "store/poisoned");
  // Reading goes on.
  EXPECT_EQ(scene.read(*scene.store), "one two three");
}

TEST(FileStoreFailure, AfterAFailedFlushNothingIsAnsweredThatIsNotDurable) {
  for (bool by_the_poisoned_one : {true, false}) {
    Scene scene;
    scene.files.fail_flush(scene.files.flushes());
    (void)scene.store->append_head("db", scene.version, bytes("one two"), bytes(" three"), {});
    auto reader = by_the_poisoned_one ? scene.store : scene.open();
    const std::string answered = scene.read(*reader);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      scene.files.crash(seed);
      EXPECT_EQ(scene.read(*scene.open()), answered);
    }
    EXPECT_FALSE(*scene.files.stat("/s/tmp/db.doubt"));
  }
}

TEST(FileStoreFailure, WhoMayNotWriteDoesNotAnswerWhatIsInDoubt) {
  Scene scene;
  scene.files.fail_flush(scene.files.flushes());
  (void)scene.store->append_head("db", scene.version, bytes("one two"), bytes(" three"), {});
  scene.options.read_only = true;
  auto reader = scene.open();
  EXPECT_EQ(reader->read_head("db", {}, 0, {}).error().code(), "store/doubt");
  scene.options.read_only = false;
  EXPECT_EQ(scene.read(*scene.open()), "one two three");
  EXPECT_EQ(scene.read(*reader), "one two three");
}

// Lets every single flush of a working day fail, one day each.
TEST(FileStoreFailure, EveryFlushMayFail) {
  constexpr std::uint64_t kMany = 60;
  int failures = 0;
  for (std::uint64_t which = 0; which < kMany; ++which) {
    SCOPED_TRACE(which);
    Scene scene;
    scene.files.fail_flush(scene.files.flushes() + which);
    std::string acknowledged = "one two", would_be = acknowledged;
    HeadVersion version = scene.version;
    bool good = true;
    for (int i = 0; good && i < 12; ++i) {
      const std::string more(static_cast<std::size_t>(i) * 70 + 1, static_cast<char>('a' + i));
      if (i % 3 == 2)
        good = scene.store->write_once("packs/" + more.substr(0, 3), bytes(more), {}).ok();
      if (!good) break;
      would_be = i % 5 == 4 ? more : acknowledged + more;
      const HeadWrite write = i % 5 == 4 ? scene.store->swap_head("db", version, bytes(more), {})
                                         : scene.store->append_head(
                                               "db", version, bytes(acknowledged), bytes(more), {});
      good = write.outcome == Outcome::written;
      if (good) acknowledged = would_be;
      version = write.version;
    }
    failures += !good;
    scene.files.fail_flush(UINT64_MAX);
    const std::string found = scene.read(*scene.open());
    EXPECT_TRUE(found == acknowledged || found == would_be);
    scene.files.crash(which);
    EXPECT_EQ(scene.read(*scene.open()), found);
  }
  EXPECT_GT(failures, 20);
  EXPECT_LT(failures, static_cast<int>(kMany)) << "the last ones should not have been reached";
}

TEST(FileStoreFailure, AFullDiskIsSaidAndSurvived) {
  Scene scene;
  scene.files.set_full(true);
  const Store::Bytes large(5000, 'x');
  HeadWrite write = scene.store->append_head("db", scene.version, bytes("one two"), large, {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/full");
  EXPECT_EQ(scene.store->swap_head("db", scene.version, large, {}).error->code(), "store/full");
  EXPECT_EQ(scene.store->write_once("packs/a", large, {}).error().code(), "store/full");
  EXPECT_EQ(scene.read(*scene.store), "one two");
  // What was made ready before is still there to be used.
  write = scene.store->append_head("db", scene.version, bytes("one two"), bytes("!"), {});
  EXPECT_EQ(write.outcome, Outcome::written);
  scene.files.set_full(false);
  write = scene.store->append_head("db", write.version, bytes("one two!"), large, {});
  EXPECT_EQ(write.outcome, Outcome::written);
  EXPECT_TRUE(scene.files.list("/s/tmp")->empty());
}

class RemoteFileSystem final : public FileSystem {
 public:
  explicit RemoteFileSystem(FileSystem& files) : files_(files) {}
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    return files_.open(path, mode);
  }
  Result<std::optional<FileStat>> stat(const std::string& path) override {
    return files_.stat(path);
  }
  Done rename(const std::string& from, const std::string& to) override {
    return files_.rename(from, to);
  }
  Result<bool> rename_new(const std::string& from, const std::string& to) override {
    return files_.rename_new(from, to);
  }
  Result<bool> exchange(const std::string& one, const std::string& other) override {
    if (!can_exchange) return false;
    return files_.exchange(one, other);
  }
  Result<bool> remove(const std::string& path) override { return files_.remove(path); }
  Result<bool> make_directory(const std::string& path) override {
    return files_.make_directory(path);
  }
  Result<bool> remove_directory(const std::string& path) override {
    return files_.remove_directory(path);
  }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    return files_.list(path);
  }
  Done flush_directory(const std::string& path) override { return files_.flush_directory(path); }
  bool may_write(const std::string&) override { return permitted; }
  Result<bool> is_remote(const std::string&) override { return remote; }
  void pause_us(std::int64_t us) override { files_.pause_us(us); }

  bool permitted = true;
  bool can_exchange = true;
  bool remote = true;

 private:
  FileSystem& files_;
};

TEST(FileStoreFailure, OpensARemoteFileSystemForReadingUnlessToldOtherwise) {
  Scene scene;
  RemoteFileSystem remote(scene.files);
  scene.options.files = &remote;
  EXPECT_FALSE(scene.open()->traits().writable);
  EXPECT_EQ(scene.read(*scene.open()), "one two");
  scene.options.remote_writable = true;
  EXPECT_TRUE(scene.open()->traits().writable);
}

TEST(FileStoreFailure, OpensForReadingWhatItMayNotWrite) {
  Scene scene;
  RemoteFileSystem files(scene.files);
  files.remote = false;
  files.permitted = false;
  scene.options.files = &files;
  EXPECT_FALSE(scene.open()->traits().writable);
  EXPECT_EQ(scene.read(*scene.open()), "one two");
}

}  // namespace
}  // namespace stele::backend
