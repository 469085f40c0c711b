// Pull: what an entity looks like, as a map of the shape that a pattern draws.
//
//   stele::pull(db, "[:person/name {:person/friend [:person/name]}]", 17).value()
//     => {:person/name "Ann" :person/friend [{:person/name "Bob"} {:person/name "Cy"}]}
//
// docs/pull.md shows the pattern language by example.
#pragma once

#include <memory>

#include <stele/query.h>

namespace stele {

namespace query {
struct PullForm;
}

// A pattern, read and checked once, used on any databases.
// Thread safety: immutable; copies share it.
class PullPattern {
 public:
  // From a form, or a string that holds one.
  // Errors: `invalid` `:edn/…`, `:parser/pull` with the part that is wrong. [P-2, P-3]
  static Result<PullPattern> read(const Value& form);

  const query::PullForm& form() const { return *form_; }

 private:
  PullPattern() = default;
  std::shared_ptr<const query::PullForm> form_;
};

// The entity as a map; nil if the pattern finds nothing, or nothing has the id's lookup ref or
// ident. An entity is named by its id, a lookup ref or an ident. Reads each level of references
// at once: the cost of a cold database is rounds by the depth of the answer.
//
// Errors: `invalid` `:parser/pull` (the pattern asks for references under an attribute that has
// none), `:entity-id/syntax`, `:lookup-ref/…`; `limit` `:query/timeout`, `:query/canceled`,
// `:query/memory`, `:pull/depth`; or whatever reading met. [P-1 … P-25]
Result<Value> pull(const Db& db, const PullPattern& pattern, const Value& eid,
                   const QueryOptions& options = {});
Result<Value> pull(const Db& db, const Value& pattern, const Value& eid,
                   const QueryOptions& options = {});

// A vector with what `pull` gives for each of the ids (a vector, list or set of them), nil in the
// place of those that it gives nil for. Reads as often as for one. [P-22]
Result<Value> pull_many(const Db& db, const PullPattern& pattern, const Value& eids,
                        const QueryOptions& options = {});
Result<Value> pull_many(const Db& db, const Value& pattern, const Value& eids,
                        const QueryOptions& options = {});

// Everything the entity says, as a map: :db/id, and each of its attributes. Of cardinality many
// the values are a set; a reference is {:db/id n}, and a component the whole map of what it owns,
// on and on. An id that nothing is known about gives {:db/id n}; a lookup ref or an ident that
// nothing has gives nil. Errors: as pull. [N-1 … N-4]
Result<Value> entity(const Db& db, const Value& eid, const QueryOptions& options = {});

// One attribute of it: its value, a set for cardinality many, nil for nothing. The attribute is a
// keyword or a string; with an underscore before its name, :person/_friend, it is followed
// backwards: the set of those that refer to the entity, or the one that owns it. References are
// {:db/id n}. [N-2, N-3]
Result<Value> entity_attribute(const Db& db, const Value& eid, const Value& attribute,
                               const QueryOptions& options = {});

}  // namespace stele
