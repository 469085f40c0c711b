#include "progress.h"

#include <cstdio>

#include <unistd.h>

namespace debian {

using std::chrono::steady_clock;

namespace {
constexpr auto kBetween = std::chrono::milliseconds(50);
constexpr int kBarCells = 24;
}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDOUT_FILENO) == 1), begun_(steady_clock::now()) {
  show(0, "");
}

void Progress::show(double part, const std::string& more) {
  const auto now = steady_clock::now();
  if (!terminal_ || now - shown_ < kBetween) return;
  shown_ = now;
  const int full = static_cast<int>(part * kBarCells);
  std::string bar;
  for (int i = 0; i < kBarCells; ++i) bar += i < full ? "━" : "─";
  std::printf("\r\033[K  %-28s %s %3d%%  %s", what_.c_str(), bar.c_str(),
              static_cast<int>(part * 100), more.c_str());
  std::fflush(stdout);
}

void Progress::finish(const std::string& result) {
  std::printf("%s  %-28s %s\n", terminal_ ? "\r\033[K" : "", what_.c_str(), result.c_str());
  std::fflush(stdout);
}

double Progress::seconds() const {
  return std::chrono::duration<double>(steady_clock::now() - begun_).count();
}

std::string grouped(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

}  // namespace debian
