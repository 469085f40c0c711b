// A PostgreSQL server for tests, started by tests/servers/postgres at the first use and stopped
// when the process ends; tests may crash it.
//
// Thread safety: none for what acts on the server; urls may be asked for from any thread.
#pragma once

#include <string>

#include "backend/postgres/postgres_settings.h"
#include "base/server_script_testing.h"

namespace stele::backend {

class PostgresServer {
 public:
  static PostgresServer& instance();

  // What the script says: port, owner, reader, ann, ann_password.
  const std::string& operator[](const std::string& name) const { return script_[name]; }
  // "postgres://role@127.0.0.1:port/postgres?prefix=…".
  std::string url(const std::string& prefix, const std::string& role = "owner") const;
  PostgresSettings settings(const std::string& prefix, const std::string& role = "owner") const;
  // A prefix that nobody has used.
  static std::string new_prefix();

  // kill, quit, start, freeze, thaw; returns when it is done. See the script.
  void command(const std::string& what) { script_.command(what); }

 private:
  PostgresServer() = default;

  base::ServerScript script_{"postgres"};
};

}  // namespace stele::backend
