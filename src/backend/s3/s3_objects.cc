#include "backend/s3/s3_objects.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <openssl/evp.h>

#include "backend/s3/s3_xml.h"
#include "base/check.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;
using Bytes = Store::Bytes;

namespace {

// A request costs money and, on a busy connection, a round trip; what lies between two ranges costs
// time: 64 KiB are about 1 ms.
constexpr std::uint64_t kGapBytesMax = 64 << 10;
// Longer ranges are better read in parallel.
constexpr std::uint64_t kSpanBytesMax = 1 << 20;
// What one PUT may send.
constexpr std::uint64_t kObjectBytesMax = std::uint64_t{5} << 30;
constexpr std::size_t kRemovedTogetherMax = 1000;
// No object is that long, and servers read offsets as signed numbers.
constexpr std::uint64_t kOffsetMax = std::uint64_t{1} << 62;

// One range of an object that is asked for, and the requests that it answers.
struct Span {
  const std::string* key;
  std::uint64_t begin;
  std::uint64_t end;  // kToEnd: the object's
  std::vector<std::size_t> requests;

  std::uint64_t length() const { return end - begin; }
};

Span span_of(const ReadRequest& request, std::size_t index) {
  const std::uint64_t begin = std::min(request.range.offset, kOffsetMax);
  // No range can ask for nothing; one byte also tells whether there is such an object.
  const std::uint64_t length = std::max<std::uint64_t>(request.range.length, 1);
  const bool to_end = length >= kOffsetMax;
  return {&request.key, begin, to_end ? ByteRange::kToEnd : begin + length, {index}};
}

bool joins(const Span& span, const Span& next) {
  if (*span.key != *next.key || span.end == ByteRange::kToEnd || next.end == ByteRange::kToEnd) {
    return false;
  }
  return next.begin <= span.end + kGapBytesMax &&
         std::max(span.end, next.end) - span.begin <= kSpanBytesMax;
}

std::vector<Span> spans_of(std::span<const ReadRequest> requests,
                           std::span<const std::size_t> valid) {
  std::vector<Span> all;
  for (const auto i : valid) all.push_back(span_of(requests[i], i));
  std::ranges::sort(all, [](const Span& a, const Span& b) {
    return *a.key != *b.key ? *a.key < *b.key : a.begin < b.begin;
  });
  std::vector<Span> joined;
  for (auto& span : all) {
    if (!joined.empty() && joins(joined.back(), span)) {
      joined.back().end = std::max(joined.back().end, span.end);
      joined.back().requests.push_back(span.requests.front());
    } else {
      joined.push_back(std::move(span));
    }
  }
  return joined;
}

S3Request get(const S3Address& address, const Span& span) {
  S3Request request{.object = address.object(*span.key), .hedged = true};
  if (span.begin == 0 && span.end == ByteRange::kToEnd) return request;
  std::string range = text("bytes=", span.begin, '-');
  if (span.end != ByteRange::kToEnd) range += text(span.end - 1);
  request.headers.push_back({"Range", std::move(range)});
  return request;
}

// Proxies between us and the service answer with pages of their own, and status 200; what S3 says
// of an object has an ETag.
bool is_by_s3(const S3Client::Response& response) {
  return response.ok() && response.header("etag") != nullptr;
}

// Where the bytes of an answer begin in the object; nothing if it does not say so well.
std::optional<std::uint64_t> first_byte(const S3Client::Response& response) {
  if (response.status == 200) return 0;
  const auto* told = response.header("content-range");
  if (!told || !told->starts_with("bytes ")) return std::nullopt;
  std::uint64_t first = 0, last = 0;
  const char* end = told->data() + told->size();
  auto at = std::from_chars(told->data() + 6, end, first).ptr;
  if (at == end || *at != '-') return std::nullopt;
  std::from_chars(at + 1, end, last);
  if (last - first + 1 != response.body.size()) return std::nullopt;
  return first;
}

// The part of the answer, whose first byte is the object's `first`, that a request asked for.
Bytes slice(const base::Bytes& body, std::uint64_t first, ByteRange range) {
  const std::uint64_t skip = range.offset - std::min(range.offset, first);
  const auto part = store::cut({skip, range.length}, body.size());
  const auto begin = body.begin() + static_cast<std::ptrdiff_t>(part.offset);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(part.length));
}

std::string content_md5(std::string_view content) {
  std::array<unsigned char, 16> md5{};
  STELE_CHECK(
      ::EVP_Digest(content.data(), content.size(), md5.data(), nullptr, ::EVP_md5(), nullptr) == 1);
  std::array<unsigned char, 25> base64{};
  ::EVP_EncodeBlock(base64.data(), md5.data(), md5.size());
  return reinterpret_cast<const char*>(base64.data());
}

// The first of a span's answers gets the body itself where it asked for all of it.
void hand_out(const Span& span, S3Client::Response& response, std::uint64_t first,
              std::span<const ReadRequest> requests, std::vector<Result<Bytes>>& results) {
  const auto whole = span.requests.size() == 1 && first == span.begin &&
                     requests[span.requests[0]].range.length >= response.body.size();
  for (const auto i : span.requests) {
    results[i] = whole ? std::move(response.body) : slice(response.body, first, requests[i].range);
  }
}

}  // namespace

std::vector<Result<Bytes>> S3Objects::read(std::span<const ReadRequest> requests,
                                           Deadline deadline) {
  std::vector<Result<Bytes>> results(requests.size(), Bytes());
  std::vector<std::size_t> valid;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (auto key = check_key(requests[i].key); key.ok()) {
      valid.push_back(i);
    } else {
      results[i] = key.error();
    }
  }
  const auto spans = spans_of(requests, valid);
  std::vector<S3Request> gets;
  for (const auto& span : spans) gets.push_back(get(client_.address(), span));
  auto responses = client_.send_all(gets, deadline);
  for (std::size_t s = 0; s < spans.size(); ++s) {
    auto& response = responses[s];
    const std::string& key = *spans[s].key;
    if (response.ok() && response.status == 416) continue;  // begins past the end: no bytes
    const bool has_bytes = is_by_s3(response) && (response.status == 200 || response.status == 206);
    if (const auto first = has_bytes ? first_byte(response) : std::nullopt) {
      hand_out(spans[s], response, *first, requests, results);
      continue;
    }
    const bool missing = response.ok() && s3_code(response) == "NoSuchKey";
    const Error error = missing ? store::missing_object(client_.address().url(), key)
                                : client_.error_of(response, text("reading ", key), deadline);
    for (const auto i : spans[s].requests) results[i] = error;
  }
  return results;
}

Done S3Objects::write_once(const std::string& key, base::ByteView bytes, Deadline deadline) {
  if (bytes.size() > kObjectBytesMax) {
    return Error(ErrorCategory::limit, "store/object-bytes",
                 text("The object ", key, " has ", bytes.size(), " bytes; ", kObjectBytesMax,
                      " are the most that one PUT takes."));
  }
  const std::string object = client_.address().object(key), doing = text("writing ", key);
  const auto response = client_.send(
      {.method = "PUT", .object = object, .headers = {{"If-None-Match", "*"}}, .body = bytes},
      deadline);
  if (is_by_s3(response) && response.status == 200) return {};
  if (!response.ok() || response.status != 412) return client_.error_of(response, doing, deadline);
  const auto there = client_.send({.method = "HEAD", .object = object}, deadline);
  const auto* told = there.header("content-length");
  if (!there.ok() || there.status != 200 || !told) return client_.error_of(there, doing, deadline);
  std::uint64_t length = 0;
  std::from_chars(told->data(), told->data() + told->size(), length);
  if (length == bytes.size()) return {};
  return store::object_exists(client_.address().url(), key, length, bytes.size());
}

Result<ObjectPage> S3Objects::list(const std::string& prefix, const std::string& from,
                                   Deadline deadline) {
  const auto& address = client_.address();
  S3Request request{.query = {{"list-type", "2"}, {"prefix", address.object(prefix)}}};
  if (!from.empty()) request.query.push_back({"start-after", address.object(from)});
  const auto response = client_.send(request, deadline);
  const auto xml = response.text();
  if (!response.ok() || response.status != 200 || xml_elements(xml, "ListBucketResult").empty()) {
    return client_.error_of(response, "listing objects", deadline);
  }
  const Instant now = client_.server_time(response);
  ObjectPage page;
  for (const auto content : xml_elements(xml, "Contents")) {
    const std::string name = xml_text(content, "Key");
    if (!name.starts_with(address.prefix())) continue;
    ObjectInfo info{name.substr(address.prefix().size())};
    const std::string size = xml_text(content, "Size");
    std::from_chars(size.data(), size.data() + size.size(), info.bytes);
    const auto modified = parse_instant(xml_text(content, "LastModified"));
    if (modified.ok()) info.age_ms = std::max<std::int64_t>(now.ms - modified->ms, 0);
    page.objects.push_back(std::move(info));
  }
  const bool more = xml_text(xml, "IsTruncated") == "true" && !page.objects.empty();
  if (more) page.next = page.objects.back().key;
  return page;
}

Result<std::vector<std::string>> S3Objects::folders(Deadline deadline) {
  const std::string& prefix = client_.address().prefix();
  std::vector<std::string> folders;
  std::string token;
  do {
    S3Request request{.query = {{"list-type", "2"}, {"prefix", prefix}, {"delimiter", "/"}}};
    if (!token.empty()) request.query.push_back({"continuation-token", token});
    const auto response = client_.send(request, deadline);
    const auto xml = response.text();
    if (!response.ok() || response.status != 200 || xml_elements(xml, "ListBucketResult").empty()) {
      return client_.error_of(response, "listing what is there", deadline);
    }
    for (const auto common : xml_elements(xml, "CommonPrefixes")) {
      std::string folder = xml_text(common, "Prefix");
      if (!folder.starts_with(prefix) || folder.size() < prefix.size() + 2) continue;
      folder.pop_back();
      folders.push_back(folder.substr(prefix.size()));
    }
    token = xml_text(xml, "IsTruncated") == "true" ? xml_text(xml, "NextContinuationToken") : "";
  } while (!token.empty());
  return folders;
}

// --- removing ----------------------------------------------------------------------------------

Done S3Objects::remove(std::span<const std::string> keys, Deadline deadline) {
  for (std::size_t at = 0; at < keys.size(); at += kRemovedTogetherMax) {
    const auto some = keys.subspan(at, std::min(kRemovedTogetherMax, keys.size() - at));
    STELE_DO(some.size() == 1 ? remove_one_by_one(some, deadline)
                              : remove_together(some, deadline));
  }
  return {};
}

Done S3Objects::remove_together(std::span<const std::string> keys, Deadline deadline) {
  std::string xml = "<Delete><Quiet>true</Quiet>";
  for (const auto& key : keys) {
    xml += text("<Object><Key>", xml_escaped(client_.address().object(key)), "</Key></Object>");
  }
  xml += "</Delete>";
  const auto response = client_.send({.method = "POST",
                                      .query = {{"delete", ""}},
                                      .headers = {{"Content-MD5", content_md5(xml)}},
                                      .body = base::view(xml)},
                                     deadline);
  // Some of S3's kind have no such request.
  if (response.ok() && (response.status == 501 || response.status == 405)) {
    return remove_one_by_one(keys, deadline);
  }
  if (!response.ok() || response.status != 200) {
    return client_.error_of(response, "removing objects", deadline);
  }
  for (const auto error : xml_elements(response.text(), "Error")) {
    const std::string code = xml_text(error, "Code");
    if (code == "NoSuchKey") continue;
    const bool denied = code == "AccessDenied";
    return unavailable(denied ? "store/denied" : "store/busy",
                       text("The object ", xml_text(error, "Key"), " in ", client_.address().url(),
                            " was not removed: ", code, " (", xml_text(error, "Message"), ")."));
  }
  return {};
}

Done S3Objects::remove_one_by_one(std::span<const std::string> keys, Deadline deadline) {
  std::vector<S3Request> requests;
  for (const auto& key : keys)
    requests.push_back({.method = "DELETE", .object = client_.address().object(key)});
  for (const auto& response : client_.send_all(requests, deadline))
    STELE_DO(removed(response, deadline));
  return {};
}

Done S3Objects::removed(const S3Client::Response& response, Deadline deadline) {
  const bool gone = response.status == 404 && s3_code(response) != "NoSuchBucket";
  if (response.ok() && (response.status == 204 || response.status == 200 || gone)) return {};
  return client_.error_of(response, "removing an object", deadline);
}

}  // namespace stele::backend
