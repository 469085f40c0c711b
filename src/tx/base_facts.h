// BaseFacts: all that a transaction reads of the database before it.
//
// Every read of the Db is here, so that they can be counted, avoided and put together. What cannot
// be there is not asked for: an entity that is new has no facts.
//
// Used by one thread, as its reader is. When the reader is not ok, answers are empty and mean
// nothing.
#pragma once

#include <vector>

#include "tx/attributes.h"

namespace stele::tx {

struct BaseFact {
  Value v;  // as it is stored
  TxId tx = 0;
};

class BaseFacts {
 public:
  BaseFacts(const db::View& view, db::Reader& reader);

  // False if the entity certainly has no facts, or nothing refers to it. Reads nothing.
  bool may_have(EntityId e) const;
  bool may_be_named(EntityId e) const;

  // The current values of (e, a).
  std::vector<BaseFact> values(EntityId e, const TxAttribute& a) const;
  // The fact that is one with (e, a, v) in storage.
  std::optional<BaseFact> fact(EntityId e, const TxAttribute& a, const Value& v) const;
  // All current facts of an entity, in the order of EAVT.
  struct EntityFact {
    Value a;
    Value v;
    TxId tx = 0;
  };
  std::vector<EntityFact> entity(EntityId e) const;
  // All current facts that refer to it, in the order of AVET.
  struct Incoming {
    Value a;
    EntityId e = 0;
    TxId tx = 0;
  };
  std::vector<Incoming> references_to(EntityId e) const;
  // Did some fact of (e, a) end in `tx` or later?
  bool ended_since(EntityId e, const TxAttribute& a, TxId tx) const;
  // Who has the unique value.
  std::optional<EntityId> owner(const TxAttribute& a, const Value& v) const;

  // For checking schema: facts of a whole attribute.
  std::uint64_t count(const TxAttribute& a) const;
  bool has_past(const TxAttribute& a) const;
  struct AttributeFact {
    EntityId e = 0;
    Value v;
  };
  std::vector<AttributeFact> all(const TxAttribute& a) const;

  // Does what was read mean anything? And is there time to go on?
  bool ok() const { return reader_.ok(); }
  bool keep_going() const { return reader_.keep_going(); }
  const db::View& view() const { return view_; }

 private:
  // Of the database before, ascending.
  const std::vector<Value>& reference_attributes() const;

  db::View view_;
  db::Reader& reader_;
  bool is_empty_;
  mutable std::optional<std::vector<Value>> reference_attributes_;
};

}  // namespace stele::tx
