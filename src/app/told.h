// How results are told to the outside as EDN: the shapes that the pipe and the CLI share.
#pragma once

#include <stele/stele.h>

namespace stele::app {

Value told(const Error& error);                // {:code :kw :message "…" :data {…}}
Value told(const Datom& datom);                // [e a v tx added]
Value told(const std::vector<Datom>& datoms);  // [[e a v tx added] …]
Value told(const Transaction&
               transaction);  // {:t n :instant #inst :nonce #uuid :data [[e a v tx added] …]}
Value told(const std::vector<Transaction>& transactions);
Value told(
    const TxReport& report);  // {:tx-data :tempids :tx-meta :max-tx :max-eid}, :repeated if so
Value told(const QueryStatistics& statistics);  // {:nodes n :requests n :bytes n :rounds n}
// {:state :committed :tx n :instant #inst :commit-id #uuid}, or only the :state.
Value told(const TransactionOutcome& outcome);
std::string_view name(TransactionOutcome::State state);  // "committed", "not-committed", "unknown"
// Without the secrets of what was given.
Value told_config(const Db& db, const Value& given);
Value told_basis(const Db& db, const Value& config);  // {:config … :max-tx n :max-eid n}

}  // namespace stele::app
