#include "app/pipe.h"

#include <algorithm>

#include "app/pipe_request.h"
#include "app/references.h"
#include "app/told.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "conn/branches.h"
#include "door/location.h"
#include "door/secrets.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

Value key(std::string_view name) { return Value::keyword(name); }

// {:store …} in full, whatever short form the request used.
Value store_config(const Value& config) {
  std::vector<Value::Entry> entries;
  if (config.is(Kind::map)) entries.assign(config.entries().begin(), config.entries().end());
  if (!config.is(Kind::map) || !config.find_keyword("store")) {
    const Value id(to_string(base::system_environment().random_uuid()));
    entries.emplace_back(key("store"),
                         Value::map({{key("backend"), key("memory")}, {key("id"), id}}));
  }
  return Value::map(std::move(entries));
}

bool is_gone(const Error& error) {
  constexpr std::string_view kGone[] = {"db-does-not-exist", "backend-does-not-exist",
                                        "branch-does-not-exist"};
  return std::ranges::find(kGone, error.code()) != std::end(kGone);
}

// Operations of the protocol that this version has no engine for.
constexpr std::string_view kNotYet[] = {"merge"};

}  // namespace

const Pipe::Operation Pipe::kOperations[] = {
    {"ping", &Pipe::ping},
    {"create", &Pipe::create},
    {"connect", &Pipe::connect},
    {"release", &Pipe::release},
    {"delete", &Pipe::remove},
    {"delete-all", &Pipe::remove_all},
    {"transact", &Pipe::transact},
    {"outcome", &Pipe::outcome},
    {"with", &Pipe::with},
    {"snapshot", &Pipe::snapshot},
    {"drop", &Pipe::drop},
    {"q", &Pipe::q},
    {"explain", &Pipe::explain},
    {"pull", &Pipe::pull},
    {"pull-many", &Pipe::pull_many},
    {"entity", &Pipe::entity},
    {"datoms", &Pipe::datoms},
    {"seek-datoms", &Pipe::seek_datoms},
    {"rseek-datoms", &Pipe::rseek_datoms},
    {"index-range", &Pipe::index_range},
    {"log", &Pipe::log},
    {"schema", &Pipe::schema},
    {"reverse-schema", &Pipe::reverse_schema},
    {"db-info", &Pipe::db_info},
    {"list", &Pipe::list},
    {"copy", &Pipe::copy},
    {"branches", &Pipe::branches},
    {"branch", &Pipe::branch},
    {"delete-branch", &Pipe::delete_branch},
    {"gc", &Pipe::gc},
};

std::string Pipe::answer(std::string_view line) {
  std::vector<Value::Entry> answer;
  auto request = door::read_discreetly(line);
  if (request.ok() && !request->is(Kind::map)) {
    request = invalid("pipe/request", text("a request is a map, for example {:op :ping}; got ",
                                           door::shown(*request)));
  }
  if (request.ok()) {
    if (const Value* rid = request->find_keyword("rid")) answer.emplace_back(key("rid"), *rid);
  }
  stats_.reset();
  auto result = request.ok() ? run(*request) : Result<Value>(std::move(request).error());
  if (result.ok()) {
    answer.emplace_back(key("ok"), std::move(*result));
    if (stats_) answer.emplace_back(key("stats"), std::move(*stats_));
  } else {
    answer.emplace_back(key("error"), told(result.error()));
  }
  return edn::write(Value::map(std::move(answer)));
}

Result<Value> Pipe::run(const Value& request) {
  STELE_TRY(auto op, required(request, "op"));
  std::string known;
  for (const auto& operation : kOperations) {
    if (op.is_keyword(operation.name)) return (this->*operation.handler)(request);
    known += text(" :", operation.name);
  }
  for (auto name : kNotYet) {
    if (op.is_keyword(name)) {
      return invalid("pipe/unsupported",
                     text("the operation :", name, " is not supported by this version of stele"));
    }
  }
  return invalid("pipe/unknown-op",
                 text("there is no operation ", edn::write_short(op), "; there are", known));
}

Result<Value> Pipe::ping(const Value&) { return key("pong"); }

Result<Value> Pipe::create(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  const Value* given = request.find_keyword("config");
  const Value config = store_config(given ? *given : Value());
  Value more = Value::map({});
  if (const Value* schema = request.find_keyword("schema")) {
    if (config.find_keyword("initial-tx")) {
      return invalid("pipe/request", "give :schema or :initial-tx in :config, not both");
    }
    more = Value::map({{key("initial-tx"), *schema}});
  }
  STELE_TRY(auto connection, create_database(edn::write(config), more));
  STELE_TRY(auto db, connection.db());
  connections_.insert_or_assign(id, Open{std::move(connection), told_config(db, config), config});
  return told_basis(db, told_config(db, config));
}

Result<Value> Pipe::connect(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  STELE_TRY(auto config, required(request, "config"));
  STELE_TRY(auto connection,
            stele::connect(config.is(Kind::string) ? std::string(config.as_string())
                                                   : edn::write(config)));
  STELE_TRY(auto db, connection.db());
  connections_.insert_or_assign(id, Open{std::move(connection), told_config(db, config), config});
  return told_basis(db, told_config(db, config));
}

Result<Value> Pipe::release(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  STELE_TRY(auto* open, connection(request));
  open->release();
  connections_.erase(id);
  return Value(true);
}

// The database, or the branch alone that the connection is to.
Result<Value> Pipe::remove(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  STELE_TRY(auto* open, connection(request));
  const auto& given = connections_.find(id)->second.location;
  const auto url = given.is(Kind::string) ? std::string(given.as_string()) : edn::write(given);
  STELE_TRY(const auto location, door::read_location(url));
  STELE_DO(location.branch == conn::kMainBranch ? delete_database(url)
                                                : open->delete_branch(location.branch));
  open->release();
  connections_.erase(id);
  return Value(true);
}

Result<Value> Pipe::remove_all(const Value&) {
  while (!connections_.empty()) {
    const auto first = connections_.begin();
    auto removed = remove(Value::map({{key("id"), Value(first->first)}}));
    if (removed.ok()) continue;
    // By another connection to it, or with the database whose branch it was.
    if (!is_gone(removed.error())) return removed;
    connections_.erase(first);
  }
  snapshots_.clear();
  return Value(true);
}

Result<Value> Pipe::transact(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  STELE_TRY(auto tx, required(request, "tx"));
  if (const Value* meta = request.find_keyword("tx-meta")) {
    tx = Value::map({{key("tx-data"), tx}, {key("tx-meta"), *meta}});
  }
  TransactOptions options;
  options.timeout_ms = timeout_ms(request, options.timeout_ms);
  STELE_TRY(options.nonce, uuid_under(request, "nonce"));
  STELE_TRY(options.nonce_after, tx_under(request, "after"));
  STELE_TRY(auto report, open->transact(tx, options));
  return told(report);
}

Result<Value> Pipe::outcome(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  STELE_TRY(const auto nonce, uuid_under(request, "nonce"));
  if (!nonce) STELE_DO(required(request, "nonce"));
  OutcomeOptions options;
  options.timeout_ms = timeout_ms(request, options.timeout_ms);
  STELE_TRY(options.after, tx_under(request, "after"));
  STELE_TRY(auto outcome, open->outcome(nonce.value_or(Uuid()), options));
  return told(outcome);
}

Result<Value> Pipe::with(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto tx, required(request, "tx"));
  STELE_TRY(auto report, stele::with(db, tx));
  if (request.find_keyword("as")) {
    STELE_TRY(auto name, required_text(request, "as"));
    snapshots_.insert_or_assign(name, report.db_after);
  }
  return told(report);
}

Result<Value> Pipe::snapshot(const Value& request) {
  STELE_TRY(auto name, required_text(request, "as"));
  STELE_TRY(auto db, db_of(request));
  snapshots_.insert_or_assign(name, std::move(db));
  return Value(true);
}

Result<Value> Pipe::drop(const Value& request) {
  STELE_TRY(auto name, required_text(request, "as"));
  if (snapshots_.erase(name) == 0) {
    return invalid("pipe/unknown-name", text("there is no snapshot named \"", name, "\""));
  }
  return Value(true);
}

Result<Connection*> Pipe::connection(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  auto found = connections_.find(id);
  if (found != connections_.end()) return &found->second.connection;
  return invalid("pipe/unknown-name", text("no connection is named \"", door::shown_url(id),
                                           "\"; make one with :create or :connect"));
}

Result<Db> Pipe::db_of(const Value& request) {
  const Value* db = request.find_keyword("db");
  if (!db) {
    STELE_TRY(auto id, required(request, "id"));
    return db_named(id);
  }
  return referred(*db);
}

Result<Db> Pipe::db_named(const Value& name) {
  if (!name.is(Kind::string)) {
    return invalid("pipe/request", text("a database is referred to by its name, as in #db \"x\"; "
                                        "got ",
                                        door::shown(name)));
  }
  if (auto found = snapshots_.find(name.as_string()); found != snapshots_.end()) {
    return found->second;
  }
  if (auto found = connections_.find(name.as_string()); found != connections_.end()) {
    return found->second.connection.db();
  }
  return invalid("pipe/unknown-name", text("no connection or snapshot is named \"",
                                           door::shown_url(name.as_string()), "\""));
}

Result<Db> Pipe::referred(const Value& reference) {
  return db_referred(reference, [this](const Value& name) { return db_named(name); });
}

}  // namespace stele::app
