#include "backend/s3/fake_s3_testing.h"

#include <charconv>

#include <gtest/gtest.h>

#include "backend/s3/aws_signature.h"
#include "backend/s3/s3_address.h"
#include "backend/s3/s3_dialect.h"
#include "backend/s3/s3_xml.h"
#include "base/hash.h"
#include "base/text.h"

namespace stele::backend {

using base::text;

namespace {

constexpr std::size_t kPageMax = 1000;
const std::string kPath = "/bucket";

std::string etag_of_content(const std::string& content) {
  return base::sha256(base::view(content)).hex().substr(0, 32);
}

std::string decoded(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    unsigned byte = 0;
    if (in[i] == '%' && i + 2 < in.size()) {
      std::from_chars(in.data() + i + 1, in.data() + i + 3, byte, 16);
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += in[i];
    }
  }
  return out;
}

std::string parameter(const std::string& query, const std::string& name) {
  const std::string all = "&" + query + "&";
  const auto at = all.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return decoded(all.substr(begin, all.find('&', begin) - begin));
}

}  // namespace

net::ServedResponse s3_error(int status, const std::string& code) {
  return {status,
          {},
          text("<?xml version=\"1.0\"?><Error><Code>", code, "</Code><Message>It is ", code,
               "</Message></Error>")};
}

FakeS3::FakeS3(Conditions how)
    : conditions(how),
      server_(std::make_unique<net::TestHttpServer>(
          [this](const Request& request) { return answer(request); })) {
  // Another one may have had this port before, with other ways.
  const auto address = S3Address::make("bucket", "", url(), "us-east-1", true);
  forget_dialect(address->place());
}

S3StoreOptions FakeS3::options(const std::string& prefix) const {
  S3StoreOptions options;
  options.bucket = "bucket";
  options.prefix = prefix;
  options.settings.endpoint = url();
  options.settings.credentials = {"key", "s3cr3t", ""};
  options.retry = {.attempts_max = 4, .first_wait_ms = 1, .wait_max_ms = 4};
  options.sources = AwsSources{[](const char*) { return std::string(); },
                               [](const std::string&) { return std::nullopt; }};
  return options;
}

std::shared_ptr<Store> FakeS3::open(const std::string& prefix) const {
  return S3Store::open(options(prefix)).value();
}

int FakeS3::take_count(const std::string& method) {
  base::Lock lock(mutex_);
  return std::exchange(counts_[method], 0);
}

std::map<std::string, std::string> FakeS3::objects() const {
  base::Lock lock(mutex_);
  return objects_;
}

void FakeS3::put(const std::string& name, const std::string& content) {
  base::Lock lock(mutex_);
  objects_[name] = content;
}

FakeS3::Response FakeS3::answer(const Request& request) {
  if (const Hook hook = before.get())
    if (auto instead = hook(request)) return *instead;
  auto response = serve(request);
  if (auto told = date.get(); !told.empty()) response.headers.push_back({"Date", std::move(told)});
  if (const Hook hook = after.get())
    if (auto instead = hook(request)) return *instead;
  return response;
}

FakeS3::Response FakeS3::serve(const Request& request) {
  base::Lock lock(mutex_);
  ++counts_[request.method];
  const auto mark = std::min(request.target.find('?'), request.target.size());
  const std::string path = request.target.substr(0, mark);
  const std::string query = request.target.substr(std::min(mark + 1, request.target.size()));
  if (path != kPath && !path.starts_with(kPath + "/")) return s3_error(404, "NoSuchBucket");
  const std::string name = decoded(path.substr(std::min(kPath.size() + 1, path.size())));
  if (request.method == "PUT") return put(request, name);
  if (request.method == "POST") return remove_all(request);
  if (request.method == "DELETE") return objects_.erase(name), Response{204, {}, ""};
  return name.empty() ? list(query) : get(request, name);
}

bool FakeS3::matches(const std::string& condition, const std::string& etag) const {
  return condition == (conditions.get() == Conditions::quoted ? text('"', etag, '"') : etag);
}

FakeS3::Response FakeS3::put(const Request& request, const std::string& name) {
  const auto found = objects_.find(name);
  const std::string match = request.header("if-match"), none = request.header("if-none-match");
  const bool conditional = !match.empty() || !none.empty();
  if (conditional && conditions.get() == Conditions::refused)
    return s3_error(501, "NotImplemented");
  if (conditional && conditions.get() != Conditions::ignored) {
    const bool there = found != objects_.end();
    if (!none.empty() && there) return s3_error(412, "PreconditionFailed");
    if (!match.empty() && !there) return s3_error(404, "NoSuchKey");
    if (!match.empty() && !matches(match, etag_of_content(found->second))) {
      return s3_error(412, "PreconditionFailed");
    }
  }
  objects_[name] = request.body;
  return {200, {{"ETag", text('"', etag_of_content(request.body), '"')}}, ""};
}

FakeS3::Response FakeS3::get(const Request& request, const std::string& name) {
  const auto found = objects_.find(name);
  if (found == objects_.end()) return s3_error(404, "NoSuchKey");
  const std::string& content = found->second;
  const std::string etag = text('"', etag_of_content(content), '"');
  if (request.header("if-none-match") == etag) return {304, {{"ETag", etag}}, ""};
  Response response{200, {{"ETag", etag}}, content};
  if (request.method == "HEAD") {
    response.headers.push_back({"Content-Length", text(content.size())});
  }
  const std::string range = request.header("range");
  if (range.empty()) return response;
  std::uint64_t first = 0, last = UINT64_MAX;
  const char* end = range.data() + range.size();
  const auto dash = std::from_chars(range.data() + 6, end, first).ptr;
  std::from_chars(dash + 1, end, last);
  if (first >= content.size()) return s3_error(416, "InvalidRange");
  last = std::min<std::uint64_t>(last, content.size() - 1);
  response.status = 206;
  response.body = content.substr(first, last - first + 1);
  response.headers.push_back(
      {"Content-Range", text("bytes ", first, '-', last, '/', content.size())});
  return response;
}

FakeS3::Response FakeS3::list(const std::string& query) {
  const std::string prefix = parameter(query, "prefix"), from = parameter(query, "start-after");
  const bool folders = !parameter(query, "delimiter").empty();
  std::string contents, folder;
  std::size_t listed = 0;
  bool more = false;
  for (auto at = objects_.upper_bound(from); at != objects_.end() && !more; ++at) {
    if (!at->first.starts_with(prefix)) continue;
    if (const auto slash = at->first.find('/', prefix.size()); folders && slash != at->first.npos) {
      if (folder == at->first.substr(0, slash + 1)) continue;
      folder = at->first.substr(0, slash + 1);
      contents +=
          text("<CommonPrefixes><Prefix>", xml_escaped(folder), "</Prefix></CommonPrefixes>");
      continue;
    }
    if (listed == kPageMax) {
      more = true;
      continue;
    }
    ++listed;
    contents += text("<Contents><Key>", xml_escaped(at->first), "</Key><LastModified>",
                     "2026-01-01T00:00:00.000Z</LastModified><Size>", at->second.size(),
                     "</Size></Contents>");
  }
  return {200,
          {{"Date", "Thu, 01 Jan 2026 00:00:07 GMT"}},
          text("<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/\">",
               "<IsTruncated>", more ? "true" : "false", "</IsTruncated>", contents,
               "</ListBucketResult>")};
}

FakeS3::Response FakeS3::remove_all(const Request& request) {
  for (const auto object : xml_elements(request.body, "Object"))
    objects_.erase(xml_text(object, "Key"));
  return {200, {}, "<DeleteResult></DeleteResult>"};
}

namespace testing_s3 {

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

HeadVersion swap(Store& store, const HeadVersion& expected, std::string_view content) {
  const auto write = store.swap_head("db", expected, bytes(content), {});
  EXPECT_EQ(write.outcome, HeadWrite::Outcome::written)
      << (write.error ? write.error->message() : "");
  return write.version;
}

}  // namespace testing_s3
}  // namespace stele::backend
