// The free functions and the connection of the public interface: each hands on to its room.
#include <stele/stele.h>

#include "base/text.h"
#include "base/try.h"
#include "conn/branches.h"
#include "conn/connection.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele {

Result<Relation> q(std::string_view query, std::span<const Input> inputs,
                   const QueryOptions& options) {
  STELE_TRY(auto form, edn::read(query));
  STELE_TRY(auto prepared, Query::read(form));
  return prepared.run(inputs, options);
}

Result<TxReport> with(const Db& db, const Value& forms) {
  STELE_TRY(auto input, tx::read_input(forms));
  auto& environment = base::system_environment();
  tree::Reader reader;
  STELE_TRY(auto outcome,
            tx::transact(db, input, {environment.now(), environment.random_uuid()}, reader));
  return std::move(outcome.report);
}

Result<Value> read_edn(std::string_view text) { return edn::read(text); }
std::string write_edn(const Value& value) { return edn::write(value); }

Result<Db> Connection::db(const DbOptions& options) const { return impl_->db(options); }

Result<TxReport> Connection::transact_value(const Value& forms,
                                            const TransactOptions& options) const {
  return impl_->transact(forms, options);
}

Result<TxReport> Connection::transact(std::string_view edn, const TransactOptions& options) const {
  STELE_TRY(auto forms, edn::read(edn));
  return impl_->transact(forms, options);
}

Result<TxReport> Connection::transact(std::span<const Datom> datoms,
                                      const TransactOptions& options) const {
  std::vector<Value> items;
  items.reserve(datoms.size());
  for (const Datom& d : datoms) {
    items.push_back(
        Value::tagged("datom", Value::vector({Value(d.e), d.a, d.v, Value(d.tx), Value(d.added)})));
  }
  return impl_->transact(Value::vector(std::move(items)), options);
}

Result<TransactionOutcome> Connection::outcome(const Uuid& nonce,
                                               const OutcomeOptions& options) const {
  return impl_->outcome(nonce, options);
}

Result<TransactionOutcome> Connection::outcome(const Error& unknown,
                                               const OutcomeOptions& options) const {
  const Value& data = unknown.data();
  const Value* nonce = data.is(Kind::map) ? data.find_keyword("nonce") : nullptr;
  if (!nonce || !nonce->is(Kind::uuid)) {
    return invalid("outcome/no-nonce",
                   base::text("the error ':", unknown.code(),
                              "' names no transaction: there is no :nonce in its data"));
  }
  OutcomeOptions more = options;
  const Value* after = data.find_keyword("after");
  if (after && more.after == 0) more.after = static_cast<TxId>(after->as_int64());
  return impl_->outcome(nonce->as_uuid(), more);
}

Done Connection::fold() const { return impl_->fold(Deadline{}); }

Result<std::set<std::string>> Connection::branches() const {
  return conn::branch_names(impl_->store(), Deadline{});
}
Done Connection::branch(const std::string& from, const std::string& name) const {
  return conn::create_branch(impl_->store(), from, name, Deadline{});
}
Done Connection::delete_branch(const std::string& name) const {
  return conn::delete_branch(impl_->store(), name, Deadline{});
}

Result<GarbageReport> Connection::collect_garbage(const GarbageOptions& options) const {
  return impl_->collect_garbage(options);
}

StoreStatistics Connection::statistics() const { return impl_->statistics(); }
std::string Connection::url() const { return impl_->url(); }
void Connection::release() const { impl_->release(); }

}  // namespace stele
