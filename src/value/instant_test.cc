#include <gtest/gtest.h>

#include <stele/value.h>

#include "base/testing_random.h"

namespace stele {
namespace {

std::int64_t ms(std::string_view text) {
  const auto parsed = parse_instant(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? parsed->ms : -1;
}

TEST(Instant, IsReadInEveryPrecision) {
  EXPECT_EQ(ms("1970"), 0);
  EXPECT_EQ(ms("1970-02"), 31 * 86'400'000ll);
  EXPECT_EQ(ms("1970-01-02"), 86'400'000);
  EXPECT_EQ(ms("1970-01-01T01"), 3'600'000);
  EXPECT_EQ(ms("1970-01-01T00:01"), 60'000);
  EXPECT_EQ(ms("1970-01-01T00:00:01"), 1000);
  EXPECT_EQ(ms("1970-01-01T00:00:00.5"), 500);
  EXPECT_EQ(ms("1970-01-01T00:00:00.05"), 50);
  EXPECT_EQ(ms("1970-01-01T00:00:00.123456789"), 123);
  EXPECT_EQ(ms("2025-11-01T12:30:00Z"), 1'762'000'200'000);
}

TEST(Instant, OffsetsAreTakenOff) {
  EXPECT_EQ(ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms("1970-01-01T00:00:00-00:00"), 0);
  EXPECT_EQ(ms("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(ms("1969-12-31T18:30:00-05:30"), 0);
  EXPECT_EQ(ms("1970-01-01+01:00"), -3'600'000);
}

TEST(Instant, LeapYearsFollowTheGregorianCalendar) {
  EXPECT_EQ(ms("2024-03-01") - ms("2024-02-29"), 86'400'000);
  EXPECT_EQ(ms("2000-02-29") + 86'400'000, ms("2000-03-01"));
  for (const char* const text : {"1900-02-29", "2023-02-29", "2025-04-31", "2025-02-30"}) {
    EXPECT_FALSE(parse_instant(text).ok()) << text;
  }
}

TEST(Instant, ALeapSecondIsTheFirstOfTheNextMinute) {
  EXPECT_EQ(ms("2016-12-31T23:59:60Z"), ms("2017-01-01"));
  EXPECT_FALSE(parse_instant("2016-12-31T23:58:60Z").ok());
}

TEST(Instant, RefusesWhatIsNoInstant) {
  for (const char* const text : {"",
                                 "25",
                                 "20251",
                                 "2025-",
                                 "2025-1",
                                 "2025-13",
                                 "2025-00",
                                 "2025-01-00",
                                 "2025-01-32",
                                 "2025-01-01T",
                                 "2025-01-01T24",
                                 "2025-01-01T00:60",
                                 "2025-01-01T00:00:61",
                                 "2025-01-01T00:00:00.",
                                 "2025-01-01T00:00:00.1234567890",
                                 "2025-01-01T00:00:00+1:00",
                                 "2025-01-01T00:00:00+24:00",
                                 "2025-01-01T00:00:00ZZ",
                                 "2025-01-01 ",
                                 " 2025",
                                 "abc",
                                 "2025-01-01T00:00:00+0100",
                                 "+999999999-01-01",
                                 "-999999999-01-01"}) {
    const auto parsed = parse_instant(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), "edn/instant");
    EXPECT_EQ(parsed.error().category(), ErrorCategory::invalid);
  }
}

TEST(Instant, IsWrittenAsEdnWritesIt) {
  EXPECT_EQ(to_string(Instant{0}), "1970-01-01T00:00:00.000-00:00");
  EXPECT_EQ(to_string(instant("2025-11-01")), "2025-11-01T00:00:00.000-00:00");
  EXPECT_EQ(to_string(Instant{-1}), "1969-12-31T23:59:59.999-00:00");
  EXPECT_EQ(to_string(instant("0001-01-01")), "0001-01-01T00:00:00.000-00:00");
}

TEST(Instant, YearsBeyondFourDigitsHaveASign) {
  EXPECT_EQ(to_string(Instant{253'402'300'800'000}), "+010000-01-01T00:00:00.000-00:00");
  EXPECT_EQ(ms("+010000-01-01"), 253'402'300'800'000);
  EXPECT_EQ(to_string(Instant{ms("-0001-12-31")}), "-000001-12-31T00:00:00.000-00:00");
}

TEST(Instant, X68_EveryMillisecondIsReadBackAsWritten) {
  for (const std::int64_t edge :
       {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX, std::int64_t{0}}) {
    EXPECT_EQ(ms(to_string(Instant{edge})), edge) << to_string(Instant{edge});
  }
  base::TestRandom random(1);
  for (int i = 0; i < 50'000; ++i) {
    const auto bits = static_cast<std::int64_t>(random.next());
    const std::int64_t any = bits >> random.below(64);
    ASSERT_EQ(ms(to_string(Instant{any})), any) << any;
  }
}

TEST(Instant, DaysFollowEachOther) {
  // Every day of nine centuries, in either direction.
  for (std::int64_t day = -160'000; day < 160'000; ++day) {
    const Instant instant{day * 86'400'000};
    ASSERT_EQ(ms(to_string(instant)), instant.ms);
  }
}

TEST(Instant, LiteralsAreReadWhenCompiled) {
  static_assert(instant("1970-01-01").ms == 0);
  static_assert(instant("2024-02-29T23:59:59Z").ms == 1'709'251'199'000);
  EXPECT_EQ(instant("2025-11-01T12:30:00Z").ms, ms("2025-11-01T12:30:00Z"));
}

}  // namespace
}  // namespace stele
