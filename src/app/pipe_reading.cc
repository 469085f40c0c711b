// The operations of the pipe that read.
#include "app/pipe.h"
#include "app/pipe_request.h"
#include "app/references.h"
#include "app/told.h"
#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

Value key(std::string_view name) { return Value::keyword(name); }

// The query with the options that stand beside it in the request.
Result<Query> query_of(const Value& request) {
  STELE_TRY(auto form, required(request, "query"));
  std::vector<Value::Entry> wrapped = {{key("query"), form}};
  for (auto option : {"limit", "offset", "order-by"}) {
    if (const Value* given = request.find_keyword(option))
      wrapped.emplace_back(key(option), *given);
  }
  return Query::read(wrapped.size() == 1 ? form : Value::map(std::move(wrapped)));
}

QueryOptions options_of(const Value& request) { return {.timeout_ms = timeout_ms(request, 0)}; }

}  // namespace

Result<std::vector<Input>> Pipe::inputs_of(const Value& request) {
  std::vector<Input> inputs;
  if (!request.find_keyword("args")) {
    STELE_TRY(Db db, db_of(request));
    inputs.emplace_back(std::move(db));
    return inputs;
  }
  STELE_TRY(auto args, items_under(request, "args"));
  for (auto& arg : args) {
    if (is_reference(arg)) {
      STELE_TRY(Db db, referred(arg));
      inputs.emplace_back(std::move(db));
    } else {
      inputs.emplace_back(std::move(arg));
    }
  }
  return inputs;
}

Result<Value> Pipe::q(const Value& request) {
  STELE_TRY(auto query, query_of(request));
  STELE_TRY(auto inputs, inputs_of(request));
  STELE_TRY(auto relation, query.run(inputs, options_of(request)));
  const Value* stats = request.find_keyword("stats");
  if (stats && stats->is(Kind::boolean) && stats->as_bool()) stats_ = told(relation.statistics());
  return relation.to_value();
}

Result<Value> Pipe::explain(const Value& request) {
  STELE_TRY(auto query, query_of(request));
  STELE_TRY(auto inputs, inputs_of(request));
  STELE_TRY(auto plan, query.explain(inputs));
  return Value(plan);
}

Result<Value> Pipe::pull(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto selector, required(request, "selector"));
  STELE_TRY(auto eid, required(request, "eid"));
  return stele::pull(db, selector, eid, options_of(request));
}

Result<Value> Pipe::pull_many(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto selector, required(request, "selector"));
  STELE_TRY(auto eids, required(request, "eids"));
  return stele::pull_many(db, selector, eids, options_of(request));
}

Result<Value> Pipe::entity(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto eid, required(request, "eid"));
  if (const Value* attribute = request.find_keyword("attribute")) {
    return stele::entity_attribute(db, eid, *attribute, options_of(request));
  }
  return stele::entity(db, eid, options_of(request));
}

Result<Value> Pipe::read_index(const Value& request, ReadIndex read) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto order, index_order(request));
  STELE_TRY(auto components, items_under(request, "components"));
  STELE_TRY(auto datoms, (db.*read)(order, components, limit_of(request)));
  return told(datoms);
}

Result<Value> Pipe::datoms(const Value& request) { return read_index(request, &Db::datoms); }
Result<Value> Pipe::seek_datoms(const Value& request) {
  return read_index(request, &Db::seek_datoms);
}

Result<Value> Pipe::rseek_datoms(const Value& request) {
  return read_index(request, &Db::rseek_datoms);
}

Result<Value> Pipe::index_range(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  STELE_TRY(auto attribute, required(request, "attrid"));
  const Value* start = request.find_keyword("start");
  const Value* end = request.find_keyword("end");
  STELE_TRY(auto datoms, db.index_range(attribute, start ? *start : Value(), end ? *end : Value(),
                                        limit_of(request)));
  return told(datoms);
}

Result<Value> Pipe::log(const Value& request) {
  STELE_TRY(auto db, db_of(request));
  const Value* reverse = request.find_keyword("reverse");
  const bool newest_first = reverse && reverse->is(Kind::boolean) && reverse->as_bool();
  STELE_TRY(auto transactions, db.log({.newest_first = newest_first, .limit = limit_of(request)}));
  return told(transactions);
}

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

}  // namespace stele::app
