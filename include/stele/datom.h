// Datom: one fact as it is told to the outside.
#pragma once

#include <cstdint>

#include <stele/value.h>

namespace stele {

// Entity and transaction ids. Entities of users lie in 1 … kTx0 - 1, transactions from kTx0 upward.
using EntityId = std::uint64_t;
using TxId = std::uint64_t;

// The id of the empty database; the first transaction is kTx0 + 1. [D-10, D-11, D-14]
inline constexpr TxId kTx0 = 0x20000000;

struct Datom {
  EntityId e = 0;
  Value a;  // a keyword (or a string); the attribute's entity id under :attribute-refs?
  Value v;  // never nil
  TxId tx = 0;
  bool added = true;  // false: this datom ended the fact (only in history and transaction reports)
};

// The same fact? tx and added do not take part. [D-2]
inline bool same_fact(const Datom& x, const Datom& y) {
  return x.e == y.e && x.a == y.a && compare(x.v, y.v) == 0;
}

}  // namespace stele
