#include "backend/tiered/tiered_store.h"

#include <filesystem>

#include "backend/tiered/cache_folder_testing.h"
#include "base/testing_environment.h"
#include "base/testing_random.h"
#include "base/text.h"
#include "store/counting_store.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"
#include "store/store_conformance_testing.h"

namespace stele::backend {
namespace {

using store::CountingStore;
using store::Operation;
using store::StoreConformance;

std::shared_ptr<BlockCache> cache_in(const CacheFolder& folder, std::uint64_t bytes_max) {
  return BlockCache::open(folder.path("cache"), bytes_max, base::system_environment()).value();
}

// Stores of several processes: each opens the folder by itself, in front of the same back.
class Shared final : public store::StoreUniverse {
 public:
  explicit Shared(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  std::shared_ptr<Store> open() override {
    return make_tiered_store(cache_in(folder_, bytes_max_), back_);
  }

 private:
  const std::uint64_t bytes_max_;
  CacheFolder folder_;
  std::shared_ptr<Store> back_ = store::make_memory_store();
};

INSTANTIATE_TEST_SUITE_P(
    Tiered, StoreConformance,
    testing::Values(
        store::StoreUnderTest{"Roomy", [] { return std::make_shared<Shared>(1 << 30); }},
        store::StoreUnderTest{"Tight",
                              [] { return std::make_shared<Shared>(BlockCache::kBytesMaxLeast); }}),
    store::name_of);

Store::Bytes object_of(std::size_t bytes) {
  Store::Bytes object(bytes);
  for (std::size_t i = 0; i < bytes; ++i) object[i] = static_cast<std::uint8_t>(i * 31 >> 5);
  return object;
}

Store::Bytes part_of(const Store::Bytes& object, ByteRange range) {
  const std::uint64_t begin = std::min<std::uint64_t>(range.offset, object.size());
  const std::uint64_t length = std::min<std::uint64_t>(range.length, object.size() - begin);
  const auto at = object.begin() + static_cast<std::ptrdiff_t>(begin);
  return {at, at + static_cast<std::ptrdiff_t>(length)};
}

class Tiered : public testing::Test {
 protected:
  std::shared_ptr<Store> open() {
    return make_tiered_store(cache_in(folder_, BlockCache::kBytesMaxDefault), back_);
  }
  void put(const std::string& key, const Store::Bytes& object) {
    ASSERT_TRUE(back_->write_once(key, object, {}).ok());
    back_->reset();
  }
  std::uint64_t reads() const { return back_->counts()[Operation::read].requests; }
  std::uint64_t rounds() const { return back_->counts()[Operation::read].rounds; }

  CacheFolder folder_;
  std::shared_ptr<CountingStore> back_ =
      std::make_shared<CountingStore>(store::make_memory_store());
};

TEST_F(Tiered, AsksTheBackOnceAlsoAcrossRestarts) {
  const auto object = object_of(300'000);
  put("packs/a", object);
  EXPECT_EQ(*open()->read("packs/a", {1000, 200'000}, {}), part_of(object, {1000, 200'000}));
  EXPECT_EQ(reads(), 1u);
  const auto again = open();
  EXPECT_EQ(*again->read("packs/a", {1000, 200'000}, {}), part_of(object, {1000, 200'000}));
  EXPECT_EQ(*again->read("packs/a", {77'777, 10}, {}), part_of(object, {77'777, 10}));
  EXPECT_EQ(reads(), 1u);
  EXPECT_EQ(*again->read("packs/a", {}, {}), object);  // its end is missing still
  EXPECT_EQ(reads(), 2u);
  EXPECT_EQ(*again->read("packs/a", {}, {}), object);
  EXPECT_EQ(*again->read("packs/a", {299'000, 5000}, {}), part_of(object, {299'000, 5000}));
  EXPECT_EQ(reads(), 2u);
}

TEST_F(Tiered, AnswersEveryRangeAsTheBackDoes) {
  base::TestRandom random(20);
  for (const std::size_t bytes : {0u, 1u, 65'535u, 65'536u, 65'537u, 131'072u, 400'000u}) {
    const std::string key = base::text("packs/", bytes);
    const auto object = object_of(bytes);
    put(key, object);
    const auto store = open();
    for (int round = 0; round < 30; ++round) {
      std::vector<ReadRequest> requests;
      for (std::uint64_t i = 0; i < 1 + random.below(5); ++i) {
        const ByteRange range{random.below(bytes + 70'000), random.below(150'000)};
        requests.push_back({key, random.below(8) == 0 ? ByteRange{range.offset} : range});
      }
      const auto answers = store->read_many(requests, {});
      for (std::size_t i = 0; i < requests.size(); ++i) {
        ASSERT_TRUE(answers[i].ok());
        ASSERT_EQ(*answers[i], part_of(object, requests[i].range))
            << bytes << " at " << requests[i].range.offset << " + " << requests[i].range.length;
      }
      // Some blocks are lost in between, as by eviction.
      for (const auto& file : folder_.block_files())
        if (random.below(3) == 0) std::filesystem::remove(file);
    }
  }
}

TEST_F(Tiered, JoinsMissingNeighboursAndAsksForAllInOneRound) {
  put("packs/a", object_of(1'000'000));
  put("packs/b", object_of(1'000'000));
  std::vector<ReadRequest> requests;
  for (std::uint64_t i = 0; i < 10; ++i) requests.push_back({"packs/a", {i * 40'000, 30'000}});
  requests.push_back({"packs/b", {500'000, 10}});
  const auto store = open();
  for (const auto& answer : store->read_many(requests, {})) EXPECT_TRUE(answer.ok());
  EXPECT_EQ(rounds(), 1u);
  EXPECT_EQ(reads(), 2u);
}

TEST_F(Tiered, FetchesAgainWhatIsDamagedInTheCache) {
  const auto object = object_of(500'000);
  put("packs/a", object);
  const auto store = open();
  ASSERT_EQ(*store->read("packs/a", {}, {}), object);
  const auto files = folder_.block_files();
  ASSERT_EQ(files.size(), 8u);
  auto torn = folder_.content(files[1]);
  folder_.write(files[1], torn.substr(0, torn.size() / 2));
  auto corrupt = folder_.content(files[4]);
  corrupt[5000] ^= 1;
  folder_.write(files[4], corrupt);
  folder_.write(files[6], "");
  EXPECT_EQ(*store->read("packs/a", {}, {}), object);
  back_->reset();
  EXPECT_EQ(*store->read("packs/a", {}, {}), object);
  EXPECT_EQ(reads(), 0u);  // mended
}

TEST_F(Tiered, WritesThroughIntoTheCache) {
  const auto object = object_of(200'000);
  const auto store = open();
  ASSERT_TRUE(store->write_once("packs/a", object, {}).ok());
  EXPECT_EQ(*store->read("packs/a", {}, {}), object);
  EXPECT_EQ(*open()->read("packs/a", {150'000, 7}, {}), part_of(object, {150'000, 7}));
  EXPECT_EQ(reads(), 0u);
  EXPECT_EQ(*back_->read("packs/a", {}, {}), object);
}

TEST_F(Tiered, HeadsAreAlwaysTheBacks) {
  const auto store = open();
  const Store::Bytes one = {1}, two = {2};
  const auto first = store->swap_head("db", {}, one, {});
  ASSERT_EQ(first.outcome, HeadWrite::Outcome::written);
  ASSERT_EQ(back_->swap_head("db", first.version, two, {}).outcome, HeadWrite::Outcome::written);
  EXPECT_EQ(store->read_head("db", first.version, 1, {})->bytes, two);
}

TEST_F(Tiered, KeepsTheObjectsOfDifferentBacksApart) {
  const auto other_back = store::make_memory_store(base::system_environment(), "mem:other");
  ASSERT_TRUE(other_back->write_once("packs/a", object_of(9), {}).ok());
  put("packs/a", object_of(5));
  const auto front = cache_in(folder_, BlockCache::kBytesMaxDefault);
  const auto other = make_tiered_store(front, other_back);
  EXPECT_EQ(open()->read("packs/a", {}, {})->size(), 5u);
  EXPECT_EQ(other->read("packs/a", {}, {})->size(), 9u);
  ASSERT_TRUE(other->destroy({}).ok());
  back_->reset();
  EXPECT_EQ(open()->read("packs/a", {}, {})->size(), 5u);
  EXPECT_EQ(reads(), 0u);
}

TEST_F(Tiered, TheBacksErrorsAreTheAnswerAndNothingIsKeptOfThem) {
  const auto object = object_of(300'000);
  const auto faulty = std::make_shared<store::FaultyStore>(
      back_, std::make_unique<store::ScriptedFaults>(
                 std::map<std::uint64_t, store::Fault>{{0, store::Fault::error_before}}));
  put("packs/a", object);
  const auto store = make_tiered_store(cache_in(folder_, BlockCache::kBytesMaxDefault), faulty);
  const ReadRequest requests[] = {{"packs/a", {0, 100'000}}, {"packs/a", {100'000, 100'000}}};
  for (const auto& answer : store->read_many(requests, {})) {
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().category(), ErrorCategory::unavailable);
  }
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(*store->read_many(requests, {})[i], part_of(object, requests[i].range));
}

TEST_F(Tiered, WorksWhenTheCacheCanNoLongerBeWritten) {
  const auto object = object_of(300'000);
  put("packs/a", object);
  const auto store = open();
  std::filesystem::remove_all(folder_.path("cache"));
  EXPECT_EQ(*store->read("packs/a", {}, {}), object);
  EXPECT_EQ(*store->read("packs/a", {10, 10}, {}), part_of(object, {10, 10}));
}

}  // namespace
}  // namespace stele::backend
