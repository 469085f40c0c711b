#include "backend/http/http_ranges.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"

namespace stele::backend {
namespace {

std::vector<RangeFetch> plan(const std::vector<ReadRequest>& reads, bool whole_objects = false) {
  std::vector<std::size_t> all(reads.size());
  std::iota(all.begin(), all.end(), 0);
  return plan_fetches(reads, all, whole_objects);
}

std::string told(const std::vector<RangeFetch>& fetches) {
  std::string out;
  for (const auto& fetch : fetches) {
    out += base::text(fetch.key, ' ', range_header(fetch), ':');
    for (const auto read : fetch.reads) out += base::text(' ', read);
    out += '\n';
  }
  return out;
}

TEST(HttpRanges, JoinsNeighboursOfOneObject) {
  EXPECT_EQ(told(plan({{"b", {0, 10}},
                       {"a", {50'000, 10}},
                       {"a", {100, 50}},
                       {"a", {120, 10}},
                       {"a", {32'000, 1'000}}})),
            "a bytes=100-50009: 2 3 4 1\n"
            "b bytes=0-9: 0\n");
}

TEST(HttpRanges, LeavesApartWhatIsFarOrLong) {
  EXPECT_EQ(told(plan({{"a", {0, 10}}, {"a", {50'000, 10}}})),
            "a bytes=0-9: 0\n"
            "a bytes=50000-50009: 1\n");
  EXPECT_EQ(told(plan({{"a", {0, 1 << 20}}, {"a", {1 << 20, 1 << 20}}})),
            "a bytes=0-1048575: 0\n"
            "a bytes=1048576-2097151: 1\n");
}

TEST(HttpRanges, ReadsToTheEndTakeInWhatFollows) {
  EXPECT_EQ(told(plan({{"a", {100}}, {"a", {1 << 30, 5}}, {"a", {0, 5}}})),
            "a bytes=0-4: 2\n"
            "a bytes=100-: 0 1\n");
  EXPECT_EQ(told(plan({{"a", {}}})), "a : 0\n");
  EXPECT_EQ(told(plan({{"a", {9, UINT64_MAX - 3}}})), "a bytes=9-: 0\n");
  EXPECT_EQ(told(plan({{"a", {9, 0}}})), "a bytes=9-9: 0\n");
}

TEST(HttpRanges, OneRequestAnObjectWhereRangesAreNotKnown) {
  EXPECT_EQ(told(plan({{"a", {100, 1}}, {"b", {7, 1}}, {"a", {1 << 30, 5}}}, true)),
            "a : 0 2\n"
            "b : 1\n");
}

TEST(HttpRanges, PlansOnlyWhatIsWanted) {
  const std::vector<ReadRequest> reads = {{"a", {0, 1}}, {"BAD", {}}, {"b", {0, 1}}};
  const std::size_t wanted[] = {2, 0};
  EXPECT_EQ(told(plan_fetches(reads, wanted, false)), "a bytes=0-0: 0\nb bytes=0-0: 2\n");
}

net::HttpResponse answer(int status, const std::string& body, const std::string& content_range) {
  net::HttpResponse response;
  response.status = status;
  response.body.assign(body.begin(), body.end());
  if (!content_range.empty()) response.headers.push_back({"content-range", content_range});
  return response;
}

struct Taken {
  std::string bytes;
  bool good = false;
  bool operator==(const Taken&) const = default;
};

Taken taken(std::uint64_t begin, std::uint64_t end, net::HttpResponse response) {
  const auto range = take_range({"a", begin, end, {}}, response);
  return {{range.bytes.begin(), range.bytes.end()}, range.problem.empty()};
}

TEST(HttpRanges, CutsARangeFromAnAnswerThatIsAllOfTheObject) {
  EXPECT_EQ(taken(2, 5, answer(200, "0123456789", "")), (Taken{"234", true}));
  EXPECT_EQ(taken(8, 15, answer(200, "0123456789", "")), (Taken{"89", true}));
  EXPECT_EQ(taken(10, 15, answer(200, "0123456789", "")), (Taken{"", true}));
  EXPECT_EQ(taken(7, UINT64_MAX, answer(200, "0123456789", "")), (Taken{"789", true}));
  EXPECT_EQ(taken(0, UINT64_MAX, answer(200, "0123456789", "")), (Taken{"0123456789", true}));
}

TEST(HttpRanges, TakesAPartThatIsTheOneAskedFor) {
  EXPECT_EQ(taken(2, 5, answer(206, "234", "bytes 2-4/10")), (Taken{"234", true}));
  EXPECT_EQ(taken(2, 5, answer(206, "234", "bytes 2-4/*")), (Taken{"234", true}));
  EXPECT_EQ(taken(8, 15, answer(206, "89", "bytes 8-9/10")), (Taken{"89", true}));
  EXPECT_EQ(taken(8, UINT64_MAX, answer(206, "89", "bytes 8-9/10")), (Taken{"89", true}));
  EXPECT_EQ(taken(10, 15, answer(416, "<html>", "bytes */10")), (Taken{"", true}));
}

TEST(HttpRanges, RefusesAPartThatIsAnother) {
  for (const char* range :
       {"", "bytes", "bytes 2-4", "bytes 1-3/10", "bytes 3-5/10", "bytes 2-5/10", "bytes 4-2/10",
        "bytes 2-4/4", "bytes 2-4/10 ", "bytes 2-4/x", "items 2-4/10", "bytes */10",
        "bytes 2-18446744073709551615/*", "bytes -2-4/10"})
    EXPECT_FALSE(taken(2, 5, answer(206, "234", range)).good) << range;
  EXPECT_FALSE(taken(2, 5, answer(206, "23", "bytes 2-4/10")).good);  // cut
  EXPECT_FALSE(taken(2, 5, answer(206, "23", "bytes 2-3/10")).good);  // ends early
  EXPECT_FALSE(taken(2, UINT64_MAX, answer(206, "23", "bytes 2-3/10")).good);
}

// Whatever is asked for, however the server answers: each read gets what it would of the object.
TEST(HttpRanges, GiveEachReadWhatItAskedFor) {
  base::TestRandom random(7);
  for (int round = 0; round < 2'000; ++round) {
    const std::uint64_t size = random.below(3) == 0 ? random.below(100) : random.below(300'000);
    std::string object(size, '\0');
    for (std::size_t i = 0; i < size; ++i) object[i] = static_cast<char>(i * 131 >> 3);
    std::vector<ReadRequest> reads;
    for (std::uint64_t i = 0; i < 1 + random.below(8); ++i) {
      const std::uint64_t offset = random.below(size + 10);
      reads.push_back({"a", random.below(6) == 0 ? ByteRange{offset}
                                                 : ByteRange{offset, random.below(size + 10)}});
    }
    const bool knows_ranges = random.below(4) != 0;
    std::size_t answered = 0;
    for (const auto& fetch : plan(reads, !knows_ranges && random.below(2) == 0)) {
      const std::uint64_t end = std::min<std::uint64_t>(fetch.end, size);
      net::HttpResponse response = answer(200, object, "");
      if (knows_ranges && fetch.begin >= size) {
        response = answer(416, "", "");
      } else if (knows_ranges && !fetch.whole()) {
        response = answer(206, object.substr(fetch.begin, end - fetch.begin),
                          base::text("bytes ", fetch.begin, '-', end - 1, '/', size));
      }
      const auto range = take_range(fetch, response);
      ASSERT_EQ(range.problem, "");
      for (const auto i : fetch.reads) {
        const auto got = slice(fetch, range.bytes, reads[i].range);
        const auto begin = std::min<std::uint64_t>(reads[i].range.offset, size);
        ASSERT_EQ(std::string(got.begin(), got.end()), object.substr(begin, reads[i].range.length));
        ++answered;
      }
    }
    ASSERT_EQ(answered, reads.size());
  }
}

}  // namespace
}  // namespace stele::backend
