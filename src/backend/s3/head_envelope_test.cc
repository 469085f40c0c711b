#include "backend/s3/head_envelope.h"

#include <gtest/gtest.h>

namespace stele::backend {
namespace {

const HeadEnvelope kEnvelope = {Dialect::unquoted, 77, {3, 2, 1, HeadEnvelope::kOrigin}};

TEST(HeadEnvelope, OpensWhatItSealed) {
  for (const char* head : {"", "the head"}) {
    const auto object = kEnvelope.seal(base::view(head));
    const auto opened = open_envelope(object);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    EXPECT_EQ(base::text(opened->head), head);
    EXPECT_EQ(opened->envelope.dialect, Dialect::unquoted);
    EXPECT_EQ(opened->envelope.server, 77u);
    EXPECT_EQ(opened->envelope.nonces, kEnvelope.nonces);
    EXPECT_TRUE(opened->envelope.has(2));
    EXPECT_FALSE(opened->envelope.has(4));
  }
}

TEST(HeadEnvelope, HasTheLayoutItSays) {
  const auto object =
      HeadEnvelope{Dialect::quoted, 0x0807060504030201, {0x1817161514131211}}.seal(base::view("!"));
  EXPECT_EQ(base::to_hex(base::ByteView(object).first(27)),
            "7374656c6553330a010101010203040506070811121314151617"
            "18");
  EXPECT_EQ(object.size(), 36u);
  EXPECT_EQ(object.back(), '!');
}

TEST(HeadEnvelope, NoticesEveryChangedByteAndEveryMissingEnd) {
  const auto object = kEnvelope.seal(base::view("head"));
  const std::size_t envelope_bytes = object.size() - 4;
  for (std::size_t i = 0; i < envelope_bytes; ++i) {
    auto changed = object;
    changed[i] ^= 0x40;
    const auto opened = open_envelope(changed);
    ASSERT_FALSE(opened.ok()) << i;
    EXPECT_EQ(opened.error().category(), ErrorCategory::corrupt);
    EXPECT_NE(opened.error().message().find("byte"), std::string::npos);
    EXPECT_FALSE(open_envelope(base::ByteView(object).first(i)).ok()) << i;
  }
}

}  // namespace
}  // namespace stele::backend
