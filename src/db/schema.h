// Schema: what is known about attributes, derived from the datoms that declare them.
//
// Attributes are entities; asserting :db/valueType, :db/cardinality, … on an entity with a
// :db/ident declares one. The schema follows those datoms, transaction by transaction, and also
// knows the implicit attributes every database has (D-92) and every :db/ident (D-66).
//
// Thread safety: immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stele/datom.h>

#include "format/head.h"

namespace stele::db {

// The types an attribute can be declared with. [D-20]
enum class ValueType : std::uint8_t {
  any,  // not declared (only under :schema-flexibility :read)
  string,
  boolean,
  int64,
  bigint,
  float64,
  float32,
  number,
  bigdec,
  instant,
  keyword,
  symbol,
  uuid,
  ref,
  bytes,
  float_array,
  double_array,
  tuple,
  store_ref,
};
std::optional<ValueType> value_type_of(const Value& keyword);  // :db.type/long → int64
std::string_view name(ValueType type);                         // "db.type/long"

enum class Unique : std::uint8_t { none, value, identity };

struct Attribute {
  Value ident;
  EntityId id = 0;  // 0: implicit or undeclared
  ValueType type = ValueType::any;
  bool many = false;
  Unique unique = Unique::none;
  bool index = false;  // :db/index true
  bool component = false;
  bool no_history = false;
  bool system = false;                     // implicit
  std::optional<std::int64_t> max_length;  // 0: any, whatever the database's caps say [D-67]

  bool is_ref() const { return type == ValueType::ref; }
  // Is it in AVET? [D-52]
  bool indexed() const { return index || unique != Unique::none || is_ref(); }
};

class Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

class Schema : public std::enable_shared_from_this<Schema> {
 public:
  // Only the implicit attributes.
  static SchemaPtr initial(const format::Config& config);
  // From the serialised form that snapshots hold; no bytes: nothing declared.
  // Error: `corrupt` `:schema/corrupt`.
  static Result<SchemaPtr> read(const format::Config& config, base::ByteView bytes);
  base::Bytes write() const;

  // After the changes of a transaction. The same schema if none of them concerns it: O(changes).
  // A :db/doc is remembered only of entities that have another schema fact by then, so that
  // documented data does not swell the schema.
  SchemaPtr apply(std::span<const format::Change> changes) const;

  // The attribute, or null if it is not declared. O(1); valid as long as the schema.
  const Attribute* find(const Value& ident) const;
  // The entity with this :db/ident.
  std::optional<EntityId> entity_of(const Value& ident) const;
  // Is this one of the attributes that make schema (:db/ident, :db/valueType, …)?
  static bool concerns_schema(const Value& attribute);

  // For users: see Db::schema, Db::reverse_schema. [D-93]
  Value to_value() const;
  Value to_reverse_value() const;
  std::vector<const Attribute*> user_attributes() const;  // ascending by ident
  // The schema facts of one entity as (attribute, value), for validating a transaction's result.
  std::vector<std::pair<Value, Value>> facts_of(EntityId e) const;

  ~Schema();

 private:
  struct Tables;
  explicit Schema(std::shared_ptr<const Tables> tables);
  std::shared_ptr<const Tables> tables_;
};

}  // namespace stele::db
