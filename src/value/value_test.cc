#include <limits>
#include <thread>
#include <type_traits>

#include <gtest/gtest.h>

#include <stele/value.h>

#include "value/testing_values.h"

namespace stele {
namespace {

using value::bigdec;
using value::bigint;

TEST(Value, IsNilUnlessSaidOtherwise) {
  EXPECT_TRUE(Value().is_nil());
  EXPECT_EQ(Value().kind(), Kind::nil);
}

TEST(Value, TakesItsKindFromWhatItIsMadeOf) {
  EXPECT_EQ(Value(true).kind(), Kind::boolean);
  EXPECT_EQ(Value(1).kind(), Kind::int64);
  EXPECT_EQ(Value(std::uint8_t{1}).kind(), Kind::int64);
  EXPECT_EQ(Value(1.5).kind(), Kind::float64);
  EXPECT_EQ(Value(1.5f).kind(), Kind::float64);
  EXPECT_EQ(Value("a").kind(), Kind::string);
  EXPECT_EQ(Value(std::string("a")).kind(), Kind::string);
  EXPECT_EQ(Value(Instant{1}).kind(), Kind::instant);
  EXPECT_EQ(Value(Uuid{}).kind(), Kind::uuid);
  // A pointer is not quietly `true`, and a character is not quietly a number.
  static_assert(!std::is_convertible_v<int*, Value>);
  static_assert(!std::is_constructible_v<Value, void*>);
}

TEST(Value, ScalarsGiveBackWhatWasPutIn) {
  EXPECT_TRUE(Value(true).as_bool());
  EXPECT_EQ(Value(INT64_MIN).as_int64(), INT64_MIN);
  EXPECT_EQ(Value(2.5).as_double(), 2.5);
  EXPECT_EQ(Value::float32(0.1f).as_double(), static_cast<double>(0.1f));
  EXPECT_EQ(Value(Instant{-5}).as_instant(), Instant{-5});
  EXPECT_EQ(Value::character(U'λ').as_character(), U'λ');
  EXPECT_EQ(Value(Uuid{1, 2}).as_uuid(), (Uuid{1, 2}));
}

TEST(Value, StringsOfEveryLengthKeepTheirBytes) {
  for (const std::size_t n : {0u, 1u, 127u, 128u, 129u, 16'383u, 16'384u, 100'000u}) {
    std::string text(n, 'x');
    if (n > 2) text[1] = '\0';
    EXPECT_EQ(Value(text).as_string(), text);
  }
}

TEST(Value, StringsOutliveTheirCopies) {
  Value kept;
  {
    const Value original("some text");
    kept = original;
  }
  EXPECT_EQ(kept.as_string(), "some text");
}

TEST(Value, MovingLeavesNil) {
  Value a("text");
  const Value b = std::move(a);
  EXPECT_TRUE(a.is_nil());  // NOLINT(bugprone-use-after-move): this is what is tested
  EXPECT_EQ(b.as_string(), "text");
}

TEST(Value, CanBeAssignedToItself) {
  Value a("text");
  const Value& same = a;
  a = same;
  EXPECT_EQ(a.as_string(), "text");
}

TEST(Value, NamesAreSplitAtTheFirstSlash) {
  const Value k = Value::keyword("person.address/street");
  EXPECT_EQ(k.ns(), "person.address");
  EXPECT_EQ(k.name(), "street");
  EXPECT_EQ(k, Value::keyword("person.address", "street"));
  EXPECT_EQ(Value::keyword("plain").ns(), "");
  EXPECT_EQ(Value::keyword("plain").name(), "plain");
  EXPECT_EQ(Value::keyword("a/b/c").name(), "b/c");
  EXPECT_EQ(Value::symbol("/").name(), "/");
  EXPECT_EQ(Value::symbol("ns//").name(), "/");
}

TEST(Value, KnowsAKeywordByItsText) {
  EXPECT_TRUE(Value::keyword("db", "id").is_keyword("db/id"));
  EXPECT_TRUE(Value::keyword("id").is_keyword("id"));
  EXPECT_FALSE(Value::keyword("db", "id").is_keyword("id"));
  EXPECT_FALSE(Value::keyword("db", "id").is_keyword("db/idx"));
  EXPECT_FALSE(Value::symbol("id").is_keyword("id"));
  EXPECT_TRUE(Value::symbol("id").is_symbol("id"));
  EXPECT_FALSE(Value("id").is_symbol("id"));
}

TEST(Value, ArraysGiveBackTheirNumbersInPlace) {
  const std::vector<double> doubles = {1.5, -0.0, std::numeric_limits<double>::infinity()};
  const Value d = Value::double_array(doubles);
  EXPECT_EQ(std::vector<double>(d.as_doubles().begin(), d.as_doubles().end()), doubles);
  std::vector<float> floats;
  for (int n = 0; n < 200; ++n) {
    const Value f = Value::float_array(floats);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(f.as_floats().data()) % alignof(double), 0u);
    EXPECT_EQ(std::vector<float>(f.as_floats().begin(), f.as_floats().end()), floats);
    floats.push_back(static_cast<float>(n) / 3);
  }
}

TEST(Value, BytesGiveBackTheirBytes) {
  const std::vector<std::uint8_t> bytes = {0, 255, 7};
  const Value v = Value::bytes(bytes);
  EXPECT_EQ(std::vector<std::uint8_t>(v.as_bytes().begin(), v.as_bytes().end()), bytes);
}

TEST(Value, KnowsTheFamiliesOfKinds) {
  for (const Value& number : {Value(1), Value(1.0), Value::float32(1), bigint("1"), bigdec("1")}) {
    EXPECT_TRUE(number.is_number());
  }
  EXPECT_TRUE(bigint("1").is_integer());
  EXPECT_FALSE(bigdec("1").is_integer());
  EXPECT_FALSE(Value("1").is_number());
  EXPECT_TRUE(Value::list({}).is_sequential());
  EXPECT_FALSE(Value::set({}).is_sequential());
}

TEST(Value, CopiesAreCountedCorrectlyAcrossThreads) {
  const Value shared = Value::vector({"a", Value::keyword("b"), Value::set({1, 2})});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = shared] {
      for (int k = 0; k < 10'000; ++k) {
        const Value again = copy;
        const Value inner = again.items()[2];
        ASSERT_TRUE(inner.contains(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Kind, NamesAreThoseOfTheDocs) {
  EXPECT_EQ(name(Kind::int64), "long");
  EXPECT_EQ(name(Kind::float64), "double");
  EXPECT_EQ(name(Kind::double_array), "double-array");
  EXPECT_EQ(name(Kind::tagged), "tagged");
  EXPECT_EQ(name(static_cast<Kind>(200)), "unknown");
}

TEST(ValueDeathTest, AskingTheWrongKindIsAProgrammersError) {
  EXPECT_DEATH((void)Value("a").as_int64(), "kind string was asked for as a long");
  EXPECT_DEATH((void)Value(1).as_string(), "kind long was asked for as a string");
  EXPECT_DEATH((void)Value(1).items(), "asked for as a vector");
  EXPECT_DEATH((void)Value().as_bool(), "kind nil");
}

TEST(ValueDeathTest, NamesMustNotBeEmptyOrHoldANul) {
  EXPECT_DEATH((void)Value::keyword(""), "empty");
  EXPECT_DEATH((void)Value::keyword("ns/"), "empty");
  EXPECT_DEATH((void)Value::keyword(std::string_view("a\0b", 3)), "parts");
  EXPECT_DEATH((void)Value::character(0x110000), "code_point");
}

}  // namespace
}  // namespace stele
