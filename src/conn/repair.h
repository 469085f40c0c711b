// Repair: the newest state of a branch that verifies, put back in the place of a damaged head.
#pragma once

#include <string>

#include <stele/store.h>

#include "base/environment.h"
#include "db/state.h"

namespace stele::conn {

struct RepairReport {
  bool was_damaged = false;
  bool restored = false;
  TxId max_tx = 0;     // of the state there is now
  Instant instant;     // of that transaction
  std::string damage;  // what does not verify, and where; empty if all does
};

// Reads the head and every node it reaches. If the head is damaged, finds the newest snapshot whose
// trees verify, follows it by every transaction that continues its chain, and writes that as the
// head; the damaged one is kept aside. Nothing is written if nothing in the head is damaged.
// Damage in nodes is named; it cannot be mended from the head.
// Errors: the store's; `corrupt` `:head/lost` if no state verifies.
Result<RepairReport> repair(std::shared_ptr<Store> store, const std::string& branch,
                            base::Environment& environment);

}  // namespace stele::conn
