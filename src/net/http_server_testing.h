// A small HTTP/1.1 server on 127.0.0.1 for tests: what it answers is said by a function, and it can
// misbehave: drop a request, hang, send nonsense.
//
// Thread safety: the handler is called from a thread per connection, several at once.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "net/http_client.h"

namespace stele::net {

struct ServedRequest {
  std::string method;
  std::string target;                          // path and query, as they came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct ServedResponse {
  enum class Then {
    keep,   // answer and go on
    close,  // answer and close
    drop,   // close without an answer
    hang,   // say nothing until the server ends
    raw,    // send the body as it is, without status or headers, and close
  };
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  Then then = Then::keep;
};

class TestHttpServer {
 public:
  using Handler = std::function<ServedResponse(const ServedRequest&)>;
  explicit TestHttpServer(Handler handler);
  ~TestHttpServer();

  std::string url() const;  // http://127.0.0.1:PORT
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void accept_all();
  void serve(int socket);
  bool answer(int socket, const ServedRequest& request, const ServedResponse& response);
  void wait_for_end();

  const Handler handler_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  base::Mutex mutex_;
  base::Condition ended_;
  bool ending_ = false;
  std::vector<int> sockets_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace stele::net
