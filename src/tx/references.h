// References: what a form says where an entity is expected, as the database stands at this point of
// the transaction. [T-11, T-40 … T-43]
//
// Not thread safe.
#pragma once

#include "tx/ids.h"
#include "tx/working_set.h"

namespace stele::tx {

struct Reference {
  enum class What {
    entity,   // `e`
    name,     // a tempid: `name`
    missing,  // a lookup ref or an ident that nothing has
    no_reference,
  };
  What what = What::no_reference;
  EntityId e = 0;
  Name name = 0;

  bool is(What w) const { return what == w; }
};

class References {
 public:
  References(Attributes& attributes, WorkingSet& facts, Ids& ids, TxId tx)
      : attributes_(attributes), facts_(facts), ids_(ids), tx_(tx) {}

  // A number, tempid, lookup ref, ident, or a name of the current transaction.
  // Errors: `:transact/syntax` a number that can be no id, `:lookup-ref/…`.
  Result<Reference> read(const Value& reference, const Value& form);

  // Is this a pair that names an entity rather than two values? [T-12]
  bool is_lookup_ref(const Value& value);

  // Spellings of the current transaction that were met. [T-37]
  const std::vector<Value>& markers() const { return markers_; }

 private:
  Result<Reference> read_number(std::int64_t number, const Value& form);
  Result<Reference> read_lookup_ref(const Value& reference, const Value& form);
  Reference current_tx(const Value& marker);

  Attributes& attributes_;
  WorkingSet& facts_;
  Ids& ids_;
  TxId tx_;
  std::vector<Value> markers_;
};

// The greatest number that may stand for an entity. [D-14]
inline constexpr std::int64_t kEntityIdMax = 0x7FFFFFFF;

}  // namespace stele::tx
