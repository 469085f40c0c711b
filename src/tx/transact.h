// transact: a pure function from a database and forms to a report.
//
//   read → expand → resolve → upsert → check → apply
// It writes nothing and may be run again on a newer database with the same nonce; ids are final in
// the report that was acknowledged.
#pragma once

#include <stele/report.h>

#include "db/access.h"

namespace stele::tx {

struct TxInput {
  Value tx_data;                // a vector or list of forms, or nil
  Value tx_meta;                // a map, or nil
  bool strict_tempids = false;  // a tempid that is only referred to is an error [T-35]
};
// The argument of `transact`: forms, or {:tx-data forms :tx-meta {…} :strict-tempids? true}. [T-1]
Result<TxInput> read_input(const Value& argument);

struct TxContext {
  Instant now;  // txInstant is max(now, the last one) unless the input says otherwise [T-72]
  Uuid nonce;   // the same in every attempt
};

struct TxOutcome {
  TxReport report;
  format::TxRecordPtr record;  // what commit writes; report.db_after is db_before + record
  base::Bytes record_bytes;
};

// Error: any `:transact/…`, `:entity-id/…`, `:lookup-ref/…`; `:node/missing` if the reader missed.
// On error nothing has happened.
Result<TxOutcome> transact(const Db& before, const TxInput& input, const TxContext& context,
                           tree::Reader& reader);

}  // namespace stele::tx
