// foresee: what a transaction will look up in the database before it, announced at once.
//
//   [{:sku "a" :price 1} {:sku "b" :supplier [:name "x"]} [:db/add 17 :stock 3]]
// looks for the owners of :sku "a", :sku "b" and :name "x" together, then for the facts of those
// entities and of 17 together. Read one by one, as the items come, each would cost its own rounds.
// On databases nearby nothing is announced, and no outcome depends on it.
#pragma once

#include "db/access.h"
#include "tx/transact.h"

namespace stele::tx {

// What is foreseen wrongly is read in vain; what is not foreseen is read when it is needed.
void announce_reads(const db::View& view, const TxInput& input, db::Reader& reader);

}  // namespace stele::tx
