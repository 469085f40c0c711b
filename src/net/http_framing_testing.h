// HttpFraming: where messages of HTTP/1.1 begin and end in what goes one way over a connection. It
// is for who stands in between and does not want to keep bodies: heads are gathered, bodies only
// measured.
//
//     HttpFraming framing(HttpFraming::Side::request);
//     while (!bytes.empty()) {
//       const auto step = framing.take(bytes);
//       bytes.remove_prefix(step.bytes);
//       if (step.has_head) … framing.head(), and then framing.expect_no_body() where that is so
//       if (step.ended) … the message is over
//     }
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stele::net {

class HttpFraming {
 public:
  enum class Side : std::uint8_t { request, response };
  explicit HttpFraming(Side side) : side_(side) {}

  struct Step {
    std::size_t bytes = 0;  // taken, at least one; never of two messages
    bool in_head = false;   // they belong to a head
    bool has_head = false;  // which they complete
    bool ended = false;     // the message ends with them
  };
  // What comes first in `bytes`, which must not be empty.
  Step take(std::string_view bytes);

  // The last complete head, with the empty line behind it.
  const std::string& head() const { return head_; }
  // Of a response whose head has just been completed: it is one to HEAD. True if it ends with that.
  bool expect_no_body();

  // "GET" and "/path?query" of a request; the status of a response.
  std::string_view method() const;
  std::string_view target() const;
  int status() const;

 private:
  enum class State : std::uint8_t { head, fixed, chunk_size, chunk, trailer, until_close };

  Step take_head(std::string_view bytes);
  Step take_line(std::string_view bytes);
  Step take_counted(std::string_view bytes);
  void begin_body(Step& step);
  void end_line(Step& step);
  std::string_view header(std::string_view name) const;
  std::string_view word(int number) const;

  const Side side_;
  State state_ = State::head;
  bool head_is_whole_ = false;
  std::uint64_t left_ = 0;  // bytes of a body or chunk
  std::string head_;
  std::string line_;  // the size of a chunk, or a trailer, as far as it has come
};

}  // namespace stele::net
