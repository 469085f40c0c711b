#include "base/sha256_portable.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/testing_random.h"

namespace stele::base {
namespace {

// Natively sha256() is OpenSSL's, so this compares two independent implementations.
TEST(PortableSha256, AgreesWithOpensslOnEveryLengthAndCut) {
  TestRandom random(1);
  for (std::size_t length = 0; length < 400; ++length) {
    const Bytes bytes = random.bytes(length);
    PortableSha256 sha;
    const std::size_t cut = random.below(length + 1);
    sha.update(ByteView(bytes).first(cut));
    sha.update(ByteView(bytes).subspan(cut));
    ASSERT_EQ(sha.finish(), sha256(bytes).bytes) << length;
  }
}

TEST(PortableSha256, AgreesWithOpensslOnLongTexts) {
  TestRandom random(2);
  const Bytes bytes = random.bytes(3'000'001);
  PortableSha256 sha;
  sha.update(bytes);
  EXPECT_EQ(sha.finish(), sha256(bytes).bytes);
}

}  // namespace
}  // namespace stele::base
