// When a request is worth sending a second time, although its first answer may still come.
//
// Now and then one answer of many takes far longer than all others: a disk that is busy, a packet
// that was lost. Asked again, the server nearly always answers as fast as usual. So a second
// request goes out once the first has been silent for longer than nineteen of twenty answers took
// to begin, and the first answer wins.
//
// Invariants
//   G1  Second requests are at most one in kRequestsForOne of all that may be hedged, in any
//   stretch
//       of them but for kSavedMax that were saved up.
//   G2  There are none for kCalmMs after the server has said that it is asked too much.
//
// One object for each server. Thread safety: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace stele::net {

class Hedging {
 public:
  static constexpr int kRequestsForOne = 20;
  static constexpr int kSavedMax = 8;
  static constexpr std::int64_t kCalmMs = 10'000;
  // Servers nearby answer in a few milliseconds, but machines are busy at times.
  static constexpr std::int64_t kDelayLeastMs = 50;
  // So many answers are to be seen before any is called late.
  static constexpr std::size_t kAnswersLeast = 20;

  // A request that may be hedged is sent.
  void began();
  // Its answer began so long after it was sent.
  void answered(std::int64_t ms);
  // The server said that it is asked too much.
  void pushed_back(std::int64_t now_ms);

  // After how long without an answer a request is late; nothing while too little is known.
  std::optional<std::int64_t> delay_ms() const { return delay_ms_; }
  // May a second request be sent now? If so it is counted.
  bool take(std::int64_t now_ms);

 private:
  void look();

  std::array<std::int64_t, 128> latest_ms_{};  // a ring
  std::size_t answers_ = 0;
  std::optional<std::int64_t> delay_ms_;
  int saved_ = 0;  // in parts of kRequestsForOne
  std::int64_t calm_until_ms_ = INT64_MIN;
};

}  // namespace stele::net
