#include "backend/http/http_store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include "backend/http/http_errors.h"
#include "backend/http/http_ranges.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {
namespace {

using base::text;
using net::Header;
using net::HttpRequest;
using net::HttpResponse;

constexpr int kParallelReads = 32;
// Of versions that have no ETag.
constexpr std::string_view kHashToken = "sha256-";

bool is_gone(const HttpResponse& response) {
  return response.ok() && (response.status == 404 || response.status == 410);
}

// A page for people where bytes should be, as login pages and proxies send it with status 200.
bool is_web_page(const HttpResponse& response) {
  const std::string* type = response.header("content-type");
  if (!type || !type->starts_with("text/html")) return false;
  const auto first = std::ranges::find_if(response.body, [](std::uint8_t c) { return c > ' '; });
  return first != response.body.end() && *first == '<';
}

// What keeps a successful answer's body from being used; empty: nothing.
std::string problem_of(const HttpResponse& response) {
  const std::string* encoding = response.header("content-encoding");
  if (encoding && *encoding != "identity")
    return text("it is compressed (", *encoding, "), although that was not asked for");
  if (is_web_page(response)) return "it is a web page";
  return "";
}

// The names in {… :heads ["a" "b"] …}: names of heads need no escapes.
std::optional<std::vector<std::string>> read_names(std::string_view in) {
  const auto key = in.find(":heads");
  const auto open = in.find('[', key);
  const auto close = in.find(']', open);
  if (key == in.npos || open == in.npos || close == in.npos) return {};
  in = in.substr(open + 1, close - open - 1);
  std::vector<std::string> names;
  for (auto quote = in.find('"'); quote != in.npos; quote = in.find('"')) {
    in.remove_prefix(quote + 1);
    const auto end = in.find('"');
    if (end == in.npos || !check_head_name(in.substr(0, end)).ok()) return {};
    names.emplace_back(in.substr(0, end));
    in.remove_prefix(end + 1);
  }
  std::ranges::sort(names);
  return names;
}

class HttpStore final : public Store {
 public:
  explicit HttpStore(HttpStoreOptions options)
      : address_(std::move(options.address)),
        client_(options.client ? std::move(options.client)
                               : net::shared_http_client(options.ca_bundle)),
        environment_(options.environment ? *options.environment : base::system_environment()) {}

  std::string url() const override { return address_.shown(); }
  StoreTraits traits() const override {
    return {.writable = false, .cheap_append = false, .parallel_reads = kParallelReads};
  }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    const ReadRequest request{key, range};
    return std::move(read_many({&request, 1}, deadline)[0]);
  }
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override;
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override;
  Result<std::vector<std::string>> head_names(Deadline deadline) override;

  Result<ObjectPage> list(const std::string&, const std::string&, Deadline) override {
    return invalid("store/unsupported",
                   text("A web server does not list what it has, so ", url(),
                        " cannot say which packs there are; ask the store it was published from."));
  }
  Done write_once(const std::string&, ByteView, Deadline) override { return read_only(); }
  Done remove(std::span<const std::string>, Deadline) override { return read_only(); }
  HeadWrite swap_head(const std::string&, const HeadVersion&, ByteView, Deadline) override {
    return store::failed(read_only());
  }
  HeadWrite append_head(const std::string&, const HeadVersion&, ByteView, ByteView,
                        Deadline) override {
    return store::failed(read_only());
  }
  Done destroy(Deadline) override { return read_only(); }

 private:
  // One read_many under way.
  struct Job {
    std::span<const ReadRequest> requests;
    std::vector<std::optional<Result<Bytes>>> answers;
    std::vector<std::size_t> gone;  // requests whose objects were not found
    Deadline deadline;
  };

  Error read_only() const {
    return store::read_only(url()).because(
        "Transact in the database it was published from, and publish that again.");
  }
  HttpRequest get(std::string_view key, Deadline deadline, bool past_caches) const;
  Result<HeadRead> ask_head(const std::string& name, const HeadVersion& unless, Deadline deadline,
                            bool past_caches);
  void fetch(Job& job, std::span<const std::size_t> wanted, bool past_caches);
  void take(Job& job, const RangeFetch& fetch, HttpResponse& response);
  Result<Bytes> bytes_of(const RangeFetch& fetch, HttpResponse& response, Deadline deadline);
  void look_again(Job& job);
  bool has_moved_on(Deadline deadline);

  const HttpAddress address_;
  const std::shared_ptr<net::HttpClient> client_;
  base::Environment& environment_;
  std::atomic<bool> knows_no_ranges_ = false;  // the server

  base::Mutex mutex_;
  std::map<std::string, HeadVersion> heads_;  // as last read
  bool moved_on_ = false;                     // a head was read in two versions
};

HttpRequest HttpStore::get(std::string_view key, Deadline deadline, bool past_caches) const {
  HttpRequest request{.url = address_.url_of(key),
                      .headers = {{"Accept-Encoding", "identity"}},
                      .deadline = deadline};
  if (past_caches) request.headers.push_back({"Cache-Control", "no-cache"});
  return request;
}

// --- objects -----------------------------------------------------------------------------------

std::vector<Result<Store::Bytes>> HttpStore::read_many(std::span<const ReadRequest> requests,
                                                       Deadline deadline) {
  Job job{requests, {}, {}, deadline};
  job.answers.resize(requests.size());
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto admitted = check_key(requests[i].key);
    if (admitted.ok())
      admitted =
          store::check_deadline(url(), text("reading ", requests[i].key), deadline, environment_);
    if (admitted.ok()) {
      wanted.push_back(i);
    } else {
      job.answers[i] = std::move(admitted).error();
    }
  }
  fetch(job, wanted, false);
  if (!job.gone.empty()) look_again(job);
  std::vector<Result<Bytes>> answers;
  for (auto& answer : job.answers) answers.push_back(std::move(*answer));
  return answers;
}

void HttpStore::fetch(Job& job, std::span<const std::size_t> wanted, bool past_caches) {
  const auto fetches = plan_fetches(job.requests, wanted, knows_no_ranges_);
  std::vector<HttpRequest> wire;
  for (const RangeFetch& fetch : fetches) {
    wire.push_back(get(fetch.key, job.deadline, past_caches));
    wire.back().hedged = true;
    if (!fetch.whole()) wire.back().headers.push_back({"Range", range_header(fetch)});
  }
  auto responses = client_->send_all(wire);
  for (std::size_t i = 0; i < fetches.size(); ++i) take(job, fetches[i], responses[i]);
}

void HttpStore::take(Job& job, const RangeFetch& fetch, HttpResponse& response) {
  if (is_gone(response)) {
    job.gone.insert(job.gone.end(), fetch.reads.begin(), fetch.reads.end());
    return;
  }
  const auto bytes = bytes_of(fetch, response, job.deadline);
  for (const std::size_t i : fetch.reads) {
    if (bytes.ok()) {
      job.answers[i] = slice(fetch, *bytes, job.requests[i].range);
    } else {
      job.answers[i] = bytes.error();
    }
  }
}

Result<Store::Bytes> HttpStore::bytes_of(const RangeFetch& fetch, HttpResponse& response,
                                         Deadline deadline) {
  const std::string doing = text("reading ", fetch.key);
  if (!response.ok() ||
      (response.status != 200 && response.status != 206 && response.status != 416))
    return http_error(address_, response, doing, deadline, environment_);
  if (response.status == 200 && !fetch.whole()) knows_no_ranges_ = true;
  if (auto problem = problem_of(response); response.status != 416 && !problem.empty())
    return bad_answer(address_, doing, problem);
  auto answer = take_range(fetch, response);
  if (!answer.problem.empty()) return bad_answer(address_, doing, answer.problem);
  return std::move(answer.bytes);
}

void HttpStore::look_again(Job& job) {
  const auto gone = std::exchange(job.gone, {});
  const bool moved_on = has_moved_on(job.deadline);
  fetch(job, gone, true);
  for (const std::size_t i : job.gone) {
    const std::string& key = job.requests[i].key;
    if (moved_on) {
      job.answers[i] =
          Error(ErrorCategory::collected, "store/collected",
                text("The object ", key, " is no longer at ", url(),
                     ": the database has been published anew since its head was read. Take a new "
                     "Db and ask again."));
    } else {
      job.answers[i] = store::missing_object(url(), key);
    }
  }
}

// Has a head changed since it was first read here?
bool HttpStore::has_moved_on(Deadline deadline) {
  std::map<std::string, HeadVersion> known;
  {
    base::Lock lock(mutex_);
    if (moved_on_) return true;
    known = heads_;
  }
  bool moved_on = false;
  for (const auto& [name, version] : known) {
    const auto head = ask_head(name, version, deadline, true);
    moved_on |= head.ok() && !head->unchanged && head->version != version;
  }
  return moved_on;
}

// --- heads -------------------------------------------------------------------------------------

Result<HeadRead> HttpStore::read_head(const std::string& name, const HeadVersion& unless,
                                      std::uint64_t, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(store::check_deadline(url(), text("reading head ", name), deadline, environment_));
  STELE_TRY(auto head, ask_head(name, unless, deadline, false));
  if (!head.unchanged) {
    base::Lock lock(mutex_);
    const auto [known, is_new] = heads_.try_emplace(name, head.version);
    moved_on_ |= known->second != head.version;
    known->second = head.version;
  }
  return head;
}

Result<HeadRead> HttpStore::ask_head(const std::string& name, const HeadVersion& unless,
                                     Deadline deadline, bool past_caches) {
  const std::string doing = text("reading head ", name);
  HttpRequest request = get("heads/" + name, deadline, past_caches);
  const bool has_tag = !unless.absent() && !unless.token.starts_with(kHashToken);
  if (has_tag) request.headers.push_back({"If-None-Match", unless.token});
  HttpResponse response = client_->send(request);
  if (response.ok() && response.status == 304 && has_tag) return HeadRead{.unchanged = true};
  if (is_gone(response)) return HeadRead{};
  if (!response.ok() || response.status != 200)
    return http_error(address_, response, doing, deadline, environment_);
  if (auto problem = problem_of(response); !problem.empty())
    return bad_answer(address_, doing, problem);
  HeadRead head;
  const std::string* tag = response.header("etag");
  head.version.token =
      tag && !tag->empty() ? *tag : text(kHashToken, base::sha256(response.body).hex());
  if (head.version == unless) return HeadRead{.unchanged = true};
  head.bytes = std::move(response.body);
  return head;
}

Result<std::vector<std::string>> HttpStore::head_names(Deadline deadline) {
  const std::string doing = "reading heads.edn";
  STELE_DO(store::check_deadline(url(), doing, deadline, environment_));
  const HttpResponse response = client_->send(get("heads.edn", deadline, false));
  if (is_gone(response)) return std::vector<std::string>();
  if (!response.ok() || response.status != 200)
    return http_error(address_, response, doing, deadline, environment_);
  if (auto problem = problem_of(response); !problem.empty())
    return bad_answer(address_, doing, problem);
  auto names = read_names(base::text(base::ByteView(response.body)));
  if (!names) return bad_answer(address_, doing, "it does not say which heads there are");
  return std::move(*names);
}

}  // namespace

std::shared_ptr<Store> make_http_store(HttpStoreOptions options) {
  return std::make_shared<HttpStore>(std::move(options));
}

}  // namespace stele::backend
