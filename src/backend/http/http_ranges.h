// Ranges over HTTP: which requests are worth sending for a set of reads, and what of an answer is
// the range that was asked for.
//
// Thread safety: functions of their arguments.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <stele/store.h>

#include "net/http_client.h"

namespace stele::backend {

// One request, and the reads that its answer answers.
struct RangeFetch {
  std::string key;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last byte; UINT64_MAX: all from `begin` on
  std::vector<std::size_t> reads;

  bool to_end() const { return end == UINT64_MAX; }
  bool whole() const { return begin == 0 && to_end(); }
};

// Reads of one object that lie near each other become one request; what is longer than about 1 MiB
// stays apart, so that it is read in parallel. With `whole_objects`, for servers that know no
// ranges, one request for each object. Reads that are not in `wanted` are left out.
std::vector<RangeFetch> plan_fetches(std::span<const ReadRequest> reads,
                                     std::span<const std::size_t> wanted, bool whole_objects);

// The value of the header Range; empty where none is needed.
std::string range_header(const RangeFetch& fetch);

// The bytes from `fetch.begin` on that an answer of 200, 206 or 416 holds. Takes them from it. A
// clause that says what is wrong where the answer is not what was asked for.
struct RangeAnswer {
  Store::Bytes bytes;
  std::string problem;
};
RangeAnswer take_range(const RangeFetch& fetch, net::HttpResponse& response);

// The bytes of one of the fetch's reads.
Store::Bytes slice(const RangeFetch& fetch, const Store::Bytes& bytes, ByteRange range);

}  // namespace stele::backend
