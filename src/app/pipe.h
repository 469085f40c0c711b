// Pipe: the process protocol. One EDN map in, one EDN map out; any language can drive stele so.
//
//   {:op :create :id "cat"}                           → {:ok {:config {…} :max-eid 0 :max-tx …}}
//   {:op :transact :id "cat" :tx [{:product/sku …}]}  → {:ok {:tx-data […] :tempids {…} …}}
//   {:op :q :query [:find …] :args [#db "cat"]}       → {:ok #{…}}
//   {:op :nonsense}                                   → {:error {:code … :message … :data {…}}}
//
// docs/pipe.md lists the operations. A Pipe keeps the connections and snapshots it was asked to
// make, by name. Used by one thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <stele/stele.h>

namespace stele::app {

class Pipe {
 public:
  // The answer to one line, without a line break. Never fails: what goes wrong is in the answer.
  std::string answer(std::string_view line);

 private:
  using Handler = Result<Value> (Pipe::*)(const Value& request);
  struct Operation {
    std::string_view name;
    Handler handler;
  };
  static const Operation kOperations[];

  Result<Value> run(const Value& request);

  Result<Value> ping(const Value& request);
  Result<Value> create(const Value& request);
  Result<Value> connect(const Value& request);
  Result<Value> release(const Value& request);
  Result<Value> remove(const Value& request);
  Result<Value> remove_all(const Value& request);
  Result<Value> transact(const Value& request);
  Result<Value> outcome(const Value& request);
  Result<Value> with(const Value& request);
  Result<Value> snapshot(const Value& request);
  Result<Value> drop(const Value& request);
  // pipe_reading.cc
  Result<Value> q(const Value& request);
  Result<Value> explain(const Value& request);
  Result<Value> pull(const Value& request);
  Result<Value> pull_many(const Value& request);
  Result<Value> entity(const Value& request);
  Result<Value> datoms(const Value& request);
  Result<Value> seek_datoms(const Value& request);
  Result<Value> rseek_datoms(const Value& request);
  Result<Value> index_range(const Value& request);
  Result<Value> log(const Value& request);
  Result<Value> schema(const Value& request);
  Result<Value> reverse_schema(const Value& request);
  Result<Value> db_info(const Value& request);
  // pipe_stores.cc
  Result<Value> list(const Value& request);
  Result<Value> copy(const Value& request);
  // pipe_branches.cc
  Result<Value> branches(const Value& request);
  Result<Value> branch(const Value& request);
  Result<Value> delete_branch(const Value& request);
  Result<Value> gc(const Value& request);

  using ReadIndex = Result<std::vector<Datom>> (Db::*)(IndexOrder, std::span<const Value>,
                                                       std::size_t) const;
  Result<Value> read_index(const Value& request, ReadIndex read);
  Result<std::vector<Input>> inputs_of(const Value& request);
  // What :id, :db, or a tagged reference stands for.
  Result<Connection*> connection(const Value& request);
  Result<Db> db_of(const Value& request);
  Result<Db> db_named(const Value& name);
  Result<Db> referred(const Value& reference);

  struct Open {
    Connection connection;
    Value config;    // as it is told
    Value location;  // what it was opened with
  };
  std::map<std::string, Open, std::less<>> connections_;
  std::map<std::string, Db, std::less<>> snapshots_;
  std::optional<Value> stats_;  // of the query being answered, if asked for
};

}  // namespace stele::app
