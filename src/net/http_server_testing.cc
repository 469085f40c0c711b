#include "net/http_server_testing.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"

namespace stele::net {
namespace {

using Then = ServedResponse::Then;

std::string lower_case(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return s;
}

// More bytes of the connection behind `buffer`; false at its end.
bool receive(int socket, std::string& buffer) {
  char chunk[1 << 16];
  const ssize_t bytes = ::recv(socket, chunk, sizeof chunk, 0);
  if (bytes <= 0) return false;
  buffer.append(chunk, static_cast<std::size_t>(bytes));
  return true;
}

bool send_whole(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// The request's line and headers, without the empty line behind them.
ServedRequest parse_head(std::string_view head) {
  ServedRequest request;
  const auto line = head.substr(0, head.find("\r\n"));
  const auto first = line.find(' '), last = line.rfind(' ');
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  for (auto at = head.find("\r\n"); at != std::string_view::npos;) {
    const auto begin = at + 2;
    at = head.find("\r\n", begin);
    const auto header = head.substr(begin, at == std::string_view::npos ? at : at - begin);
    const auto colon = header.find(':');
    if (colon == std::string_view::npos) continue;
    auto value = header.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers[lower_case(std::string(header.substr(0, colon)))] = value;
  }
  return request;
}

bool receive_request(int socket, std::string& buffer, ServedRequest& request) {
  std::size_t end;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
    // A client that begins TLS would wait for an answer that never comes.
    if (!receive(socket, buffer) || buffer[0] == '\x16') return false;
  request = parse_head(std::string_view(buffer).substr(0, end));
  std::size_t length = 0;
  const std::string told = request.header("content-length");
  std::from_chars(told.data(), told.data() + told.size(), length);
  while (buffer.size() < end + 4 + length)
    if (!receive(socket, buffer)) return false;
  request.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return true;
}

}  // namespace

TestHttpServer::TestHttpServer(Handler handler) : handler_(std::move(handler)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  STELE_CHECK(::bind(listening_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  STELE_CHECK(::listen(listening_, 256) == 0);
  STELE_CHECK(::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TestHttpServer::~TestHttpServer() {
  {
    base::Lock lock(mutex_);
    ending_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    ended_.notify_all();
  }
  ::shutdown(listening_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listening_);
}

std::string TestHttpServer::url() const { return base::text("http://127.0.0.1:", port_); }

void TestHttpServer::accept_all() {
  for (;;) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    base::Lock lock(mutex_);
    if (ending_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    if (socket < 0) continue;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] {
      serve(socket);
      ::shutdown(socket, SHUT_RDWR);
    });
  }
}

void TestHttpServer::serve(int socket) {
  std::string buffer;
  for (ServedRequest request; receive_request(socket, buffer, request);) {
    ++requests_;
    if (!answer(socket, request, handler_(request))) return;
  }
}

// False when the connection is to be closed.
bool TestHttpServer::answer(int socket, const ServedRequest& request,
                            const ServedResponse& response) {
  if (response.then == Then::drop) return false;
  if (response.then == Then::hang) return wait_for_end(), false;
  if (response.then == Then::raw) return send_whole(socket, response.body), false;
  std::string out = base::text("HTTP/1.1 ", response.status, " Said\r\n");
  bool has_length = response.status == 304 || response.status == 204;
  for (const auto& [name, value] : response.headers) {
    out += base::text(name, ": ", value, "\r\n");
    has_length = has_length || lower_case(name) == "content-length";
  }
  if (!has_length) out += base::text("Content-Length: ", response.body.size(), "\r\n");
  out += "\r\n";
  if (request.method != "HEAD") out += response.body;
  return send_whole(socket, out) && response.then == Then::keep;
}

void TestHttpServer::wait_for_end() {
  base::Lock lock(mutex_);
  while (!ending_) ended_.wait(lock);
}

}  // namespace stele::net
