#include "backend/postgres/postgres_connection.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include <poll.h>

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;

namespace {

const PostgresLibrary& lib() { return postgres_library(); }

// A server that does not answer is given up after this even where there is no deadline.
constexpr std::int64_t kConnectMs = 30'000;
// The server ends a command this much before our deadline, so that we hear that it did. At most a
// quarter of the time that is left.
constexpr std::int64_t kHeadStartMs = 50;

// A commit that was acknowledged must have been flushed, and what a statement sees when it waited
// for another writer must be what that one wrote.
const std::string kSetUp =
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off'"
    " THEN 'on' ELSE current_setting('synchronous_commit') END, false),"
    " set_config('default_transaction_isolation', 'read committed', false)";
const std::string kLimitTime = "SELECT set_config('statement_timeout', $1::text, true)";

void say_nothing(void*, const char*) {}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

// --- parameters and answers --------------------------------------------------------------------

PostgresParameter::PostgresParameter(std::int64_t number) : text_(base::text(number)) {}

// libpq takes a null pointer for NULL; no bytes are bytes all the same.
const char* PostgresParameter::data() const {
  if (!binary_) return text_.c_str();
  return bytes_.empty() ? "" : reinterpret_cast<const char*>(bytes_.data());
}
int PostgresParameter::size() const {
  return static_cast<int>(binary_ ? bytes_.size() : text_.size());
}

int PostgresAnswer::rows() const { return lib().PQntuples(result_.get()); }

std::int64_t PostgresAnswer::changed_rows() const {
  const std::string_view digits = lib().PQcmdTuples(result_.get());
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// Eight bytes, the highest first.
std::int64_t PostgresAnswer::number(int row, int column) const {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes(row, column)) number = number << 8 | byte;
  return static_cast<std::int64_t>(number);
}
Store::ByteView PostgresAnswer::bytes(int row, int column) const {
  return {reinterpret_cast<const std::uint8_t*>(lib().PQgetvalue(result_.get(), row, column)),
          static_cast<std::size_t>(lib().PQgetlength(result_.get(), row, column))};
}
std::string PostgresAnswer::text(int row, int column) const {
  const auto all = bytes(row, column);
  return {all.begin(), all.end()};
}
bool PostgresAnswer::flag(int row, int column) const { return number(row, column) != 0; }
bool PostgresAnswer::is_null(int row, int column) const {
  return lib().PQgetisnull(result_.get(), row, column) != 0;
}

// --- opening -----------------------------------------------------------------------------------

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(
    const PostgresSettings& settings, base::Environment& environment, Deadline deadline) {
  if (!lib().library.ok()) return unavailable("store/library", lib().library.problem());
  std::unique_ptr<PostgresConnection> made(new PostgresConnection(settings, environment));
  STELE_DO(store::check_deadline(settings.url(), "connecting", deadline, environment));
  const Deadline patience = base::deadline_after(environment, kConnectMs);
  auto connected = made->connect({std::min(deadline.steady_ms, patience.steady_ms)});
  if (!connected.ok()) {
    STELE_DO(store::check_deadline(settings.url(), "connecting", deadline, environment));
    return connected.error();
  }
  STELE_DO(made->set_up(deadline));
  return made;
}

PostgresConnection::~PostgresConnection() {
  if (session_) lib().PQfinish(session_);
}

Done PostgresConnection::connect(Deadline deadline) {
  // What the settings name stands later and wins. Peers that vanished are noticed in a minute.
  std::vector<const char*> names = {"fallback_application_name", "keepalives_idle",
                                    "keepalives_interval", "keepalives_count"};
  std::vector<const char*> values = {"stele", "30", "10", "3"};
  for (const auto& [name, value] : settings_.parameters()) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back("client_encoding");
  values.push_back("UTF8");
  names.push_back(nullptr);
  values.push_back(nullptr);
  session_ = lib().PQconnectStartParams(names.data(), values.data(), 0);
  if (!session_) return broken("connecting");
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (lib().PQstatus(session_) == CONNECTION_BAD || state == PGRES_POLLING_FAILED)
      return broken("connecting");
    if (!wait(state == PGRES_POLLING_READING, state == PGRES_POLLING_WRITING, deadline))
      return unavailable("store/unreachable",
                         text("The server of ", settings_.url(), " does not answer."));
    state = lib().PQconnectPoll(session_);
  }
  return {};
}

Done PostgresConnection::set_up(Deadline deadline) {
  lib().PQsetNoticeProcessor(session_, say_nothing, nullptr);
  if (lib().PQsetnonblocking(session_, 1) != 0 || lib().PQenterPipelineMode(session_) != 1)
    return broken("connecting");
  const PostgresCommand set_up{&kSetUp, {}};
  auto done = run({&set_up, 1}, "connecting", deadline);
  return done.ok() ? Done() : Done(done.error());
}

// The server says nothing to a session that asks nothing, but good-bye.
bool PostgresConnection::still_there() {
  if (lost_) return false;
  pollfd socket{lib().PQsocket(session_), POLLIN, 0};
  lost_ = ::poll(&socket, 1, 0) != 0 || lib().PQstatus(session_) == CONNECTION_BAD;
  return !lost_;
}

// --- calls -------------------------------------------------------------------------------------

Result<PostgresConnection::Answers> PostgresConnection::run(
    std::span<const PostgresCommand> commands, std::string_view what, Deadline deadline) {
  STELE_DO(store::check_deadline(settings_.url(), what, deadline, environment_));
  sent_.clear();
  if (deadline.steady_ms != Deadline::kNever) {
    const std::int64_t left = deadline.steady_ms - environment_.steady_ms();
    const std::int64_t limit = std::max<std::int64_t>(1, left - std::min(left / 4, kHeadStartMs));
    // The setting is an int of milliseconds; its greatest are 24 days.
    STELE_DO(send({&kLimitTime, {text(std::min<std::int64_t>(limit, INT32_MAX))}}, false));
  }
  for (const PostgresCommand& command : commands) STELE_DO(send(command, true));
  if (lib().PQpipelineSync(session_) != 1) return broken(what);
  return gather(what, deadline);
}

// Everything is queued, and leaves when gather() waits for the answers.
Done PostgresConnection::send(const PostgresCommand& command, bool wanted) {
  const bool is_new =
      !prepared_.contains(command.sql) &&
      std::ranges::none_of(sent_, [&](const Sent& one) { return one.prepares == command.sql; });
  const std::string name = text('s', reinterpret_cast<std::uintptr_t>(command.sql));
  if (is_new) {
    if (lib().PQsendPrepare(session_, name.c_str(), command.sql->c_str(), 0, nullptr) != 1)
      return broken("preparing a command");
    sent_.push_back({.prepares = command.sql});
  }
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const PostgresParameter& parameter : command.parameters) {
    values.push_back(parameter.data());
    lengths.push_back(parameter.size());
    formats.push_back(parameter.format());
  }
  if (lib().PQsendQueryPrepared(session_, name.c_str(), static_cast<int>(values.size()),
                                values.data(), lengths.data(), formats.data(), 1) != 1)
    return broken("sending a command");
  sent_.push_back({.wanted = wanted});
  return {};
}

bool PostgresConnection::wait(bool reading, bool writing, Deadline deadline) {
  pollfd socket{lib().PQsocket(session_), 0, 0};
  if (reading) socket.events |= POLLIN;
  if (writing) socket.events |= POLLOUT;
  constexpr std::int64_t kLongestMs = 60'000;
  for (;;) {
    std::int64_t left = kLongestMs;
    if (deadline.steady_ms != Deadline::kNever)
      left = std::min(left, deadline.steady_ms - environment_.steady_ms());
    if (left <= 0) return false;
    if (::poll(&socket, 1, static_cast<int>(left)) > 0) return true;
  }
}

// Reads while it writes: a server that waits for us to read would not read what we write.
Result<PGresult*> PostgresConnection::next_result(std::string_view what, Deadline deadline) {
  for (;;) {
    const int unsent = lib().PQflush(session_);
    if (unsent < 0 || lib().PQstatus(session_) == CONNECTION_BAD) return broken(what);
    if (lib().PQisBusy(session_) == 0) return lib().PQgetResult(session_);
    if (!wait(true, unsent > 0, deadline)) {
      lost_ = true;
      return store::deadline_passed(settings_.url(), what);
    }
    if (lib().PQconsumeInput(session_) == 0) return broken(what);
  }
}

// The answers of what was sent, up to the point where the server has committed it. The first
// failure is the call's; what stood behind it was not run.
Result<PostgresConnection::Answers> PostgresConnection::gather(std::string_view what,
                                                               Deadline deadline) {
  Answers answers;
  std::optional<Error> error;
  for (std::size_t at = 0;;) {
    STELE_TRY(PGresult * raw, next_result(what, deadline));
    if (!raw) {
      // No result where one is due: the session is in a state that it cannot be in.
      if (++at > sent_.size()) return broken(what);
      continue;
    }
    PostgresAnswer answer(raw);
    switch (lib().PQresultStatus(raw)) {
      case PGRES_PIPELINE_SYNC:
        if (error) return *error;
        return answers;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        if (at < sent_.size() && sent_[at].prepares) prepared_.insert(sent_[at].prepares);
        if (at < sent_.size() && sent_[at].wanted) answers.push_back(std::move(answer));
        break;
      case PGRES_PIPELINE_ABORTED:
        break;
      default:
        if (!error) error = failure(*raw, what, deadline);
        if (lib().PQstatus(session_) == CONNECTION_BAD) {
          lost_ = true;
          return *error;
        }
        break;
    }
  }
}

// --- failures ----------------------------------------------------------------------------------

namespace {

// What it means that there is no session, by the words of libpq and of the server.
struct Meaning {
  std::string_view code;
  std::string_view advice;  // behind their words
};

Meaning meaning_of(std::string_view says) {
  const bool none = contains(says, "does not exist");
  if (contains(says, "authentication") || contains(says, "no password supplied"))
    return {"store/denied", ". Is it the right user, and the right password?"};
  if (contains(says, "permission denied") || contains(says, "pg_hba.conf"))
    return {"store/denied", ". Ask who runs the server to let this user in."};
  if (contains(says, "SSL") || contains(says, "certificate"))
    return {
        "store/tls",
        ". TLS could not be agreed upon: sslrootcert=FILE names the authority that is trusted, "
        "the host is to be the one in the server's certificate, and the server has TLS only with "
        "ssl = on."};
  if (none && contains(says, "role \""))
    return {"store/denied", ". Ask who runs the server for that role, or name another user."};
  if (none && contains(says, "database \""))
    return {"store/missing", ". Make it with CREATE DATABASE, or name another."};
  if (contains(says, "too many") || contains(says, "connection slots"))
    return {"store/busy", ". All of the server's connections are taken (max_connections)."};
  return {"store/unreachable", ". Is the server running, and are host and port the right ones?"};
}

}  // namespace

Error PostgresConnection::broken(std::string_view what) {
  lost_ = true;
  std::string says = session_ ? lib().PQerrorMessage(session_) : "out of memory";
  while (!says.empty() && says.back() == '\n') says.pop_back();
  const Meaning meaning = meaning_of(says);
  return unavailable(
      meaning.code, settings_.without_secrets(text("No answer from ", settings_.url(), " at ", what,
                                                   ": ", says, meaning.advice)));
}

Error PostgresConnection::failure(const PGresult& result, std::string_view what,
                                  Deadline deadline) const {
  const auto field = [&](int name) -> std::string_view {
    const char* value = lib().PQresultErrorField(&result, name);
    return value ? value : "";
  };
  const std::string_view state = field(PG_DIAG_SQLSTATE);
  const auto message =
      settings_.without_secrets(text("PostgreSQL failed at ", what, " in ", settings_.url(), ": ",
                                     field(PG_DIAG_MESSAGE_PRIMARY), " (", state, ')'));
  // Sessions limit their time by the deadline; without one it was the server that did.
  if (state == "57014" && deadline.steady_ms != Deadline::kNever)
    return store::deadline_passed(settings_.url(), what);
  if (state == "57014" || state == "55P03")
    return unavailable("store/timeout",
                       message +
                           ". The server's own limits ended it: statement_timeout, "
                           "lock_timeout, or an administrator. Raise them for this role.");
  if (state == "53300") return unavailable("store/busy", message);
  if (state == "25006") return store::read_only(settings_.url());
  if (state == "42501")
    return unavailable("store/denied",
                       message +
                           ". Reading takes GRANT SELECT on the store's four tables; "
                           "docs/stores.md says what else.");
  if (state == "42P01" || state == "3F000")
    return unavailable("store/missing",
                       text(settings_.url(), " holds no store, or it was destroyed."));
  if (state == "42P07") return {ErrorCategory::conflict, "store/exists", message};
  if (state == "53100") return unavailable("store/full", message);
  if (state == "54000" || state == "22001") return {ErrorCategory::limit, "store/too-big", message};
  if (state.starts_with("40")) return {ErrorCategory::conflict, "store/serialization", message};
  if (state == "XX001" || state == "XX002") return corrupt("store/corrupt", message);
  return unavailable("store/io", message);
}

}  // namespace stele::backend
