// A PostgreSQL server for tests, started by tests/servers/postgres at the first use and stopped
// when the process ends; tests may crash it.
//
// Thread safety: none for what acts on the server; urls may be asked for from any thread.
#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "backend/postgres/postgres_settings.h"

namespace stele::backend {

class PostgresServer {
 public:
  static PostgresServer& instance();

  // What the script says: port, owner, reader, ann, ann_password.
  const std::string& operator[](const std::string& name) const { return values_.at(name); }
  // "postgres://role@127.0.0.1:port/postgres?prefix=…".
  std::string url(const std::string& prefix, const std::string& role = "owner") const;
  PostgresSettings settings(const std::string& prefix, const std::string& role = "owner") const;
  // A prefix that nobody has used.
  static std::string new_prefix();

  // kill, quit, start, freeze, thaw; returns when it is done. See the script.
  void command(const char* what);

 private:
  PostgresServer();
  ~PostgresServer();
  void await(const std::string& file, const std::string& content);

  std::string directory_;
  std::FILE* script_ = nullptr;  // its standard input: while it is open, the server runs
  std::map<std::string, std::string> values_;
  int commands_ = 0;
};

}  // namespace stele::backend
