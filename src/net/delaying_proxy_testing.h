// DelayingProxy: stands before a server on this machine, makes the way to it as long as it is to a
// server far away, counts what goes through, and can do harm to it. On 127.0.0.1 only.
//
//     DelayingProxy proxy({.target_port = 8080, .round_trip_us = 20'000});
//     client.send({.url = proxy.url() + "/packs/5f0c"});
//     proxy.counts().rounds …
//
// Bytes are handed on half a round trip after they came, in each direction, in their order. So an
// answer comes a round trip later than it would; bandwidth is what the machine gives, and opening a
// connection costs nothing: what is measured are warm connections.
//
// *Rounds* are counted at the client's end of the proxy. The first request begins a round; a
// request whose head is complete after the last byte of an answer to some request of the present
// round was handed to the client begins the next one. So requests issued together are one round,
// one that may have waited for an answer is in another, and no more than the client has in flight
// can be in one. That tells rounds apart only if the round trip is longer than issuing a round
// takes.
//
// A connection whose first byte is no capital letter (TLS, PostgreSQL) is not looked into: it has
// no requests, what the client sends counts as one where rounds are concerned, and any bytes handed
// to the client end the round in which it last sent something.
//
// Faults befall messages one by one; see ProxyFault. They are how a test breaks a connection in the
// middle of an answer, or loses the answer to a request that was carried out.
//
// Thread safety: full. A thread of its own does the work. Sustains more than 10,000 requests and
// 1 GB a second where it has a core of its own (net_bench).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stele::net {

struct DelayingProxyOptions {
  int target_port = 0;  // on 127.0.0.1
  int listen_port = 0;  // 0: one that is free
  std::int64_t round_trip_us = 0;
};

struct ProxyCounts {
  std::uint64_t connections = 0;
  std::uint64_t rounds = 0;
  std::uint64_t requests = 0;
  std::map<std::string, std::uint64_t> methods;  // requests by their method
  std::uint64_t in_flight_max = 0;               // requests that had come and were not answered
  std::uint64_t bytes_to_server = 0;             // taken from clients
  std::uint64_t bytes_to_client = 0;             // handed to clients
};

struct ProxiedRequest {
  std::string method;
  std::string target;  // path and query, as they came
  std::uint64_t round = 0;
  std::uint64_t response_bytes = 0;  // head and body, as far as they were handed on
  int status = 0;                    // 0: no answer yet
};

// What befalls requests or responses. A message is let through up to `after_bytes` of it, head
// included, and then it happens; a shorter one goes through unharmed. On a connection that is not
// looked into what goes one way is one message, and only a fault that names neither method nor
// target befalls it.
struct ProxyFault {
  enum class Kind : std::uint8_t {
    cut,     // both connections are closed
    stall,   // nothing more goes that way over the connection until the faults are cleared
    garble,  // every further byte of the message is another one
  };
  enum class Side : std::uint8_t { request, response };
  Kind kind = Kind::cut;
  // request: the server never gets what lies behind; response: the server has done what was asked.
  Side side = Side::response;
  std::string method;       // of the request; empty: any
  std::string target_part;  // its path and query contain this; empty: any
  std::uint64_t after_bytes = 0;
  int skip = 0;   // so many messages that it would befall go unharmed first
  int times = 1;  // and so many it befalls
};

class DelayingProxy {
 public:
  explicit DelayingProxy(DelayingProxyOptions options);
  // Closes all connections.
  ~DelayingProxy();
  DelayingProxy(const DelayingProxy&) = delete;
  DelayingProxy& operator=(const DelayingProxy&) = delete;

  int port() const;
  std::string url() const;  // http://127.0.0.1:PORT

  // For what comes from now on.
  void set_round_trip_us(std::int64_t us);

  ProxyCounts counts() const;
  // The first 65,536 requests since the start or the last reset, in the order they came.
  std::vector<ProxiedRequest> requests() const;
  // Counts start anew; the next request begins round 1. For when nothing is in flight.
  void reset_counts();

  // Beside those there are; each message is befallen by the first fault that fits.
  void add_fault(ProxyFault fault);
  // Also lets go on what was stalled.
  void clear_faults();
  // How many messages were harmed so far.
  int faults_done() const;
  // Closes all connections that are open now; new ones are taken.
  void cut_all();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace stele::net
