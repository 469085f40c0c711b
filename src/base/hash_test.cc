#include "base/hash.h"

#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace stele::base {
namespace {

// The examples of FIPS 180-4.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(view("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotDependOnHowTheTextIsCut) {
  TestRandom random(1);
  for (int i = 0; i < 200; ++i) {
    const Bytes bytes = random.bytes(random.below(300));
    Sha256 sha;
    for (ByteView rest = bytes; !rest.empty();) {
      const std::size_t n = 1 + random.below(rest.size());
      sha.update(rest.first(n));
      rest = rest.subspan(n);
    }
    EXPECT_EQ(sha.finish(), sha256(bytes));
  }
}

TEST(Sha256, HashesInSeveralThreadsAtOnce) {
  const Hash expected = sha256(view("abc"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) ASSERT_EQ(sha256(view("abc")), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Hash, KnowsZeroAndItsFirstWord) {
  EXPECT_TRUE(Hash{}.is_zero());
  Hash hash;
  hash.bytes[0] = 5;
  EXPECT_FALSE(hash.is_zero());
  EXPECT_EQ(hash.word(), 5u);
  EXPECT_LT(Hash{}, hash);
}

// Stored checksums must read the same for ever.
TEST(Xxh3, NeverChanges) {
  EXPECT_EQ(xxh3({}), 0x2d06800538d394c2ull);
  EXPECT_EQ(xxh3(view("abc")), 0x78af5f94892f3950ull);
  EXPECT_NE(xxh3(view("abc"), 1), xxh3(view("abc"), 2));
}

TEST(Mix, SpreadsNeighbours) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t a = 0; a < 100; ++a) {
    for (std::uint64_t b = 0; b < 100; ++b) seen.insert(mix(a, b) >> 32);
  }
  EXPECT_GT(seen.size(), 9'990u);
}

}  // namespace
}  // namespace stele::base
