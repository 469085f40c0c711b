#include "backend/http/http_ranges.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace stele::backend {

using base::text;

namespace {

// Reading what lies between two ranges is cheaper than a request of its own up to about here.
constexpr std::uint64_t kGapBytesMax = 32 << 10;
constexpr std::uint64_t kFetchBytesMax = 1 << 20;

// Numbers that no object reaches are no ranges to servers.
constexpr std::uint64_t kEndMax = std::uint64_t{1} << 48;

std::uint64_t end_of(ByteRange range) {
  if (range.length >= kEndMax || range.offset >= kEndMax) return UINT64_MAX;
  // A request asks for something: one byte says as well whether there is such an object.
  return range.offset + std::max<std::uint64_t>(range.length, 1);
}

bool joins(const RangeFetch& fetch, const std::string& key, std::uint64_t begin,
           std::uint64_t end) {
  if (fetch.key != key) return false;
  if (fetch.to_end()) return true;
  if (begin < fetch.end && end <= fetch.end) return true;
  return begin <= fetch.end + kGapBytesMax && end != UINT64_MAX &&
         end - fetch.begin <= kFetchBytesMax;
}

struct ContentRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;               // behind the last byte
  std::optional<std::uint64_t> total;  // none: '*'
};

bool take_number(std::string_view& in, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(in.data(), in.data() + in.size(), out);
  if (error != std::errc()) return false;
  in.remove_prefix(static_cast<std::size_t>(end - in.data()));
  return true;
}

bool take_word(std::string_view& in, std::string_view word) {
  if (!in.starts_with(word)) return false;
  in.remove_prefix(word.size());
  return true;
}

// "bytes 100-199/1000"
std::optional<ContentRange> read_content_range(std::string_view in) {
  ContentRange range;
  std::uint64_t last = 0, total = 0;
  if (!take_word(in, "bytes ") || !take_number(in, range.begin) || !take_word(in, "-") ||
      !take_number(in, last) || last < range.begin || last == UINT64_MAX || !take_word(in, "/"))
    return {};
  range.end = last + 1;
  if (in == "*") return range;
  if (!take_number(in, total) || !in.empty() || total < range.end) return {};
  range.total = total;
  return range;
}

RangeAnswer take_part(const RangeFetch& fetch, net::HttpResponse& response) {
  const std::string* header = response.header("content-range");
  const auto range = header ? read_content_range(*header) : std::nullopt;
  if (!range)
    return {{}, text("it came without a range that makes sense: ", header ? *header : "none")};
  if (range->begin != fetch.begin || range->end > fetch.end ||
      range->end - range->begin != response.body.size())
    return {{},
            text("it is of the range ", *header, " and has ", response.body.size(),
                 " bytes; asked for was ", range_header(fetch))};
  // Less than was asked for is right at the end of the object only.
  if (range->end < fetch.end && range->total && *range->total != range->end)
    return {{}, text("it ends early: ", *header, "; asked for was ", range_header(fetch))};
  return {std::move(response.body), ""};
}

}  // namespace

std::vector<RangeFetch> plan_fetches(std::span<const ReadRequest> reads,
                                     std::span<const std::size_t> wanted, bool whole_objects) {
  std::vector<std::size_t> order(wanted.begin(), wanted.end());
  std::ranges::sort(order, [&](std::size_t x, std::size_t y) {
    const ReadRequest &a = reads[x], &b = reads[y];
    if (a.key != b.key) return a.key < b.key;
    return a.range.offset != b.range.offset ? a.range.offset < b.range.offset : x < y;
  });
  std::vector<RangeFetch> fetches;
  for (const std::size_t i : order) {
    const auto& [key, range] = reads[i];
    const std::uint64_t begin = whole_objects ? 0 : range.offset;
    const std::uint64_t end = whole_objects ? UINT64_MAX : end_of(range);
    if (fetches.empty() || !joins(fetches.back(), key, begin, end))
      fetches.push_back({key, begin, end, {}});
    fetches.back().end = std::max(fetches.back().end, end);
    fetches.back().reads.push_back(i);
  }
  return fetches;
}

std::string range_header(const RangeFetch& fetch) {
  if (fetch.whole()) return "";
  if (fetch.to_end()) return text("bytes=", fetch.begin, '-');
  return text("bytes=", fetch.begin, '-', fetch.end - 1);
}

RangeAnswer take_range(const RangeFetch& fetch, net::HttpResponse& response) {
  if (response.status == 416) return {};  // the object ends before the range
  if (response.status == 206) return take_part(fetch, response);
  Store::Bytes whole = std::move(response.body);
  if (fetch.whole()) return {std::move(whole), ""};
  const std::uint64_t begin = std::min<std::uint64_t>(fetch.begin, whole.size());
  const std::uint64_t end = std::min<std::uint64_t>(fetch.end, whole.size());
  return {Store::Bytes(whole.begin() + static_cast<std::ptrdiff_t>(begin),
                       whole.begin() + static_cast<std::ptrdiff_t>(end)),
          ""};
}

Store::Bytes slice(const RangeFetch& fetch, const Store::Bytes& bytes, ByteRange range) {
  const std::uint64_t begin = std::min<std::uint64_t>(range.offset - fetch.begin, bytes.size());
  const std::uint64_t length = std::min<std::uint64_t>(range.length, bytes.size() - begin);
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
  return {at, at + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace stele::backend
