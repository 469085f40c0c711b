// Every byte of a head's file, damaged: either the damage is reported with file and byte, or all
// that was acknowledged is there.
#include <gtest/gtest.h>

#include "backend/file/file_store.h"
#include "backend/file/power_loss_file_system.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;

constexpr std::uint64_t kChunkBytes = 2048;

Store::Bytes some_bytes(std::size_t n, unsigned seed) {
  Store::Bytes bytes(n);
  for (auto& b : bytes) b = static_cast<std::uint8_t>((seed = seed * 1664525 + 1013904223) >> 24);
  return bytes;
}

class HeadDamage : public testing::Test {
 protected:
  void SetUp() override {
    options_.files = &files_;
    options_.chunk_bytes = kChunkBytes;
    auto store = FileStore::create("/s", options_).value();
    Store::Bytes body = some_bytes(300, 1);
    body.resize(1500);  // zeros, sectors of them: not torn, because a body never is
    add(store->swap_head("db", {}, body, {}), body);
    for (unsigned i = 0; i < 6; ++i) {
      const Store::Bytes more = some_bytes(30 + 170 * i, i + 2);
      add(store->append_head("db", version_, content_, more, {}), more);
    }
    file_bytes_ = files_.stat("/s/heads/db").value()->bytes;
    // The end of the last frame is where the last byte stands that is not zero.
    end_ = last_byte() + 1;
  }

  void add(const HeadWrite& write, const Store::Bytes& more) {
    ASSERT_EQ(write.outcome, Outcome::written);
    version_ = write.version;
    content_.insert(content_.end(), more.begin(), more.end());
  }

  std::uint64_t last_byte() {
    auto file = files_.open("/s/heads/db", OpenMode::read).value();
    Store::Bytes bytes(file_bytes_);
    (void)file->read_at(bytes, 0).value();
    while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
    return bytes.size() - 1;
  }

  Result<HeadRead> read() {
    return FileStore::open("/s", options_).value()->read_head("db", {}, 0, {});
  }

  PowerLossFileSystem files_;
  FileStoreOptions options_;
  HeadVersion version_;
  Store::Bytes content_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t end_ = 0;
};

TEST_F(HeadDamage, IsReportedOrHarmless) {
  ASSERT_EQ(read()->bytes, content_);
  ASSERT_LT(end_ + 100, file_bytes_);
  for (std::uint64_t byte = 0; byte < file_bytes_; ++byte) {
    for (std::uint8_t bits : {0x01, 0x80, 0xff}) {
      files_.damage("/s/heads/db", byte, bits);
      auto head = read();
      if (head.ok()) {
        ASSERT_GE(byte, end_) << "was changed unnoticed";
        ASSERT_EQ(head->bytes, content_) << byte;
      } else {
        ASSERT_EQ(head.error().category(), ErrorCategory::corrupt) << head.error().message();
        EXPECT_NE(head.error().message().find("/s/heads/db"), std::string::npos);
        EXPECT_NE(head.error().message().find("byte "), std::string::npos);
        EXPECT_TRUE(head.error().data().find_keyword("path"));
      }
      files_.damage("/s/heads/db", byte, bits);
    }
  }
}

TEST_F(HeadDamage, IsFoundAlsoByAStoreThatHasReadTheHeadBefore) {
  auto store = FileStore::open("/s", options_).value();
  ASSERT_TRUE(store->read_head("db", {}, 0, {}).ok());
  files_.damage("/s/heads/db", 70, 1);
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().category(), ErrorCategory::corrupt);
  files_.damage("/s/heads/db", 70, 1);
  files_.damage("/s/heads/db", end_ - 30, 1);
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().category(), ErrorCategory::corrupt);
}

TEST_F(HeadDamage, OfTheLastRecordKeepsWritersOut) {
  files_.damage("/s/heads/db", end_ - 40, 8);
  auto store = FileStore::open("/s", options_).value();
  for (const HeadWrite& write : {store->append_head("db", version_, content_, content_, {}),
                                 store->swap_head("db", version_, content_, {})}) {
    EXPECT_EQ(write.outcome, Outcome::failed);
    EXPECT_EQ(write.error->category(), ErrorCategory::corrupt);
  }
  files_.damage("/s/heads/db", end_ - 40, 8);
  EXPECT_EQ(read()->bytes, content_);
}

TEST_F(HeadDamage, BehindTheEndIsCleanedByTheNextWriter) {
  files_.damage("/s/heads/db", end_ + 50, 0xff);
  auto store = FileStore::open("/s", options_).value();
  for (unsigned i = 0; i < 10; ++i) {
    const Store::Bytes more = some_bytes(33, i);
    add(store->append_head("db", version_, content_, more, {}), more);
    ASSERT_EQ(read()->bytes, content_);
  }
}

}  // namespace
}  // namespace stele::backend
