#include "edn/characters.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace stele::edn {
namespace {

TEST(Utf8, EveryCodePointComesBack) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const Decoded decoded = decode(text);
    ASSERT_EQ(decoded.code_point, c);
    ASSERT_EQ(decoded.bytes, text.size());
    ASSERT_EQ(decode(std::string_view(text).substr(0, text.size() - 1)).bytes, 0u);
  }
}

TEST(Utf8, NothingElseIsWellFormed) {
  for (std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xE2\x28\xA1", "\xC3"})
    EXPECT_EQ(decode(bad).bytes, 0u);
}

// The fast search against one that goes from code point to code point.
TEST(Utf8, FindsTheFirstMalformedSequence) {
  auto find_slowly = [](std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t bytes = decode(text.substr(at)).bytes;
      if (bytes == 0) return at;
      at += bytes;
    }
    return std::string_view::npos;
  };
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    base::TestRandom random(seed);
    std::string text;
    for (std::uint64_t n = random.below(40); n > 0; --n) {
      append_utf8(text, random.chance(5, 6) ? 'a' : static_cast<char32_t>(random.below(0xD800)));
    }
    if (!text.empty() && random.chance(1, 2)) random.pick(text) = static_cast<char>(random.next());
    ASSERT_EQ(find_malformed(text), find_slowly(text)) << "seed " << seed;
  }
}

TEST(Prefix, CutsNoCodePoint) {
  EXPECT_EQ(prefix("aλb", 4), "aλb");
  EXPECT_EQ(prefix("aλb", 3), "aλ");
  EXPECT_EQ(prefix("aλb", 2), "a");
  EXPECT_EQ(prefix("aλb", 0), "");
}

TEST(CodePointName, HasFourDigitsOrMore) {
  EXPECT_EQ(code_point_name(0), "U+0000");
  EXPECT_EQ(code_point_name(0xA0), "U+00A0");
  EXPECT_EQ(code_point_name(0x1F600), "U+1F600");
  EXPECT_EQ(code_point_name(0x10FFFF), "U+10FFFF");
}

}  // namespace
}  // namespace stele::edn
