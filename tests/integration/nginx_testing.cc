#include "nginx_testing.h"

#include <fstream>

#include "base/environment.h"
#include "base/text.h"

namespace stele::scene {

using base::text;

namespace {

// nginx writes its log when an answer has been sent, which may be after it has been read.
constexpr std::int64_t kLogMs = 50;

std::string content(const std::string& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

Nginx& Nginx::instance() {
  static Nginx nginx;
  return nginx;
}

std::string Nginx::new_folder() { return text("db", folders_++); }

std::vector<std::string> Nginx::requests(const std::string& folder) {
  base::system_environment().sleep_ms(kLogMs);
  const std::string log = content((*this)["access_log"]);
  std::vector<std::string> lines;
  const std::string part = text('/', folder, '/');
  for (auto begin = std::exchange(log_bytes_seen_, log.size()); begin < log.size();) {
    const auto end = std::min(log.find('\n', begin), log.size());
    const auto line = log.substr(begin, end - begin);
    if (line.find(part) != std::string::npos) lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

}  // namespace stele::scene
