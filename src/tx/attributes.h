// Attributes: what a transaction knows about each attribute that it names.
//
// Every distinct keyword is looked up once and from then on is a pointer. The schema changes while
// a transaction runs, and what it declares is in force for what follows. [D-120]
//
// Not thread safe. Pointers stay valid as long as the Attributes.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "db/access.h"
#include "tx/hash_index.h"

namespace stele::tx {

struct TxAttribute {
  // What the keyword means as a key of an entity map.
  enum class Use : std::uint8_t {
    fact,       // an attribute
    entity_id,  // :db/id
    reverse,    // :ns/_attr
    ignored,    // :db.install/_attribute [D-15]
    refused,    // this version of stele does not support it
  };

  Value ident;
  Use use = Use::fact;
  std::uint32_t number = 0;               // tells attributes apart in hashes
  TxAttribute* forward = nullptr;         // reverse: what it reverses
  const db::Attribute* before = nullptr;  // as it was before the transaction, if it was declared
  db::Attribute now;                      // as it is at this point
  bool declared = false;
  bool makes_schema = false;
  bool is_ident = false;       // :db/ident
  bool is_tx_instant = false;  // :db/txInstant

  // What the transaction did to its facts.
  std::int64_t facts_gained = 0;  // fewer than before if negative
  bool changed = false;           // some fact was asserted or retracted
  bool ended_any = false;         // some fact was retracted
  bool unique_too_late = false;   // it became unique when it had facts of this transaction

  bool is_identity() const { return now.unique == db::Unique::identity; }
  bool is_unique() const { return now.unique != db::Unique::none; }
};

class Attributes {
 public:
  explicit Attributes(db::SchemaPtr before);

  // The attribute of that name, as it is now; null if no attribute can be called so. [D-83] O(1).
  // `name` must live as long as the Attributes: its address is remembered.
  TxAttribute* of(const Value& name);
  // The same for a name that a row of the database has; it may die right after.
  TxAttribute* stored(const Value& name);

  // A change of an attribute that makes schema was made.
  void note(const format::Change& change);

  // Changes noted so far; the schema that they make of the one before.
  const std::vector<format::Change>& schema_changes() const { return schema_changes_; }
  db::SchemaPtr schema_after() const { return before_->apply(schema_changes_); }
  const db::Schema& before() const { return *before_; }

 private:
  TxAttribute* intern(const Value& name);
  TxAttribute* as_of_now(TxAttribute* attribute);
  TxAttribute* find_or_make(const Value& name);
  TxAttribute* make(const Value& name, std::uint64_t hashed);
  void look_up(TxAttribute& attribute) const;
  void refresh();

  // Keywords that come from one reader share their blocks, so that an address says enough.
  struct Recent {
    std::uintptr_t address = 0;
    TxAttribute* attribute = nullptr;
  };
  static constexpr std::size_t kRecent = 64;

  db::SchemaPtr before_;
  db::SchemaPtr now_;
  std::vector<format::Change> schema_changes_;
  std::size_t seen_ = 0;  // of schema_changes_, those that are in now_
  std::deque<TxAttribute> attributes_;
  HashIndex by_name_;
  std::array<Recent, kRecent> recent_;
};

}  // namespace stele::tx
