#include "backend/postgres/postgres_server_testing.h"

#include <atomic>

#include <unistd.h>

#include "base/text.h"

namespace stele::backend {

using base::text;

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
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
