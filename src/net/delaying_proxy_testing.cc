#include "net/delaying_proxy_testing.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/mutex.h"
#include "base/text.h"
#include "net/http_framing_testing.h"

namespace stele::net {
namespace {

using Ns = std::int64_t;
using Bytes = std::vector<char>;
using Kind = ProxyFault::Kind;
using Side = ProxyFault::Side;

constexpr std::size_t kReadBytes = 128 << 10;
// What is on its way in one direction of a connection, at most: who sends more has to wait, as the
// bandwidth of a line would make him.
constexpr std::size_t kQueuedBytesMax = 64 << 20;
constexpr std::size_t kRequestsKeptMax = 1 << 16;
constexpr char kGarble = 0x5a;

Ns now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// A request that came and has not been answered to the end.
struct Pending {
  std::uint64_t round = 0;
  std::size_t kept = kRequestsKeptMax;  // its place among the requests kept; that: none
  std::uint64_t epoch = 0;              // of the counts that it belongs to
  std::string method;
  std::string target;
};

// What was read at once, or a part of it, on its way.
struct Chunk {
  Ns due = 0;
  Bytes bytes;
  std::size_t sent = 0;
  std::vector<Pending> answered;  // whose answers end in it
  // Where it stalls or the connections are cut.
  std::optional<std::size_t> stalls_at;
  std::optional<std::size_t> cut_at;
};

// One direction of a connection.
struct Pipe {
  Pipe(Side s, HttpFraming::Side f) : side(s), framing(f) {}

  const Side side;
  HttpFraming framing;
  std::deque<Chunk> queue;
  std::size_t queued_bytes = 0;
  std::uint64_t message_bytes = 0;  // of the message under way, so far
  std::optional<ProxyFault> fault;  // that befalls it
  bool is_fault_known = false;      // it has been looked for
  bool garbled = false;             // what comes is, up to the end of the message
  bool cut = false;                 // what comes now goes nowhere
  bool stalled = false;
  bool ended = false;    // who sends has sent all
  bool shut = false;     // and who receives has been told
  bool blocked = false;  // who receives does not take more now
  bool full = false;     // more is on its way than is read ahead
};

// A client's socket and the server's; the pipe of requests goes from the first to the second.
struct Connection : std::enable_shared_from_this<Connection> {
  Connection(int client, int server) : sockets{client, server} {}
  ~Connection() {
    for (const int socket : sockets) ::close(socket);
  }

  struct End {
    Connection* connection;
    int index;
  };
  int sockets[2];
  End ends[2] = {{this, 0}, {this, 1}};
  std::uint32_t armed[2] = {EPOLLIN, EPOLLIN};
  // pipes[i] reads sockets[i] and writes the other.
  Pipe pipes[2] = {{Side::request, HttpFraming::Side::request},
                   {Side::response, HttpFraming::Side::response}};
  std::optional<bool> is_http;
  std::deque<Pending> pending;  // of HTTP, in their order
  std::uint64_t raw_round = 0;  // of others: in which the client last sent something
  bool dead = false;
};

}  // namespace

// --- the loop ----------------------------------------------------------------------------------

class DelayingProxy::Loop {
 public:
  explicit Loop(DelayingProxyOptions options);
  ~Loop();

  // Under the mutex, from any thread.
  template <typename Use>
  auto with(const Use& use) {
    base::Lock lock(mutex_);
    return use();
  }
  void wake() {
    const std::uint64_t one = 1;
    STELE_CHECK(::write(waker_, &one, sizeof one) == sizeof one);
  }
  void release_stalled();
  void cut_connections();

  int port = 0;
  Ns half_trip_ns = 0;
  ProxyCounts counts;
  std::uint64_t epoch = 0;
  bool round_is_over = true;
  std::uint64_t in_flight = 0;
  std::vector<ProxiedRequest> requests;
  std::vector<ProxyFault> faults;
  int faults_done = 0;
  std::set<std::shared_ptr<Connection>> connections;

 private:
  struct Due {
    Ns ns;
    std::weak_ptr<Connection> connection;
    int pipe;
  };

  void run();
  void wait(std::vector<epoll_event>& events);
  void handle(const epoll_event& event);
  void accept_all();
  void watch(int socket, void* data);
  void arm(Connection& connection);
  void read(Connection& connection, int i);
  void take(Connection& connection, int i, std::string_view bytes);
  void take_message(Connection& connection, int i, std::string_view& bytes, Chunk& chunk);
  void take_head(Connection& connection, int i, HttpFraming::Step& step);
  void pass(Connection& connection, int i, std::string_view bytes, Chunk& chunk);
  void befall(Pipe& pipe, Chunk& chunk);
  void find_fault(const Connection& connection, Pipe& pipe);
  void enqueue(Connection& connection, int i, Chunk chunk);
  void flush(Connection& connection, int i, Ns now);
  void flush_due();
  bool send(Connection& connection, int i, Chunk& chunk);
  void end_chunk(Connection& connection, int i, const Chunk& chunk);
  void kill(Connection& connection);
  void bury();

  std::uint64_t round_of_request();
  void end_round(std::uint64_t round);
  Pending count_request(const HttpFraming& framing);
  void answer(const Pending& pending);
  ProxiedRequest* kept(const Pending& pending);

  const int target_port_;
  int listening_ = -1;
  int epoll_ = -1;
  int waker_ = -1;
  std::deque<Due> due_;
  std::vector<char> scratch_ = std::vector<char>(kReadBytes);
  bool some_are_dead_ = false;
  base::Mutex mutex_;
  bool stopping_ = false;
  std::thread thread_;
};

DelayingProxy::Loop::Loop(DelayingProxyOptions options)
    : half_trip_ns(options.round_trip_us * 500), target_port_(options.target_port) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(options.listen_port);
  socklen_t length = sizeof address;
  STELE_CHECK(::bind(listening_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  STELE_CHECK(::listen(listening_, 1024) == 0);
  STELE_CHECK(::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  waker_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  watch(listening_, &listening_);
  watch(waker_, &waker_);
  thread_ = std::thread([this] { run(); });
}

DelayingProxy::Loop::~Loop() {
  with([this] { stopping_ = true; });
  wake();
  thread_.join();
  connections.clear();
  for (const int file : {listening_, epoll_, waker_}) ::close(file);
}

void DelayingProxy::Loop::watch(int socket, void* data) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = data;
  STELE_CHECK(::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0);
}

void DelayingProxy::Loop::run() {
  std::vector<epoll_event> events;
  for (;;) {
    wait(events);
    base::Lock lock(mutex_);
    if (stopping_) return;
    // What came is taken before what is due is sent: a request that crossed an answer on its way
    // did not wait for it.
    for (const epoll_event& event : events) handle(event);
    flush_due();
    bury();
  }
}

// Until something happens or is due. Only this thread touches `due_`.
void DelayingProxy::Loop::wait(std::vector<epoll_event>& events) {
  events.resize(256);
  timespec time{3600, 0};
  if (!due_.empty()) {
    const Ns left = std::max<Ns>(due_.front().ns - now_ns(), 0);
    time = {left / 1'000'000'000, left % 1'000'000'000};
  }
  const int n =
      ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &time, nullptr);
  events.resize(static_cast<std::size_t>(std::max(n, 0)));
}

void DelayingProxy::Loop::handle(const epoll_event& event) {
  if (event.data.ptr == &listening_) return accept_all();
  if (event.data.ptr == &waker_) {
    std::uint64_t count = 0;
    STELE_CHECK(::read(waker_, &count, sizeof count) == sizeof count);
    // Something may have been released.
    for (const auto& connection : connections) {
      for (const int i : {0, 1}) flush(*connection, i, now_ns());
      arm(*connection);
    }
    return;
  }
  const auto& end = *static_cast<Connection::End*>(event.data.ptr);
  Connection& connection = *end.connection;
  if (connection.dead) return;
  if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read(connection, end.index);
  if (event.events & EPOLLOUT) {
    connection.pipes[1 - end.index].blocked = false;
    flush(connection, 1 - end.index, now_ns());
  }
  arm(connection);
}

void DelayingProxy::Loop::accept_all() {
  for (;;) {
    const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_port_);
    auto connection = std::make_shared<Connection>(client, server);
    // On the loopback that is done at once, one way or the other.
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      continue;
    }
    STELE_CHECK(::fcntl(server, F_SETFL, O_NONBLOCK) == 0);
    ++counts.connections;
    for (int i : {0, 1}) {
      send_at_once(connection->sockets[i]);
      watch(connection->sockets[i], &connection->ends[i]);
    }
    connections.insert(std::move(connection));
  }
}

// Says to the system what is waited for now.
void DelayingProxy::Loop::arm(Connection& connection) {
  if (connection.dead) return;
  for (const int i : {0, 1}) {
    const Pipe &in = connection.pipes[i], &out = connection.pipes[1 - i];
    const bool reads = !in.ended && !in.full;
    const std::uint32_t wanted = (reads ? EPOLLIN : 0u) | (out.blocked ? EPOLLOUT : 0u);
    if (wanted == connection.armed[i]) continue;
    connection.armed[i] = wanted;
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &connection.ends[i];
    STELE_CHECK(::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.sockets[i], &event) == 0);
  }
}

// --- what comes --------------------------------------------------------------------------------

void DelayingProxy::Loop::read(Connection& connection, int i) {
  Pipe& pipe = connection.pipes[i];
  if (pipe.ended || pipe.full) {
    // Somebody is gone who is not listened to.
    char byte;
    const auto peeked = ::recv(connection.sockets[i], &byte, 1, MSG_PEEK);
    if (peeked < 0 && errno != EAGAIN) kill(connection);
    return;
  }
  const ssize_t n = ::recv(connection.sockets[i], scratch_.data(), scratch_.size(), 0);
  if (n > 0) return take(connection, i, {scratch_.data(), static_cast<std::size_t>(n)});
  if (n < 0 && errno == EAGAIN) return;
  if (n < 0) return kill(connection);
  pipe.ended = true;
  enqueue(connection, i, {});
}

void DelayingProxy::Loop::take(Connection& connection, int i, std::string_view bytes) {
  if (i == 0) counts.bytes_to_server += bytes.size();
  if (!connection.is_http) {
    connection.is_http = i == 0 && bytes.front() >= 'A' && bytes.front() <= 'Z';
  }
  Chunk chunk;
  if (*connection.is_http) {
    while (!bytes.empty()) take_message(connection, i, bytes, chunk);
  } else {
    if (i == 0) connection.raw_round = round_of_request();
    pass(connection, i, bytes, chunk);
  }
  if (!chunk.bytes.empty() || chunk.cut_at) enqueue(connection, i, std::move(chunk));
}

// What comes first and belongs to one message.
void DelayingProxy::Loop::take_message(Connection& connection, int i, std::string_view& bytes,
                                       Chunk& chunk) {
  Pipe& pipe = connection.pipes[i];
  HttpFraming::Step step = pipe.framing.take(bytes);
  const auto taken = bytes.substr(0, step.bytes);
  bytes.remove_prefix(step.bytes);
  if (step.has_head) take_head(connection, i, step);
  // A head goes on as a whole, once it is known what befalls its message.
  if (step.in_head && !step.has_head) return;
  pass(connection, i, step.in_head ? std::string_view(pipe.framing.head()) : taken, chunk);
  if (!step.ended) return;
  if (i == 1 && !connection.pending.empty()) {
    chunk.answered.push_back(std::move(connection.pending.front()));
    connection.pending.pop_front();
  }
  pipe.message_bytes = 0;
  pipe.is_fault_known = pipe.garbled = false;
}

void DelayingProxy::Loop::take_head(Connection& connection, int i, HttpFraming::Step& step) {
  const HttpFraming& framing = connection.pipes[i].framing;
  if (i == 0) {
    connection.pending.push_back(count_request(framing));
  } else if (!connection.pending.empty() && framing.status() / 100 != 1) {
    const Pending& pending = connection.pending.front();
    if (ProxiedRequest* request = kept(pending)) request->status = framing.status();
    if (pending.method == "HEAD" && connection.pipes[i].framing.expect_no_body()) {
      step.ended = true;
    }
  }
}

// Bytes of one message, and what befalls them.
void DelayingProxy::Loop::pass(Connection& connection, int i, std::string_view bytes,
                               Chunk& chunk) {
  Pipe& pipe = connection.pipes[i];
  if (pipe.cut) return;
  if (!pipe.is_fault_known) find_fault(connection, pipe);
  const auto add = [&](std::string_view some) {
    for (const char c : pipe.garbled ? some : std::string_view()) {
      chunk.bytes.push_back(static_cast<char>(c ^ kGarble));
    }
    if (!pipe.garbled) chunk.bytes.insert(chunk.bytes.end(), some.begin(), some.end());
    pipe.message_bytes += some.size();
    if (i == 1 && !connection.pending.empty()) {
      if (auto* request = kept(connection.pending.front())) request->response_bytes += some.size();
    }
  };
  if (pipe.fault && pipe.message_bytes + bytes.size() >= pipe.fault->after_bytes) {
    const auto unharmed = static_cast<std::size_t>(pipe.fault->after_bytes - pipe.message_bytes);
    add(bytes.substr(0, unharmed));
    bytes.remove_prefix(unharmed);
    befall(pipe, chunk);
    if (pipe.cut) return;
  }
  add(bytes);
}

void DelayingProxy::Loop::find_fault(const Connection& connection, Pipe& pipe) {
  pipe.is_fault_known = true;
  pipe.fault.reset();
  const bool is_request = pipe.side == Side::request;
  if (*connection.is_http && connection.pending.empty()) return;
  for (ProxyFault& fault : faults) {
    if (fault.side != pipe.side || fault.times == 0) continue;
    if (*connection.is_http) {
      const Pending& of = is_request ? connection.pending.back() : connection.pending.front();
      if (!fault.method.empty() && fault.method != of.method) continue;
      if (of.target.find(fault.target_part) == std::string::npos) continue;
    } else if (!fault.method.empty() || !fault.target_part.empty()) {
      continue;
    }
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    --fault.times;
    pipe.fault = fault;
    return;
  }
}

void DelayingProxy::Loop::befall(Pipe& pipe, Chunk& chunk) {
  ++faults_done;
  pipe.garbled = pipe.fault->kind == Kind::garble;
  if (pipe.fault->kind == Kind::stall) chunk.stalls_at = chunk.bytes.size();
  pipe.cut = pipe.fault->kind == Kind::cut;
  if (pipe.cut) chunk.cut_at = chunk.bytes.size();
  pipe.fault.reset();
}

void DelayingProxy::Loop::release_stalled() {
  for (const auto& connection : connections) {
    for (Pipe& pipe : connection->pipes) {
      pipe.stalled = false;
      for (Chunk& chunk : pipe.queue) chunk.stalls_at.reset();
    }
  }
}

void DelayingProxy::Loop::cut_connections() {
  for (const auto& connection : connections) kill(*connection);
}

void DelayingProxy::Loop::kill(Connection& connection) { connection.dead = some_are_dead_ = true; }

// --- what goes ---------------------------------------------------------------------------------

void DelayingProxy::Loop::enqueue(Connection& connection, int i, Chunk chunk) {
  Pipe& pipe = connection.pipes[i];
  chunk.due = now_ns() + half_trip_ns;
  // Never before what came earlier, whatever the round trip was then.
  if (!due_.empty()) chunk.due = std::max(chunk.due, due_.back().ns);
  pipe.queued_bytes += chunk.bytes.size();
  pipe.full = pipe.queued_bytes > kQueuedBytesMax;
  due_.push_back({chunk.due, connection.weak_from_this(), i});
  pipe.queue.push_back(std::move(chunk));
}

void DelayingProxy::Loop::flush_due() {
  const Ns now = now_ns();
  while (!due_.empty() && due_.front().ns <= now) {
    const auto connection = due_.front().connection.lock();
    const int i = due_.front().pipe;
    due_.pop_front();
    if (!connection || connection->dead) continue;
    flush(*connection, i, now);
    arm(*connection);
  }
}

// Sends what is due, as far as it is taken.
void DelayingProxy::Loop::flush(Connection& connection, int i, Ns now) {
  Pipe& pipe = connection.pipes[i];
  while (!pipe.queue.empty() && !pipe.blocked && !pipe.stalled && !connection.dead) {
    Chunk& chunk = pipe.queue.front();
    if (chunk.due > now || !send(connection, i, chunk)) return;
    end_chunk(connection, i, chunk);
    pipe.queue.pop_front();
  }
  if (!pipe.queue.empty() || connection.dead) return;
  if (pipe.ended && !pipe.shut) {
    pipe.shut = true;
    ::shutdown(connection.sockets[1 - i], SHUT_WR);
    if (connection.pipes[1 - i].shut) kill(connection);
  }
}

// True if all of it is sent.
bool DelayingProxy::Loop::send(Connection& connection, int i, Chunk& chunk) {
  Pipe& pipe = connection.pipes[i];
  const std::size_t end = std::min(
      {chunk.bytes.size(), chunk.stalls_at.value_or(SIZE_MAX), chunk.cut_at.value_or(SIZE_MAX)});
  while (chunk.sent < end) {
    const ssize_t n = ::send(connection.sockets[1 - i], chunk.bytes.data() + chunk.sent,
                             end - chunk.sent, MSG_NOSIGNAL);
    if (n < 0) {
      pipe.blocked = errno == EAGAIN;
      if (errno != EAGAIN) kill(connection);
      return false;
    }
    chunk.sent += static_cast<std::size_t>(n);
    if (i == 1) counts.bytes_to_client += static_cast<std::uint64_t>(n);
  }
  if (chunk.cut_at == chunk.sent) kill(connection);
  pipe.stalled = chunk.stalls_at == chunk.sent;
  return !pipe.stalled && !connection.dead;
}

void DelayingProxy::Loop::end_chunk(Connection& connection, int i, const Chunk& chunk) {
  Pipe& pipe = connection.pipes[i];
  pipe.queued_bytes -= chunk.bytes.size();
  pipe.full = pipe.queued_bytes > kQueuedBytesMax;
  for (const Pending& pending : chunk.answered) answer(pending);
  if (i == 1 && !connection.is_http.value_or(false) && !chunk.bytes.empty()) {
    end_round(connection.raw_round);
  }
}

void DelayingProxy::Loop::bury() {
  if (!some_are_dead_) return;
  some_are_dead_ = false;
  std::erase_if(connections, [this](const auto& connection) {
    if (!connection->dead) return false;
    // Their answers never come; the client knows by now.
    for (const Pipe& pipe : connection->pipes) {
      for (const Chunk& chunk : pipe.queue) {
        for (const Pending& pending : chunk.answered) answer(pending);
      }
    }
    for (const Pending& pending : connection->pending) answer(pending);
    return true;
  });
}

// --- counting ----------------------------------------------------------------------------------

std::uint64_t DelayingProxy::Loop::round_of_request() {
  if (round_is_over) ++counts.rounds;
  round_is_over = false;
  return counts.rounds;
}

void DelayingProxy::Loop::end_round(std::uint64_t round) {
  if (round == counts.rounds) round_is_over = true;
}

Pending DelayingProxy::Loop::count_request(const HttpFraming& framing) {
  Pending pending{.round = round_of_request(),
                  .epoch = epoch,
                  .method = std::string(framing.method()),
                  .target = std::string(framing.target())};
  ++counts.requests;
  ++counts.methods[pending.method];
  counts.in_flight_max = std::max(counts.in_flight_max, ++in_flight);
  if (requests.size() < kRequestsKeptMax) {
    pending.kept = requests.size();
    requests.push_back({pending.method, pending.target, pending.round});
  }
  return pending;
}

void DelayingProxy::Loop::answer(const Pending& pending) {
  if (pending.epoch != epoch) return;
  --in_flight;
  end_round(pending.round);
}

ProxiedRequest* DelayingProxy::Loop::kept(const Pending& pending) {
  if (pending.epoch != epoch || pending.kept >= requests.size()) return nullptr;
  return &requests[pending.kept];
}

// --- the proxy ---------------------------------------------------------------------------------

DelayingProxy::DelayingProxy(DelayingProxyOptions options)
    : loop_(std::make_unique<Loop>(options)) {}
DelayingProxy::~DelayingProxy() = default;

int DelayingProxy::port() const { return loop_->port; }
std::string DelayingProxy::url() const { return base::text("http://127.0.0.1:", port()); }

void DelayingProxy::set_round_trip_us(std::int64_t us) {
  loop_->with([&] { loop_->half_trip_ns = us * 500; });
}

ProxyCounts DelayingProxy::counts() const {
  return loop_->with([&] { return loop_->counts; });
}

std::vector<ProxiedRequest> DelayingProxy::requests() const {
  return loop_->with([&] { return loop_->requests; });
}

void DelayingProxy::reset_counts() {
  loop_->with([&] {
    loop_->counts = {};
    loop_->requests.clear();
    loop_->in_flight = 0;
    loop_->round_is_over = true;
    ++loop_->epoch;
  });
}

void DelayingProxy::add_fault(ProxyFault fault) {
  loop_->with([&] { loop_->faults.push_back(std::move(fault)); });
}

void DelayingProxy::clear_faults() {
  loop_->with([&] {
    loop_->faults.clear();
    loop_->release_stalled();
  });
  loop_->wake();
}

int DelayingProxy::faults_done() const {
  return loop_->with([&] { return loop_->faults_done; });
}

void DelayingProxy::cut_all() {
  loop_->with([&] { loop_->cut_connections(); });
  loop_->wake();
}

}  // namespace stele::net
