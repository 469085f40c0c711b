// PostgresSettings: which server and database, how to get in, and the prefix of the tables.
//
//   postgres://user@host:5432/db?prefix=catalog&sslmode=verify-full
//
// All that libpq knows may stand in it (sslmode, sslrootcert, service, …), and libpq adds what it
// finds in PGHOST, PGPASSWORD, ~/.pgpass and their like. A value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stele/result.h>

namespace stele::backend {

class PostgresSettings {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  // Errors: `invalid` `:config/url`, `:config/prefix`, `unavailable` `:store/library`.
  static Result<PostgresSettings> of_url(std::string_view url);
  // libpq's parameters by name, "host", "dbname", and so on. An empty prefix is the usual one.
  static Result<PostgresSettings> of_parameters(Parameters parameters, std::string prefix);

  const Parameters& parameters() const { return parameters_; }
  const std::string& prefix() const { return prefix_; }
  // Was it said, or is it the usual one?
  bool names_prefix() const { return names_prefix_; }
  static bool is_usual(std::string_view prefix);
  // The URL without secrets, for messages.
  const std::string& url() const { return url_; }
  // The text without the secrets that stand in it.
  std::string without_secrets(std::string text) const;

 private:
  Parameters parameters_;
  std::string prefix_;
  bool names_prefix_ = false;
  std::string url_;
};

}  // namespace stele::backend
