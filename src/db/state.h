// State: what a Db holds. Made from a head, and from another State by one transaction.
#pragma once

#include <array>

#include <stele/db.h>

#include "db/schema.h"
#include "tree/index.h"
#include "tree/merge.h"

namespace stele::db {

struct State {
  format::Config config;
  std::string branch;
  std::shared_ptr<tree::NodeSource> source;
  std::array<tree::Index, format::kTreeCount> indices;  // by format::Tree
  SchemaPtr schema;
  TxId max_tx = kTx0;
  EntityId max_eid = 0;
  base::Hash commit_id;
  Instant instant;           // of max_tx
  Instant instant_max;       // the greatest of all transactions so far
  std::uint64_t sweeps = 0;  // how often its garbage was collected

  const tree::Index& index(format::Tree t) const { return indices[static_cast<std::size_t>(t)]; }
};
using StatePtr = std::shared_ptr<const State>;

// The time of a view: limits by transaction id, by instant, or both (then what both see), and
// whether it shows what stands or what happened.
struct TimePoint {
  std::optional<TxId> tx;                // including it
  std::optional<Instant> instant;        // including it
  std::optional<TxId> since_tx;          // excluding it
  std::optional<Instant> since_instant;  // excluding it
  bool history = false;
  std::shared_ptr<class MomentMemo> memo;  // what it was found to see: see db/moment.h
};

// The change that stands for a row of the log. All changes in the overlay of the log are such.
struct LogChange : format::Change {
  format::TxRecordPtr record;
};

// A new database with nothing in it.
StatePtr empty_state(const format::Config& config, const std::string& branch,
                     std::shared_ptr<tree::NodeSource> source);

// The snapshot alone, then with each transaction of its tail applied.
// Error: `corrupt` `:schema/corrupt`, `:head/corrupt`.
Result<StatePtr> open_state(const format::HeadContent& head,
                            std::shared_ptr<tree::NodeSource> source);

// After one more transaction. Reads nothing: records hold all it takes. Pure.
// O(changes · log tail).
StatePtr apply(const StatePtr& before, const format::TxRecordPtr& record,
               const base::Hash& commit_id);

// All overlays merged into their trees: the snapshot for a new head whose tail is empty. The
// nodes are in the sink's packs, which are finished. Error: as the reader's or the sink's.
Result<format::Snapshot> fold(const State& state, tree::Reader& reader, tree::PackSink& sink,
                              const tree::TreeShape& shape = tree::TreeShape());

}  // namespace stele::db
