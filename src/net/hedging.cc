#include "net/hedging.h"

#include <algorithm>

namespace stele::net {
namespace {

constexpr std::size_t kLookEvery = 8;  // answers
// A little more than the slowest of those that are not late.
constexpr std::int64_t with_slack(std::int64_t ms) { return ms + ms / 2; }

}  // namespace

void Hedging::began() { saved_ = std::min(saved_ + 1, kSavedMax * kRequestsForOne); }

void Hedging::answered(std::int64_t ms) {
  latest_ms_[answers_++ % latest_ms_.size()] = ms;
  if (answers_ >= kAnswersLeast && (!delay_ms_ || answers_ % kLookEvery == 0)) look();
}

void Hedging::look() {
  auto sorted = latest_ms_;
  const auto known = static_cast<std::ptrdiff_t>(std::min(answers_, sorted.size()));
  const auto at = sorted.begin() + known * 19 / 20;
  std::nth_element(sorted.begin(), at, sorted.begin() + known);
  delay_ms_ = std::max(with_slack(*at), kDelayLeastMs);
}

void Hedging::pushed_back(std::int64_t now_ms) {
  calm_until_ms_ = now_ms + kCalmMs;
  saved_ = 0;
}

bool Hedging::take(std::int64_t now_ms) {
  if (now_ms < calm_until_ms_ || saved_ < kRequestsForOne) return false;
  saved_ -= kRequestsForOne;
  return true;
}

}  // namespace stele::net
