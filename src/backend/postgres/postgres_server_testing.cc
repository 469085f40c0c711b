#include "backend/postgres/postgres_server_testing.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/check.h"
#include "base/environment.h"
#include "base/text.h"

namespace stele::backend {

using base::text;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kPatienceMs = 120'000;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "The PostgreSQL server: %s\n", why.c_str());
  std::abort();
}

std::string content(const std::string& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  directory_ = fs::temp_directory_path() /
               text("stele-postgres-", to_string(base::system_environment().random_uuid()));
  script_ = ::popen(text("exec '", STELE_SERVERS, "/postgres' '", directory_, "'").c_str(), "we");
  STELE_CHECK(script_ != nullptr);
  await("ready", "");
  std::ifstream ready(directory_ + "/ready");
  for (std::string line; std::getline(ready, line);) {
    const auto equals = line.find('=');
    values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
}

PostgresServer::~PostgresServer() { ::pclose(script_); }

// Waits until the file is there and has that content, if any is wanted.
void PostgresServer::await(const std::string& file, const std::string& wanted) {
  auto& environment = base::system_environment();
  const auto end = base::deadline_after(environment, kPatienceMs);
  const std::string path = directory_ + '/' + file;
  while (!fs::exists(path) || (!wanted.empty() && content(path) != wanted)) {
    if (fs::exists(directory_ + "/failed")) give_up(content(directory_ + "/failed"));
    if (base::passed(end, environment)) give_up("it takes too long");
    environment.sleep_ms(5);
  }
}

void PostgresServer::command(const char* what) {
  STELE_CHECK(std::fprintf(script_, "%s\n", what) > 0 && std::fflush(script_) == 0);
  await("done", text(++commands_, '\n'));
}

std::string PostgresServer::url(const std::string& prefix, const std::string& role) const {
  return text("postgres://", role, "@127.0.0.1:", (*this)["port"], "/postgres?prefix=", prefix);
}

PostgresSettings PostgresServer::settings(const std::string& prefix,
                                          const std::string& role) const {
  return PostgresSettings::of_url(url(prefix, role)).value();
}

std::string PostgresServer::new_prefix() {
  static std::atomic<int> count{0};
  return text("t", ::getpid(), '_', count++);
}

}  // namespace stele::backend
