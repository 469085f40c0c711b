#include "nginx_testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "base/environment.h"
#include "base/text.h"

namespace stele::scene {

using base::text;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kStartMs = 30'000;
// nginx writes its log when an answer has been sent, which may be after it has been read.
constexpr std::int64_t kLogMs = 50;

std::string content(const fs::path& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "nginx did not start: %s\n", why.c_str());
  std::abort();
}

}  // namespace

Nginx& Nginx::instance() {
  static Nginx nginx;
  return nginx;
}

Nginx::Nginx() {
  auto& environment = base::system_environment();
  directory_ =
      fs::temp_directory_path() / text("stele-nginx-", to_string(environment.random_uuid()));
  script_ = ::popen(text("exec '", STELE_SERVERS, "/nginx' '", directory_, "'").c_str(), "w");
  STELE_CHECK(script_ != nullptr);
  const auto end = base::deadline_after(environment, kStartMs);
  while (!fs::exists(directory_ + "/ready")) {
    if (fs::exists(directory_ + "/failed")) give_up(content(directory_ + "/failed"));
    if (base::passed(end, environment)) give_up("it takes too long");
    environment.sleep_ms(20);
  }
  std::ifstream ready(directory_ + "/ready");
  for (std::string line; std::getline(ready, line);) {
    const auto equals = line.find('=');
    values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
}

Nginx::~Nginx() { ::pclose(script_); }

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
