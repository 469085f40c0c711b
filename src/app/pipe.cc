#include "app/pipe.h"

#include <algorithm>

#include "app/references.h"
#include "app/told.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

Value key(std::string_view name) { return Value::keyword(name); }

Result<Value> required(const Value& request, std::string_view name) {
  if (const Value* found = request.find_keyword(name)) return *found;
  return invalid("pipe/request",
                 text("the operation needs :", name, "; got ", edn::write_short(request)));
}

Result<std::string> required_text(const Value& request, std::string_view name) {
  STELE_TRY(auto value, required(request, name));
  if (value.is(Kind::string)) return std::string(value.as_string());
  return invalid("pipe/request", text(":", name, " is a string; got ", edn::write_short(value)));
}

std::int64_t timeout_ms(const Value& request, std::int64_t otherwise) {
  const Value* ms = request.find_keyword("timeout-ms");
  return ms && ms->is(Kind::int64) && ms->as_int64() > 0 ? ms->as_int64() : otherwise;
}

Done refuse_keys(const Value& request, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    if (request.find_keyword(name)) {
      return invalid("pipe/unsupported",
                     text(":", name, " is not supported by this version of stele"));
    }
  }
  return {};
}

Result<IndexOrder> index_order(const Value& request) {
  STELE_TRY(auto index, required(request, "index"));
  if (index.is_keyword("eavt")) return IndexOrder::eavt;
  if (index.is_keyword("aevt")) return IndexOrder::aevt;
  if (index.is_keyword("avet")) return IndexOrder::avet;
  return invalid("pipe/request",
                 text(":index is :eavt, :aevt or :avet; got ", edn::write_short(index)));
}

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

}  // namespace

const Pipe::Operation Pipe::kOperations[] = {
    {"ping", &Pipe::ping},
    {"create", &Pipe::create},
    {"connect", &Pipe::connect},
    {"release", &Pipe::release},
    {"delete", &Pipe::remove},
    {"delete-all", &Pipe::remove_all},
    {"transact", &Pipe::transact},
    {"with", &Pipe::with},
    {"snapshot", &Pipe::snapshot},
    {"drop", &Pipe::drop},
    {"q", &Pipe::q},
    {"datoms", &Pipe::datoms},
    {"seek-datoms", &Pipe::seek_datoms},
    {"schema", &Pipe::schema},
    {"reverse-schema", &Pipe::reverse_schema},
    {"db-info", &Pipe::db_info},
};

std::string Pipe::answer(std::string_view line) {
  std::vector<Value::Entry> answer;
  auto request = edn::read(line);
  if (request.ok() && !request->is(Kind::map)) {
    request = invalid("pipe/request", text("a request is a map, for example {:op :ping}; got ",
                                           edn::write_short(*request)));
  }
  if (request.ok()) {
    if (const Value* rid = request->find_keyword("rid")) answer.emplace_back(key("rid"), *rid);
  }
  auto result = request.ok() ? run(*request) : Result<Value>(std::move(request).error());
  if (result.ok()) {
    answer.emplace_back(key("ok"), std::move(*result));
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

Result<Value> Pipe::remove(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  STELE_TRY(auto* open, connection(request));
  const auto location = connections_.find(id)->second.location;
  STELE_DO(delete_database(location.is(Kind::string) ? std::string(location.as_string())
                                                     : edn::write(location)));
  open->release();
  connections_.erase(id);
  return Value(true);
}

Result<Value> Pipe::remove_all(const Value&) {
  while (!connections_.empty()) {
    const Value request = Value::map({{key("id"), Value(connections_.begin()->first)}});
    STELE_DO(remove(request));
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
  STELE_TRY(auto report, open->transact(tx, options));
  return told(report);
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

Result<Value> Pipe::q(const Value& request) {
  STELE_DO(refuse_keys(request, {"limit", "offset", "order-by"}));
  STELE_TRY(auto form, required(request, "query"));
  STELE_TRY(auto query, Query::read(form));
  std::vector<Input> inputs;
  if (const Value* args = request.find_keyword("args")) {
    if (!args->is_sequential()) {
      return invalid("pipe/request", text(":args is a vector; got ", edn::write_short(*args)));
    }
    for (const auto& arg : args->items()) {
      if (is_reference(arg)) {
        STELE_TRY(Db db, referred(arg));
        inputs.emplace_back(std::move(db));
      } else {
        inputs.emplace_back(arg);
      }
    }
  } else {
    STELE_TRY(Db db, db_of(request));
    inputs.emplace_back(std::move(db));
  }
  QueryOptions options;
  options.timeout_ms = timeout_ms(request, 0);
  STELE_TRY(auto relation, query.run(inputs, options));
  return relation.to_value();
}

Result<Value> Pipe::read_index(const Value& request, bool seek) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto order, index_order(request));
  std::vector<Value> components;
  if (const Value* given = request.find_keyword("components")) {
    if (!given->is_sequential()) {
      return invalid("pipe/request",
                     text(":components is a vector; got ", edn::write_short(*given)));
    }
    components.assign(given->items().begin(), given->items().end());
  }
  std::size_t limit = SIZE_MAX;
  if (const Value* n = request.find_keyword("limit"); n && n->is(Kind::int64)) {
    limit = static_cast<std::size_t>(std::max<std::int64_t>(0, n->as_int64()));
  }
  STELE_TRY(auto datoms,
            seek ? db.seek_datoms(order, components, limit) : db.datoms(order, components, limit));
  return told(datoms);
}

Result<Value> Pipe::datoms(const Value& request) { return read_index(request, false); }
Result<Value> Pipe::seek_datoms(const Value& request) { return read_index(request, true); }

Result<Value> Pipe::schema(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  return db.schema();
}

Result<Value> Pipe::reverse_schema(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  return db.reverse_schema();
}

Result<Value> Pipe::db_info(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto count, db.count());
  return Value::map({{key("max-tx"), Value(db.max_tx())},
                     {key("max-eid"), Value(db.max_eid())},
                     {key("count"), Value(count)},
                     {key("commit-id"), Value(db.commit_id())},
                     {key("keep-history?"), Value(db.keeps_history())}});
}

Result<Connection*> Pipe::connection(const Value& request) {
  STELE_TRY(auto id, required_text(request, "id"));
  auto found = connections_.find(id);
  if (found != connections_.end()) return &found->second.connection;
  return invalid("pipe/unknown-name",
                 text("no connection is named \"", id, "\"; make one with :create or :connect"));
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
                                        edn::write_short(name)));
  }
  if (auto found = snapshots_.find(name.as_string()); found != snapshots_.end()) {
    return found->second;
  }
  if (auto found = connections_.find(name.as_string()); found != connections_.end()) {
    return found->second.connection.db();
  }
  return invalid("pipe/unknown-name",
                 text("no connection or snapshot is named \"", name.as_string(), "\""));
}

Result<Db> Pipe::referred(const Value& reference) {
  return db_referred(reference, [this](const Value& name) { return db_named(name); });
}

}  // namespace stele::app
