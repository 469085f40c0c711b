#include "backend/tiered/block_cache.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "backend/tiered/cache_folder_testing.h"
#include "base/testing_environment.h"
#include "base/text.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;

class Cache : public testing::Test {
 protected:
  std::shared_ptr<BlockCache> open(std::uint64_t bytes_max = BlockCache::kBytesMaxDefault) {
    return BlockCache::open(scratch_.path("cache"), bytes_max, environment_).value();
  }
  static BlockName name(std::uint64_t number, std::string_view object = "packs/a") {
    return {"00aa", base::sha256(base::view(object)), number};
  }
  static base::Bytes block(std::uint64_t seed, std::size_t bytes = kBlockBytes) {
    base::Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + seed);
    return out;
  }

  base::TestEnvironment environment_;
  CacheFolder scratch_;
};

TEST_F(Cache, KeepsBlocksAcrossOpenings) {
  open()->put(name(3), block(1));
  open()->put(name(4), block(2, 0));
  const auto again = open();
  EXPECT_EQ(again->find(name(3)), block(1));
  EXPECT_EQ(again->find(name(4)), base::Bytes());
  EXPECT_EQ(again->find(name(5)), std::nullopt);
  EXPECT_EQ(again->find(name(3, "packs/b")), std::nullopt);
}

TEST_F(Cache, NeverAnswersWithADamagedBlock) {
  const auto cache = open();
  cache->put(name(0), block(1, 300));
  const std::string path = scratch_.block_files().at(0);
  const auto whole = scratch_.content(path);
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {  // torn: the end is missing
    scratch_.write(path, whole.substr(0, cut));
    EXPECT_EQ(cache->find(name(0)), std::nullopt) << cut;
    EXPECT_FALSE(fs::exists(path));
  }
  for (std::size_t at = 0; at < whole.size(); at += 5) {  // corrupt: a bit is wrong
    auto wrong = whole;
    wrong[at] = static_cast<char>(wrong[at] ^ 4);
    scratch_.write(path, wrong);
    EXPECT_EQ(cache->find(name(0)), std::nullopt) << at;
  }
  scratch_.write(path, std::string(whole.size(), '\0'));
  EXPECT_EQ(cache->find(name(0)), std::nullopt);
  cache->put(name(0), block(1, 300));
  EXPECT_EQ(cache->find(name(0)), block(1, 300));
}

TEST_F(Cache, NeverAnswersWithABlockUnderAnotherName) {
  const auto cache = open();
  cache->put(name(0), block(1));
  cache->put(name(1), block(2));
  const auto files = scratch_.block_files();
  ASSERT_EQ(files.size(), 2u);
  fs::copy_file(files[0], files[1], fs::copy_options::overwrite_existing);
  EXPECT_EQ(cache->find(name(1)), std::nullopt);
  EXPECT_EQ(cache->find(name(0)), block(1));
}

TEST_F(Cache, StaysWithinItsBoundAndLetsTheOldestGo) {
  constexpr std::uint64_t kMax = 8 << 20;
  const auto cache = open(kMax);
  for (std::uint64_t i = 0; i < 400; ++i) {  // 25 MiB
    cache->put(name(i), block(i));
    if (i % 16 == 0) {
      EXPECT_LE(scratch_.block_bytes(), kMax) << i;
    }
  }
  EXPECT_LE(scratch_.block_bytes(), kMax);
  EXPECT_GE(scratch_.block_bytes(), kMax * 3 / 4);
  // What is left are the youngest, without a gap.
  std::uint64_t first = 0;
  while (!cache->find(name(first))) ++first;
  EXPECT_GT(first, 200u);
  for (std::uint64_t i = first; i < 400; ++i) EXPECT_EQ(cache->find(name(i)), block(i)) << i;
}

TEST_F(Cache, ShortRunsOfAProgramStayWithinTheBoundTogether) {
  constexpr std::uint64_t kMax = 4 << 20;
  for (std::uint64_t run = 0; run < 400; ++run) open(kMax)->put(name(run), block(run));
  EXPECT_LE(scratch_.block_bytes(), kMax * 5 / 4);
}

TEST_F(Cache, RemovesWhatACrashLeftWithoutAName) {
  const auto cache = open(4 << 20);
  scratch_.write(cache->folder() + "/tmp/0123", "half a blo");
  const auto fresh = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  environment_.set_now(Instant{fresh.count()});
  for (std::uint64_t i = 0; i < 10; ++i) cache->put(name(i), block(i));
  EXPECT_TRUE(fs::exists(cache->folder() + "/tmp/0123"));  // somebody may be writing it
  environment_.set_now(Instant{fresh.count() + 2 * 3600 * 1000});
  for (std::uint64_t i = 10; i < 20; ++i) cache->put(name(i), block(i));
  EXPECT_FALSE(fs::exists(cache->folder() + "/tmp/0123"));
}

TEST_F(Cache, ForgetsAnObjectOrASpace) {
  const auto cache = open();
  for (std::uint64_t i = 0; i < 3; ++i) cache->put(name(i), block(i));
  cache->put(name(0, "packs/b"), block(9));
  cache->forget("00aa", name(0).object);
  EXPECT_EQ(cache->find(name(0)), std::nullopt);
  EXPECT_EQ(cache->find(name(2)), std::nullopt);
  EXPECT_EQ(cache->find(name(0, "packs/b")), block(9));
  cache->forget_all("00aa");
  EXPECT_TRUE(scratch_.block_files().empty());
}

TEST_F(Cache, TakesNoFolderThatHoldsSomethingElse) {
  scratch_.write(scratch_.path("letter.txt"), "dear");
  const auto refused = BlockCache::open(scratch_.path(), 1 << 30, environment_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "store/foreign");
  const auto file = BlockCache::open(scratch_.path("letter.txt"), 1 << 30, environment_);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), "store/io");
}

TEST_F(Cache, IsSharedByManyThreadsAndOpenings) {
  constexpr std::uint64_t kMax = 4 << 20;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, cache = open(kMax)] {
      for (std::uint64_t i = 0; i < 150; ++i) {
        cache->put(name(i), block(i));
        const auto found = cache->find(name(i / 2));
        if (found && *found != block(i / 2)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(scratch_.block_bytes(), kMax + kMax / 16 * 3);
}

}  // namespace
}  // namespace stele::backend
