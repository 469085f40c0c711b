#include <vector>

#include <gtest/gtest.h>

#include "net/http_framing_testing.h"

namespace stele::net {
namespace {

using Side = HttpFraming::Side;

// The messages of what is sent, cut into pieces of so many bytes: how long each is. HEAD's answers
// are those whose head says so.
std::vector<std::size_t> lengths(Side side, std::string_view sent, std::size_t piece_bytes) {
  HttpFraming framing(side);
  std::vector<std::size_t> found(1, 0);
  while (!sent.empty()) {
    auto piece = sent.substr(0, piece_bytes);
    sent.remove_prefix(piece.size());
    while (!piece.empty()) {
      auto step = framing.take(piece);
      EXPECT_GE(step.bytes, 1u);
      piece.remove_prefix(step.bytes);
      found.back() += step.bytes;
      if (step.has_head && framing.head().find("Answers: HEAD") != std::string::npos) {
        step.ended = framing.expect_no_body() || step.ended;
      }
      if (step.ended) found.push_back(0);
    }
  }
  if (found.back() == 0) found.pop_back();
  return found;
}

// In pieces of every size from one byte on.
void expect_lengths(Side side, const std::vector<std::string>& messages) {
  std::string sent;
  std::vector<std::size_t> expected;
  for (const auto& message : messages) {
    sent += message;
    expected.push_back(message.size());
  }
  for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
    EXPECT_EQ(lengths(side, sent, piece), expected) << piece;
  }
}

TEST(HttpFraming, FindsRequestsWithAndWithoutBodies) {
  expect_lengths(Side::request, {"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
                                 "PUT /b HTTP/1.1\r\ncontent-LENGTH:  4 \r\n\r\n\r\n\r\n",
                                 "DELETE /c HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
                                 "POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "a;x=y\r\n0123456789\r\n1\r\n\n\r\n0\r\nTrailer: 1\r\n\r\n",
                                 "GET /e HTTP/1.1\r\n\r\n"});
}

TEST(HttpFraming, FindsResponsesWithAndWithoutBodies) {
  expect_lengths(
      Side::response,
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
       "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
       "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nAnswers: HEAD\r\n\r\n",
       "HTTP/1.1 200 OK\r\nAnswers: HEAD\r\n\r\n",
       "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 200 OK\r\n\r\nup to the end\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"});
}

TEST(HttpFraming, KnowsTheWordsOfTheFirstLine) {
  HttpFraming request(Side::request);
  EXPECT_TRUE(request.take("PUT /a/b?c=d HTTP/1.1\r\n\r\n").has_head);
  EXPECT_EQ(request.method(), "PUT");
  EXPECT_EQ(request.target(), "/a/b?c=d");
  HttpFraming response(Side::response);
  EXPECT_TRUE(response.take("HTTP/1.1 412 Precondition Failed\r\n\r\n").has_head);
  EXPECT_EQ(response.status(), 412);
}

}  // namespace
}  // namespace stele::net
