#include "store/memory_store.h"

#include "store/counting_store.h"
#include "store/faulty_store.h"
#include "store/retrying_store.h"
#include "store/store_conformance_testing.h"

namespace stele::store {
namespace {

std::shared_ptr<StoreUniverse> memory() { return universe_of(make_memory_store()); }
std::shared_ptr<StoreUniverse> counting() {
  return universe_of(std::make_shared<CountingStore>(make_memory_store()));
}
std::shared_ptr<StoreUniverse> retrying() {
  return universe_of(make_retrying_store(make_memory_store()));
}
std::shared_ptr<StoreUniverse> without_faults() {
  return universe_of(std::make_shared<FaultyStore>(
      make_memory_store(), std::make_unique<ScriptedFaults>(std::map<std::uint64_t, Fault>())));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         testing::Values(StoreUnderTest{"Memory", memory},
                                         StoreUnderTest{"Counting", counting},
                                         StoreUnderTest{"Retrying", retrying},
                                         StoreUnderTest{"WithoutFaults", without_faults}),
                         name_of);

TEST(MemoryStores, FindsAStoreByItsName) {
  MemoryStores stores(base::system_environment());
  EXPECT_EQ(stores.find("a"), nullptr);
  auto a = stores.open("a");
  EXPECT_EQ(a->url(), "mem:a");
  EXPECT_EQ(stores.open("a"), a);
  EXPECT_EQ(stores.find("a"), a);
  EXPECT_NE(stores.open("b"), a);
}

TEST(MemoryStores, KeepsAStoreThatNobodyHolds) {
  MemoryStores stores(base::system_environment());
  ASSERT_TRUE(stores.open("a")->write_once("x", {}, {}).ok());
  EXPECT_TRUE(stores.open("a")->read("x", {}, {}).ok());
}

TEST(MemoryStores, GivesANewStoreAfterDropping) {
  MemoryStores stores(base::system_environment());
  auto old = stores.open("a");
  ASSERT_TRUE(old->write_once("x", {}, {}).ok());
  stores.drop("a");
  EXPECT_FALSE(stores.open("a")->read("x", {}, {}).ok());
  EXPECT_TRUE(old->read("x", {}, {}).ok());
}

TEST(MemoryStores, TheProcessHasOneRegistry) {
  auto store = open_memory_store("memory_store_test");
  EXPECT_EQ(process_memory_stores().find("memory_store_test"), store);
  process_memory_stores().drop("memory_store_test");
}

TEST(MemoryStore, AHeadThatIsRecreatedIsAnotherVersion) {
  auto store = make_memory_store();
  const Store::Bytes one = {1};
  const HeadVersion before = store->swap_head("db", {}, one, {}).version;
  ASSERT_TRUE(store->destroy({}).ok());
  EXPECT_NE(store->swap_head("db", {}, one, {}).version, before);
}

}  // namespace
}  // namespace stele::store
