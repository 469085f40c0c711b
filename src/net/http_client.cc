// Invariants of the driver
//   D1  Only the driver's thread touches libcurl's handles, but for curl_multi_wakeup.
//   D2  A transfer is in exactly one of: the queue (waiting), in flight, finished. Its caller's
//   batch
//       counts those that are not finished and lives until the count is zero.
//   D3  At most in_flight_max transfers are in flight; the others wait in the order they came.
//   D4  Of two transfers for one request each knows the other while both are in flight. The second
//       writes into an answer of its own; the caller's is written by one that is in flight alone,
//       or by the first.
#include "net/http_client.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>

#include <unistd.h>

#include "base/mutex.h"
#include "base/text.h"
#include "net/curl_library.h"
#include "net/hedging.h"

namespace stele::net {

using base::text;
using Failure = HttpResponse::Failure;

namespace {

constexpr std::int64_t kPollMs = 1'000;
// A fresh connection costs a TLS handshake; so many are kept although nothing runs on them.
constexpr long kConnectionsKept = 64;
// What is taken from a connection at once, at most.
constexpr long kReceiveBytes = 128 << 10;
// Servers whose latencies are remembered; more than anyone reads from.
constexpr std::size_t kHedgedServersMax = 256;
// A silence within an answer is late after so many times what one before it may take, and this.
constexpr std::int64_t kLateWithin = 8;
constexpr std::int64_t kLateWithinLeastMs = 1'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view s) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// Those who wait for a set of answers.
struct Batch {
  std::size_t unfinished = 0;
  base::Condition done;
};

// One request on its way.
struct Transfer {
  const HttpRequest* request = nullptr;
  HttpResponse* response = nullptr;
  Batch* batch = nullptr;
  std::uint64_t body_bytes_max = 0;
  std::size_t body_sent = 0;
  bool too_large = false;
  bool has_headers = false;  // to their end
  CURL* easy = nullptr;
  // Of requests that may be hedged: what is known of the server; else null.
  Hedging* hedging = nullptr;
  base::Environment* environment = nullptr;
  std::int64_t began_ms = 0;
  std::int64_t moved_ms = 0;    // when something came last
  std::int64_t answer_ms = -1;  // how long it took until an answer began
  Transfer* twin = nullptr;
  bool has_second = false;  // now, or had
  bool is_second = false;
  HttpResponse own;  // of a second
  HttpResponse* callers = nullptr;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = {};
};

void note_movement(Transfer& transfer) {
  if (!transfer.hedging) return;
  transfer.moved_ms = transfer.environment->steady_ms();
  if (transfer.answer_ms < 0) transfer.answer_ms = transfer.moved_ms - transfer.began_ms;
}

// Is there no hope that the other of two answers is a better one?
bool is_good(const HttpResponse& response) {
  return response.ok() && response.status < 500 && response.status != 429;
}

std::string server_of(const std::string& url) {
  return url.substr(0, url.find_first_of("/?", url.find("//") + 2));
}

// --- what libcurl calls ------------------------------------------------------------------------

std::size_t take_body(char* data, std::size_t, std::size_t bytes, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  note_movement(transfer);
  auto& body = transfer.response->body;
  if (body.size() + bytes > transfer.body_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  const auto* begin = reinterpret_cast<const std::uint8_t*>(data);  // as they are: a plain copy
  body.insert(body.end(), begin, begin + bytes);
  return bytes;
}

std::size_t take_header(char* data, std::size_t, std::size_t bytes, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  note_movement(transfer);
  auto& response = *transfer.response;
  const std::string_view line(data, bytes);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    response.headers.clear();  // what came before was an interim answer
    transfer.has_headers = false;
  } else if (trimmed(line).empty()) {
    transfer.has_headers = true;
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), lower);
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-length") {
      std::uint64_t length = 0;
      std::from_chars(value.data(), value.data() + value.size(), length);
      if (length <= transfer.body_bytes_max && transfer.request->method != "HEAD") {
        response.body.reserve(length);
      }
    }
    response.headers.push_back({std::move(name), std::string(value)});
  }
  return bytes;
}

std::size_t give_body(char* out, std::size_t, std::size_t room, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto left = transfer.request->body.subspan(transfer.body_sent);
  const auto bytes = std::min(room, left.size());
  std::copy_n(left.begin(), bytes, out);
  transfer.body_sent += bytes;
  return bytes;
}

// libcurl begins the body anew: it sends the request a second time.
int rewind_body(void* user, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  transfer.body_sent = static_cast<std::size_t>(offset);
  transfer.response->sent_again = true;
  return CURL_SEEKFUNC_OK;
}

Failure failure_of(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return Failure::none;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_URL_MALFORMAT:
      return Failure::not_connected;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return Failure::untrusted;
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::timed_out;
    default:
      return Failure::broken;
  }
}

}  // namespace

// --- the driver --------------------------------------------------------------------------------

class HttpClient::Driver {
 public:
  Driver(HttpClientOptions options, base::Environment& environment);
  ~Driver();

  void run_all(std::span<const HttpRequest> requests, std::span<HttpResponse> responses);
  std::uint64_t begun() const { return begun_; }
  HedgeCounts hedges() const { return {may_hedge_, seconds_, won_}; }

 private:
  void drive();
  bool wait_for_work();
  void start_waiting();
  void start(std::unique_ptr<Transfer> transfer);
  void run(std::unique_ptr<Transfer> transfer);
  Hedging* hedging_of(const HttpRequest& request);
  std::int64_t send_seconds();
  void send_second(Transfer& first);
  void settle(Transfer& transfer);
  void give_up(Transfer& transfer);
  void rest(CURL* easy);
  void set_options(CURL* easy, Transfer& transfer);
  void set_method(CURL* easy, Transfer& transfer);
  void set_trust(CURL* easy, Transfer& transfer);
  void set_times(CURL* easy, const HttpRequest& request);
  void take_finished();
  void tell(CURL* easy, Transfer& transfer, CURLcode code);
  void note_answer(const Transfer& transfer);
  void finish(Transfer& transfer);
  CURL* take_easy();

  const CurlLibrary& curl_;
  const HttpClientOptions options_;
  base::Environment& environment_;
  CURLM* multi_ = nullptr;
  std::vector<CURL*> idle_;  // handles that rest between transfers
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> in_flight_;
  std::map<std::string, Hedging> servers_;
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> may_hedge_{0};
  std::atomic<std::uint64_t> seconds_{0};
  std::atomic<std::uint64_t> won_{0};

  base::Mutex mutex_;
  base::Condition work_;
  std::deque<std::unique_ptr<Transfer>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

HttpClient::Driver::Driver(HttpClientOptions options, base::Environment& environment)
    : curl_(curl_library()), options_(std::move(options)), environment_(environment) {
  if (!curl_.library.ok()) return;
  multi_ = curl_.curl_multi_init();
  curl_.curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKept);
  curl_.curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, long{options_.in_flight_max});
  curl_.curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  thread_ = std::thread([this] { drive(); });
}

HttpClient::Driver::~Driver() {
  if (!multi_) return;
  {
    base::Lock lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  curl_.curl_multi_wakeup(multi_);
  thread_.join();
  for (CURL* easy : idle_) curl_.curl_easy_cleanup(easy);
  curl_.curl_multi_cleanup(multi_);
}

void HttpClient::Driver::run_all(std::span<const HttpRequest> requests,
                                 std::span<HttpResponse> responses) {
  if (!multi_) {
    for (auto& response : responses) {
      response.failure = Failure::no_library;
      response.problem = curl_.library.problem();
    }
    return;
  }
  Batch batch;
  base::Lock lock(mutex_);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = &requests[i];
    transfer->response = &responses[i];
    transfer->batch = &batch;
    transfer->body_bytes_max = options_.body_bytes_max;
    waiting_.push_back(std::move(transfer));
    ++batch.unfinished;
  }
  work_.notify_all();
  curl_.curl_multi_wakeup(multi_);
  while (batch.unfinished > 0) batch.done.wait(lock);
}

void HttpClient::Driver::drive() {
  while (wait_for_work()) {
    start_waiting();
    int running = 0;
    curl_.curl_multi_perform(multi_, &running);
    take_finished();
    const std::int64_t wait_ms = send_seconds();
    if (running > 0) {
      curl_.curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait_ms), nullptr);
    }
  }
}

// False when the client ends. With something in flight it is libcurl that waits.
bool HttpClient::Driver::wait_for_work() {
  base::Lock lock(mutex_);
  while (in_flight_.empty() && waiting_.empty() && !stopping_) work_.wait(lock);
  return !(stopping_ && in_flight_.empty() && waiting_.empty());
}

void HttpClient::Driver::start_waiting() {
  while (in_flight_.size() < static_cast<std::size_t>(options_.in_flight_max)) {
    std::unique_ptr<Transfer> next;
    {
      base::Lock lock(mutex_);
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    start(std::move(next));
  }
}

void HttpClient::Driver::start(std::unique_ptr<Transfer> transfer) {
  if (base::passed(transfer->request->deadline, environment_)) {
    transfer->response->failure = Failure::timed_out;
    transfer->response->problem = "the deadline passed before it was its turn";
    return finish(*transfer);
  }
  transfer->callers = transfer->response;
  transfer->hedging = hedging_of(*transfer->request);
  if (transfer->hedging) {
    transfer->hedging->began();
    ++may_hedge_;
  }
  run(std::move(transfer));
}

void HttpClient::Driver::run(std::unique_ptr<Transfer> transfer) {
  ++begun_;
  CURL* easy = transfer->easy = take_easy();
  transfer->environment = &environment_;
  transfer->began_ms = transfer->moved_ms = environment_.steady_ms();
  set_options(easy, *transfer);
  curl_.curl_multi_add_handle(multi_, easy);
  in_flight_.emplace(easy, std::move(transfer));
}

// --- second requests

Hedging* HttpClient::Driver::hedging_of(const HttpRequest& request) {
  if (!request.hedged || request.method != "GET") return nullptr;
  const auto server = server_of(request.url);
  const auto found = servers_.find(server);
  if (found != servers_.end()) return &found->second;
  return servers_.size() < kHedgedServersMax ? &servers_[server] : nullptr;
}

// Sends second requests for those that are late; how long until the next is.
std::int64_t HttpClient::Driver::send_seconds() {
  const std::int64_t now_ms = environment_.steady_ms();
  std::int64_t wait_ms = kPollMs;
  std::vector<Transfer*> late;
  for (const auto& [easy, transfer] : in_flight_) {
    const auto delay_ms = transfer->hedging ? transfer->hedging->delay_ms() : std::nullopt;
    if (!delay_ms || transfer->has_second || transfer->is_second) continue;
    const std::int64_t allowed_ms =
        transfer->answer_ms < 0 ? *delay_ms : std::max(*delay_ms * kLateWithin, kLateWithinLeastMs);
    const std::int64_t left_ms = transfer->moved_ms + allowed_ms - now_ms;
    if (left_ms > 0) {
      wait_ms = std::min(wait_ms, left_ms);
    } else {
      late.push_back(transfer.get());
    }
  }
  for (Transfer* transfer : late) {
    if (in_flight_.size() >= static_cast<std::size_t>(options_.in_flight_max)) break;
    if (transfer->hedging->take(now_ms)) send_second(*transfer);
  }
  return wait_ms;
}

void HttpClient::Driver::send_second(Transfer& first) {
  auto second = std::make_unique<Transfer>();
  second->request = first.request;
  second->response = &second->own;
  second->callers = first.callers;
  second->batch = first.batch;
  second->body_bytes_max = first.body_bytes_max;
  second->hedging = first.hedging;
  second->is_second = first.has_second = true;
  second->twin = &first;
  first.twin = second.get();
  ++seconds_;
  run(std::move(second));
}

// One of two has come to its end, or the only one.
void HttpClient::Driver::settle(Transfer& transfer) {
  if (Transfer* twin = transfer.twin) {
    twin->twin = nullptr;
    if (!is_good(*transfer.response)) {
      curl_.curl_slist_free_all(transfer.headers);
      return;  // it is for the other now
    }
    give_up(*twin);
  }
  if (transfer.is_second) {
    *transfer.callers = std::move(transfer.own);
    ++won_;
  }
  finish(transfer);
}

void HttpClient::Driver::give_up(Transfer& transfer) {
  auto node = in_flight_.extract(transfer.easy);
  rest(transfer.easy);
  curl_.curl_slist_free_all(transfer.headers);
}

// Takes the handle out of use, whatever it is doing.
void HttpClient::Driver::rest(CURL* easy) {
  curl_.curl_multi_remove_handle(multi_, easy);
  curl_.curl_easy_reset(easy);
  idle_.push_back(easy);
}

// --- options

CURL* HttpClient::Driver::take_easy() {
  if (idle_.empty()) return curl_.curl_easy_init();
  CURL* easy = idle_.back();
  idle_.pop_back();
  return easy;
}

void HttpClient::Driver::set_options(CURL* easy, Transfer& transfer) {
  const auto set = curl_.curl_easy_setopt;
  set(easy, CURLOPT_URL, transfer.request->url.c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_ERRORBUFFER, transfer.error);
  set(easy, CURLOPT_BUFFERSIZE, kReceiveBytes);
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  set(easy, CURLOPT_HEADERFUNCTION, &take_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  for (const auto& header : transfer.request->headers) {
    const std::string line = text(header.name, ": ", header.value);
    transfer.headers = curl_.curl_slist_append(transfer.headers, line.c_str());
  }
  // No asking for leave before a body: it costs a round trip.
  transfer.headers = curl_.curl_slist_append(transfer.headers, "Expect:");
  set(easy, CURLOPT_HTTPHEADER, transfer.headers);
  set_method(easy, transfer);
  set_trust(easy, transfer);
  set_times(easy, *transfer.request);
}

void HttpClient::Driver::set_method(CURL* easy, Transfer& transfer) {
  const auto set = curl_.curl_easy_setopt;
  const auto& method = transfer.request->method;
  if (method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (method == "PUT" || method == "POST") {
    set(easy, CURLOPT_UPLOAD, 1L);
    set(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
    set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(transfer.request->body.size()));
    set(easy, CURLOPT_READFUNCTION, &give_body);
    set(easy, CURLOPT_READDATA, &transfer);
    set(easy, CURLOPT_SEEKFUNCTION, &rewind_body);
    set(easy, CURLOPT_SEEKDATA, &transfer);
  } else if (method != "GET") {
    set(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void HttpClient::Driver::set_trust(CURL* easy, Transfer& transfer) {
  const auto set = curl_.curl_easy_setopt;
  if (!transfer.request->url.starts_with("https:")) return;
  set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  // The first connection tells whether others may share it.
  set(easy, CURLOPT_PIPEWAIT, 1L);
  if (!options_.ca_bundle.empty()) set(easy, CURLOPT_CAINFO, options_.ca_bundle.c_str());
  // What holds the first up may be their connection.
  if (transfer.is_second) set(easy, CURLOPT_FRESH_CONNECT, 1L);
}

void HttpClient::Driver::set_times(CURL* easy, const HttpRequest& request) {
  const auto set = curl_.curl_easy_setopt;
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_ms));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>((options_.silence_ms + 999) / 1000));
  if (request.deadline.steady_ms == Deadline::kNever) return;
  const std::int64_t left_ms = request.deadline.steady_ms - environment_.steady_ms();
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left_ms, 1)));
}

void HttpClient::Driver::take_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_.curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    auto node = in_flight_.extract(easy);
    Transfer& transfer = *node.mapped();
    tell(easy, transfer, code);
    rest(easy);
    note_answer(transfer);
    settle(transfer);
  }
}

// Fills in how it went.
void HttpClient::Driver::tell(CURL* easy, Transfer& transfer, CURLcode code) {
  HttpResponse& response = *transfer.response;
  response.failure = transfer.too_large ? Failure::too_large : failure_of(code);
  long number = 0;
  curl_.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &number);
  response.status = static_cast<int>(number);
  const bool is_cut = response.ok() && !transfer.has_headers;
  if (is_cut) response.failure = Failure::broken;
  if (response.ok()) return;
  number = 0;
  curl_.curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &number);
  response.maybe_sent = number > 0;
  response.problem = transfer.error[0] ? transfer.error : curl_.curl_easy_strerror(code);
  if (is_cut) response.problem = "the answer ended within its headers";
  if (transfer.too_large) {
    response.problem = text("the answer has more than ", transfer.body_bytes_max, " bytes");
  }
}

void HttpClient::Driver::note_answer(const Transfer& transfer) {
  if (!transfer.hedging) return;
  if (!is_good(*transfer.response)) {
    if (transfer.response->ok()) transfer.hedging->pushed_back(environment_.steady_ms());
  } else if (transfer.answer_ms >= 0) {
    transfer.hedging->answered(transfer.answer_ms);
  }
}

void HttpClient::Driver::finish(Transfer& transfer) {
  curl_.curl_slist_free_all(transfer.headers);
  base::Lock lock(mutex_);
  if (--transfer.batch->unfinished == 0) transfer.batch->done.notify_all();
}

// --- the client --------------------------------------------------------------------------------

HttpClient::HttpClient(HttpClientOptions options, base::Environment& environment)
    : driver_(std::make_unique<Driver>(std::move(options), environment)) {}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  HttpResponse response;
  driver_->run_all({&request, 1}, {&response, 1});
  return response;
}

std::vector<HttpResponse> HttpClient::send_all(std::span<const HttpRequest> requests) {
  std::vector<HttpResponse> responses(requests.size());
  if (!requests.empty()) driver_->run_all(requests, responses);
  return responses;
}

std::uint64_t HttpClient::requests_begun() const { return driver_->begun(); }
HedgeCounts HttpClient::hedges() const { return driver_->hedges(); }

const std::string* HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? nullptr : &found->value;
}

std::shared_ptr<HttpClient> shared_http_client(const std::string& ca_bundle) {
  static base::Mutex mutex;
  static auto& clients = *new std::map<std::pair<pid_t, std::string>, std::weak_ptr<HttpClient>>;
  base::Lock lock(mutex);
  auto& known = clients[{::getpid(), ca_bundle}];
  auto client = known.lock();
  if (!client) {
    HttpClientOptions options;
    options.ca_bundle = ca_bundle;
    client = std::make_shared<HttpClient>(options);
    known = client;
  }
  return client;
}

std::int64_t retry_after_ms(const HttpResponse& response) {
  const std::string* told = response.header("retry-after");
  std::uint32_t seconds = 0;
  if (!told) return 0;
  const char* end = told->data() + told->size();
  const auto read = std::from_chars(told->data(), end, seconds);
  return read.ec == std::errc() && read.ptr == end ? std::int64_t{seconds} * 1'000 : 0;
}

std::string percent_encoded(std::string_view in, bool keep_slashes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : in) {
    const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
    if (letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos ||
        (keep_slashes && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace stele::net
