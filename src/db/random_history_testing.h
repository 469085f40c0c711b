// Random histories, and a twin of the database that keeps every change in a list and replays it.
//
// Not thread safe.
#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "db/db_testing.h"
#include "tree/merge.h"

namespace stele::db {

inline constexpr IndexOrder kOrders[] = {IndexOrder::eavt, IndexOrder::aevt, IndexOrder::avet};
inline const tree::TreeShape kTinyShape{.leaf_rows_target = 4,
                                        .leaf_rows_max = 8,
                                        .leaf_rows_min = 2,
                                        .leaf_bytes_max = 1 << 10,
                                        .fanout_max = 4};

// What happened, and what a view must show of it by definition.
struct Twin {
  struct Transaction {
    TxId tx = 0;
    Instant instant;
    std::vector<Change> changes;
  };
  using Sees = std::function<bool(const Transaction&)>;
  std::vector<Transaction> transactions;

  // The facts that stand after replaying the transactions that `sees` lets through, in order.
  std::vector<Datom> replay(const Schema& schema, const Sees& sees) const;
  // What these transactions did. Of what keeps no history only what stands after all. [H-3]
  std::vector<Datom> events(const Schema& schema, const Sees& sees) const;
  // The changes of one transaction, as its report has them: a set, by entity.
  std::vector<Datom> report(const Transaction& transaction) const;
};

// In the order of the index, without repetitions.
std::vector<Datom> sorted(const Schema& schema, IndexOrder order, std::vector<Datom> datoms);
// Equal in every part? Otherwise the answer tells the two apart.
::testing::AssertionResult are_equal(const std::vector<Datom>& found,
                                     const std::vector<Datom>& expected);

// A database and its twin, taken through the same random history: attributes of every cardinality,
// indexed, unique, without history; facts that are asserted, taken back and asserted again, in one
// transaction, too; folds in between.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed);

  // From now on instants may go back, some.
  void backdate() { backdates_ = true; }
  void run(int steps);
  void fold() { database_.fold(kTinyShape); }

  TestDatabase& database() { return database_; }
  const Twin& twin() const { return twin_; }
  base::TestRandom& dice() { return random_; }
  const Schema& schema() const { return *database_.state()->schema; }
  // All instants that occur, and one between, before and after.
  std::vector<Instant> instants() const;

 private:
  void step();
  void note(const State& state);
  Value random_value(std::string_view attribute);
  Change random_change();
  Instant random_instant();
  void retract(const Datom& d, std::vector<Change>& changes);
  void effect(const Change& wanted, std::vector<Change>& changes);

  base::TestRandom random_;
  TestDatabase database_{{.schema_on_read = true}};
  Twin twin_;
  std::vector<Datom> present_;
  bool backdates_ = false;
};

}  // namespace stele::db
