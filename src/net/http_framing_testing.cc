#include "net/http_framing_testing.h"

#include <algorithm>
#include <charconv>

namespace stele::net {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c + 0; };
    return lower(x) == lower(y);
  });
}

template <typename Number>
Number number_of(std::string_view text, int base = 10) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

HttpFraming::Step HttpFraming::take(std::string_view bytes) {
  switch (state_) {
    case State::head:
      return take_head(bytes);
    case State::fixed:
    case State::chunk:
      return take_counted(bytes);
    case State::chunk_size:
    case State::trailer:
      return take_line(bytes);
    case State::until_close:
      break;
  }
  return {.bytes = bytes.size()};
}

HttpFraming::Step HttpFraming::take_head(std::string_view bytes) {
  if (head_is_whole_) head_.clear();
  head_is_whole_ = false;
  // The end may lie across what came before and what comes now.
  const std::size_t known = head_.size();
  head_.append(bytes);
  const auto end = head_.find(kHeadEnd, known < 3 ? 0 : known - 3);
  if (end == std::string::npos) return {.bytes = bytes.size(), .in_head = true};
  head_.resize(end + kHeadEnd.size());
  head_is_whole_ = true;
  Step step{.bytes = head_.size() - known, .in_head = true, .has_head = true};
  begin_body(step);
  return step;
}

void HttpFraming::begin_body(Step& step) {
  const bool is_response = side_ == Side::response;
  // An interim answer: the one that counts comes behind it.
  if (is_response && status() / 100 == 1) return;
  const auto length = header("content-length");
  left_ = number_of<std::uint64_t>(length);
  if (is_response && (status() == 204 || status() == 304)) {
    step.ended = true;
  } else if (equal_but_for_case(header("transfer-encoding"), "chunked")) {
    state_ = State::chunk_size;
    line_.clear();
  } else if (left_ > 0) {
    state_ = State::fixed;
  } else if (is_response && length.empty()) {
    state_ = State::until_close;
  } else {
    step.ended = true;
  }
}

bool HttpFraming::expect_no_body() {
  const bool had_body = state_ != State::head;
  state_ = State::head;
  return had_body;
}

HttpFraming::Step HttpFraming::take_counted(std::string_view bytes) {
  const auto n = std::min<std::uint64_t>(left_, bytes.size());
  left_ -= n;
  Step step{.bytes = static_cast<std::size_t>(n)};
  if (left_ > 0) return step;
  step.ended = state_ == State::fixed;
  state_ = step.ended ? State::head : State::chunk_size;
  return step;
}

HttpFraming::Step HttpFraming::take_line(std::string_view bytes) {
  const auto end = bytes.find('\n');
  Step step{.bytes = end == std::string_view::npos ? bytes.size() : end + 1};
  line_.append(bytes.substr(0, step.bytes));
  if (end != std::string_view::npos) end_line(step);
  return step;
}

// A chunk is a line with its size, its bytes and an empty line; behind the one without bytes come
// trailers and an empty line.
void HttpFraming::end_line(Step& step) {
  const bool is_empty = line_ == "\r\n" || line_ == "\n";
  if (state_ == State::trailer) {
    step.ended = is_empty;
    if (is_empty) state_ = State::head;
  } else {
    left_ = number_of<std::uint64_t>(line_, 16);
    state_ = left_ > 0 ? State::chunk : State::trailer;
    left_ += 2;  // the empty line
  }
  line_.clear();
}

std::string_view HttpFraming::word(int number) const {
  std::string_view line = std::string_view(head_).substr(0, head_.find("\r\n"));
  for (; number > 0; --number) {
    const auto space = line.find(' ');
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  return line.substr(0, line.find(' '));
}

std::string_view HttpFraming::method() const { return word(0); }
std::string_view HttpFraming::target() const { return word(1); }
int HttpFraming::status() const { return number_of<int>(word(1)); }

std::string_view HttpFraming::header(std::string_view name) const {
  std::string_view rest = head_;
  for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_but_for_case(line.substr(0, colon), name)) {
      continue;
    }
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    return value;
  }
  return {};
}

}  // namespace stele::net
