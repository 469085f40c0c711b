#include "base/server_script_testing.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "base/check.h"
#include "base/environment.h"
#include "base/text.h"

namespace stele::base {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kPatienceMs = 120'000;
constexpr std::int64_t kLookMs = 5;

std::string content(const std::string& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string random_name() {
  std::array<std::uint8_t, 16> bytes{};
  system_environment().fill_random(bytes);
  return to_hex(bytes);
}

}  // namespace

ServerScript::ServerScript(const std::string& name, const std::string& arguments) : name_(name) {
  directory_ = fs::temp_directory_path() / text("stele-", name, '-', random_name());
  const auto call = text("exec '", STELE_SERVERS, '/', name, "' '", directory_, "' ", arguments);
  script_ = ::popen(call.c_str(), "we");
  STELE_CHECK(script_ != nullptr);
  await("ready", "");
  std::ifstream ready(directory_ + "/ready");
  for (std::string line; std::getline(ready, line);) {
    const auto equals = line.find('=');
    values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
}

ServerScript::~ServerScript() { ::pclose(script_); }

void ServerScript::command(const std::string& what) {
  STELE_CHECK(std::fprintf(script_, "%s\n", what.c_str()) > 0 && std::fflush(script_) == 0);
  await("done", text(++commands_, '\n'));
}

// Waits until the file is there and has that content, if any is wanted.
void ServerScript::await(const std::string& file, const std::string& wanted) {
  auto& environment = system_environment();
  const auto end = deadline_after(environment, kPatienceMs);
  const std::string path = directory_ + '/' + file;
  while (!fs::exists(path) || (!wanted.empty() && content(path) != wanted)) {
    const std::string failed = directory_ + "/failed";
    if (fs::exists(failed)) give_up(content(failed));
    if (passed(end, environment)) give_up("it takes too long");
    environment.sleep_ms(kLookMs);
  }
}

void ServerScript::give_up(const std::string& why) const {
  std::fprintf(stderr, "tests/servers/%s: %s\n", name_.c_str(), why.c_str());
  std::abort();
}

}  // namespace stele::base
