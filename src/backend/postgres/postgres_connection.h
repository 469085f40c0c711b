// PostgresConnection: one session on a PostgreSQL server, whose calls never outlast their deadline.
//
// Commands go out together, are one transaction and come back together (libpq's pipeline mode): a
// call costs one round trip, whatever it consists of. Each command is prepared when a session meets
// it first.
//
// Thread safety: none; a connection is used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <stele/store.h>

#include "backend/postgres/postgres_library.h"
#include "backend/postgres/postgres_settings.h"
#include "base/environment.h"

namespace stele::backend {

// What stands for $1 …. Bytes are borrowed, the rest is owned.
class PostgresParameter {
 public:
  PostgresParameter(std::int64_t number);
  PostgresParameter(std::string string) : text_(std::move(string)) {}
  PostgresParameter(Store::ByteView bytes) : bytes_(bytes), binary_(true) {}

  const char* data() const;
  int size() const;
  int format() const { return binary_ ? 1 : 0; }

 private:
  std::string text_;
  Store::ByteView bytes_;
  bool binary_ = false;
};

struct PostgresCommand {
  const std::string* sql;  // outlives the connection: what is prepared is kept under its address
  std::vector<PostgresParameter> parameters;
};

// What one command gave. Columns are binary: int8, bytea, text, boolean.
class PostgresAnswer {
 public:
  explicit PostgresAnswer(PGresult* result) : result_(result, postgres_library().PQclear) {}

  int rows() const;
  // How many rows the command inserted, changed or removed.
  std::int64_t changed_rows() const;
  std::int64_t number(int row, int column) const;
  Store::ByteView bytes(int row, int column) const;
  std::string text(int row, int column) const;
  bool flag(int row, int column) const;
  bool is_null(int row, int column) const;

 private:
  std::unique_ptr<PGresult, decltype(&::PQclear)> result_;
};

class PostgresConnection {
 public:
  using Answers = std::vector<PostgresAnswer>;

  // Both must outlive the connection. Errors: `unavailable` `:store/unreachable`, `:store/denied`,
  // `:store/missing`, `:store/tls`, `:store/busy`, `:store/library`; `limit` `:store/deadline`.
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresSettings& settings,
                                                          base::Environment& environment,
                                                          Deadline deadline);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Runs the commands as one transaction; `what` is for messages: "reading packs/5f0c". After an
  // error nothing of it happened, unless lost(): then it may have.
  Result<Answers> run(std::span<const PostgresCommand> commands, std::string_view what,
                      Deadline deadline);

  // The session is over, or in the midst of a call that was given up: of no further use.
  bool lost() const { return lost_; }
  // Ends it: the server gives back what the session holds.
  void abandon() { lost_ = true; }
  // Looks, without asking the server, whether it has ended the session in the meantime.
  bool still_there();

 private:
  // What is on its way: a command, or the preparation of one.
  struct Sent {
    const std::string* prepares = nullptr;
    bool wanted = false;  // the caller's
  };

  PostgresConnection(const PostgresSettings& settings, base::Environment& environment)
      : settings_(settings), environment_(environment) {}
  Done connect(Deadline deadline);
  Done set_up(Deadline deadline);
  Done send(const PostgresCommand& command, bool wanted);
  Result<Answers> gather(std::string_view what, Deadline deadline);
  // Waits until something can be read or, if `writing`, written. False: the deadline passed.
  bool wait(bool reading, bool writing, Deadline deadline);
  // The next result that has come in, sending what is still to be sent; null between commands.
  Result<PGresult*> next_result(std::string_view what, Deadline deadline);
  Error broken(std::string_view what);
  Error failure(const PGresult& result, std::string_view what, Deadline deadline) const;

  const PostgresSettings& settings_;
  base::Environment& environment_;
  PGconn* session_ = nullptr;
  std::unordered_set<const std::string*> prepared_;
  std::vector<Sent> sent_;
  bool lost_ = false;
};

}  // namespace stele::backend
