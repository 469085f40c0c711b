// The defaults of Store, on a store that has nothing else.
#include <gtest/gtest.h>

#include <stele/store.h>

#include "store/forwarding_store_testing.h"
#include "store/memory_store.h"

namespace stele::store {
namespace {

// Has the defaults of Store, and appends by swapping.
class PlainStore final : public ForwardingStore {
 public:
  PlainStore() : ForwardingStore(make_memory_store()) {}
  std::string url() const override { return "plain:"; }
  StoreTraits traits() const override { return {.cheap_append = false}; }
};

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(StoreDefaults, AppendsBySwappingTheWhole) {
  PlainStore store;
  const HeadVersion first = store.swap_head("db", {}, bytes("one"), {}).version;
  const HeadWrite write = store.append_head("db", first, bytes("one"), bytes(" two"), {});
  ASSERT_EQ(write.outcome, HeadWrite::Outcome::written);
  EXPECT_EQ(store.read_head("db", {}, 0, {})->bytes, bytes("one two"));
  EXPECT_EQ(store.append_head("db", first, bytes("one"), bytes("x"), {}).outcome,
            HeadWrite::Outcome::conflict);
  EXPECT_EQ(store.append_head("db", {}, {}, bytes("x"), {}).outcome, HeadWrite::Outcome::failed);
}

TEST(StoreDefaults, HasNoLocks) {
  PlainStore store;
  auto lock = store.lock_head("db", {});
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(*lock, nullptr);
}

TEST(StoreDefaults, ReadsManyOneByOne) {
  PlainStore store;
  ASSERT_TRUE(store.write_once("a", bytes("A"), {}).ok());
  const std::vector<ReadRequest> requests = {{"a", {}}, {"none", {}}, {"a", {}}};
  auto results = store.read_many(requests, {});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(*results[0], bytes("A"));
  EXPECT_EQ(results[1].error().code(), "store/missing");
  EXPECT_EQ(*results[2], bytes("A"));
}

TEST(Keys, ErrorsShowTheKeyAndTheRule) {
  auto done = check_key("packs/UPPER");
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message().find("packs/UPPER"), std::string::npos);
  EXPECT_NE(done.error().message().find("a-z"), std::string::npos);
  EXPECT_TRUE(check_key("packs/lower").ok());
  EXPECT_TRUE(check_key("headsup/x").ok());
  EXPECT_FALSE(check_key("heads").ok());
}

}  // namespace
}  // namespace stele::store
