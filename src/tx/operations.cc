// Vector operations, and what all items have in common: one fact. [T-20, T-21, T-28]
#include "base/try.h"
#include "tx/attempt.h"
#include "tx/check.h"
#include "tx/errors.h"

namespace stele::tx {

using base::text;
using Use = TxAttribute::Use;
using What = Reference::What;

namespace {

constexpr std::string_view kLaterOperations[] = {
    "db.fn/call", "db/purge", "db.purge/entity", "db.purge/attribute", "db.history.purge/before",
};

// How many letters must be put in, taken out or changed, for words this short.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// " Did you mean :db/add?", or nothing.
std::string guess(const Value& word, std::span<const Attempt::Operation> operations) {
  if (!word.is(Kind::keyword) || word.name().size() > 40 || word.ns().size() > 40) return "";
  const std::string spelled =
      word.ns().empty() ? std::string(word.name()) : text(word.ns(), '/', word.name());
  for (const auto& operation : operations) {
    if (edit_distance(spelled, operation.name) <= 3) {
      return text(" Did you mean :", operation.name, "?");
    }
  }
  return "";
}

bool is_reserved(std::string_view ns) { return ns == "db" || ns.starts_with("db."); }

Error not_declared(const Value& a, const Value& form) {
  return schema_error(text("Bad entity attribute ", shown(a), " at ", shown(form),
                           ", not defined in current schema"),
                      form)
      .with("attribute", a);
}

}  // namespace

// ---- Operations

std::span<const Attempt::Operation> Attempt::operations() {
  static constexpr Operation kOperations[] = {
      {"db/add", 4, "e a v", &Attempt::run_add},
      {"db/retract", 4, "e a v", &Attempt::run_retract},
      {"db/retractEntity", 2, "e", &Attempt::run_retract_entity},
      {"db.fn/retractEntity", 2, "e", &Attempt::run_retract_entity},
      {"db.fn/retractAttribute", 3, "e a", &Attempt::run_retract_attribute},
      {"db/cas", 5, "e a old new", &Attempt::run_cas},
      {"db.fn/cas", 5, "e a old new", &Attempt::run_cas},
  };
  return kOperations;
}

Done Attempt::run_operation(const Value& operation) {
  const Value& word = item_at(operation.items(), 0);
  for (const Operation& known : operations()) {
    if (!word.is_keyword(known.name)) continue;
    if (operation.items().size() <= known.elements_max) return (this->*known.run)(operation);
    return syntax_error(text("Too many elements at ", shown(operation), ", expected [", shown(word),
                             ' ', known.shape, ']'),
                        operation);
  }
  return unknown_operation(operation);
}

Error Attempt::unknown_operation(const Value& operation) {
  const Value& word = item_at(operation.items(), 0);
  for (const auto later : kLaterOperations) {
    if (word.is_keyword(later)) return unsupported(text(':', later), operation);
  }
  const auto unknown = text("Unknown operation at ", shown(operation),
                            ", expected :db/add or :db/retract.", guess(word, operations()));
  if (!word.is(Kind::keyword)) return syntax_error(unknown, operation);
  const auto reference = references_.read(word, operation);
  if (reference.ok() && reference->is(What::entity)) {
    return unsupported("transaction functions", operation);
  }
  return syntax_error(text(unknown, " (Can't find entity for transaction fn ", shown(word), ')'),
                      operation);
}

Done Attempt::run_add(const Value& operation) {
  const auto items = operation.items();
  STELE_TRY(TxAttribute * a, attribute_named(item_at(items, 2)));
  const Value& v = item_at(items, 3);
  if (v.is_nil()) return nil_value(operation);
  // Both ids that are spelled out are taken before a tempid beside them gets one. [T-36]
  reserve_ids_of_vector(operation);
  STELE_TRY(const EntityId e, subject_of_add(item_at(items, 1), *a, v));
  if (!a->now.is_ref()) return assert_fact(e, *a, v);
  STELE_TRY(const Value target, reference_value(*a, v));
  return assert_fact(e, *a, target);
}

Done Attempt::run_retract(const Value& operation) {
  const auto items = operation.items();
  STELE_TRY(TxAttribute * a, attribute_named(item_at(items, 2)));
  STELE_TRY(const auto e, subject_of_retract(operation));
  if (!e) return {};
  STELE_DO(check_settled(*e, *a));
  const Value& v = item_at(items, 3);
  if (v.is_nil()) return facts_.retract_all(*e, *a), Done();
  Value stored = v;
  if (a->now.is_ref()) {
    STELE_TRY(const Reference target, references_.read(v, operation));
    if (target.is(What::name)) return tempid_misuse(operation);
    if (target.is(What::missing)) return entity_missing(v, operation);
    if (target.is(What::entity)) stored = Value(target.e);
  }
  STELE_DO(check_value(*a, stored, is_strict_, operation));
  facts_.retract(*e, *a, stored);
  return {};
}

// The entity of what takes something away; nullopt if there is no such entity, so that nothing is
// to be done. [T-21, T-33]
Result<std::optional<EntityId>> Attempt::subject_of_retract(const Value& operation) {
  const Value& named = item_at(operation.items(), 1);
  STELE_TRY(const Reference subject, references_.read(named, operation));
  if (subject.is(What::name)) return tempid_misuse(operation);
  if (subject.is(What::no_reference)) return no_entity_id(named, operation);
  return subject.is(What::missing) ? std::nullopt : std::optional(subject.e);
}

// ---- Attributes

// A key of a map: besides attributes also :db/id and reverse attributes.
Result<TxAttribute*> Attempt::key_named(const Value& name) {
  TxAttribute* a = attributes_.of(name);
  if (!a) {
    return syntax_error(text("Bad entity attribute ", shown(name), " at ", shown(*item_),
                             ", expected keyword or string"),
                        *item_);
  }
  if (a->use == Use::refused) return unsupported(shown(name), *item_);
  if (a->use == Use::entity_id || a->use == Use::ignored) return a;
  if (a->use == Use::fact) {
    if (!a->declared) STELE_DO(check_declared(*a));
    return a;
  }
  if (!a->forward->declared) STELE_DO(check_declared(*a->forward));
  if (a->forward->now.is_ref()) return a;
  return syntax_error(text("Bad attribute ", shown(name), ": reverse attribute name requires ",
                           "{:db/valueType :db.type/ref} in schema"),
                      *item_);
}

Result<TxAttribute*> Attempt::attribute_named(const Value& name) {
  STELE_TRY(TxAttribute * a, key_named(name));
  if (a->use == Use::fact) return a;
  return syntax_error(text("Bad entity attribute ", shown(name), " at ", shown(*item_),
                           ", which has its place only in entity maps"),
                      *item_);
}

// Under :read any attribute may be used undeclared, but not one that looks like the system's.
// [D-80, D-81, D-121]
Done Attempt::check_declared(const TxAttribute& a) const {
  if (a.declared) return {};
  const bool is_ours = a.ident.is(Kind::keyword) && is_reserved(a.ident.ns());
  if (is_strict_ || is_ours) return not_declared(a.ident, *item_);
  return {};
}

// ---- Entities and values

// The entity of an assertion. A tempid whose attribute is a unique identity that some entity has
// stands for that entity. [T-50]
Result<EntityId> Attempt::subject_of_add(const Value& subject, TxAttribute& a, const Value& v) {
  STELE_TRY(const Reference reference, references_.read(subject, *item_));
  if (reference.is(What::entity)) return reference.e;
  if (reference.is(What::missing)) return entity_missing(subject, *item_);
  if (reference.is(What::no_reference)) return no_entity_id(subject, *item_);
  ids_.is_subject(reference.name);
  if (a.is_identity()) {
    const auto value = known_value(a, v);
    const auto e = value ? facts_.owner_of(a, *value) : std::nullopt;
    if (e) STELE_DO(meet(reference.name, *e, subject));
  }
  return ids_.entity_of(reference.name);
}

// A value of a reference attribute as it is stored. [T-18, T-34, T-43]
Result<Value> Attempt::reference_value(const TxAttribute& a, const Value& v) {
  reserve_value(a, v);
  STELE_TRY(const Reference target, references_.read(v, *item_));
  if (target.is(What::entity)) return Value(target.e);
  if (target.is(What::missing)) return entity_missing(v, *item_);
  if (target.is(What::no_reference)) return bad_value("an entity", v, *item_);
  STELE_TRY(const EntityId e, ids_.entity_of(target.name));
  return Value(e);
}

// The value as it would be stored, if that is known without giving anything an id. [T-51]
std::optional<Value> Attempt::known_value(const TxAttribute& a, const Value& v) {
  if (!a.now.is_ref()) return v.is_nil() ? std::nullopt : std::optional(v);
  if (v.is(Kind::map)) return std::nullopt;
  const auto target = references_.read(v, *item_);
  if (!target.ok()) return std::nullopt;
  if (target->is(What::entity)) return Value(target->e);
  const auto e = target->is(What::name) ? ids_.known(target->name) : std::nullopt;
  return e ? std::optional(Value(*e)) : std::nullopt;
}

Done Attempt::meet(Name name, EntityId e, const Value& called) {
  switch (ids_.meet(name, e)) {
    case Ids::Meeting::agreed:
      return {};
    case Ids::Meeting::restart:
      wants_restart_ = true;
      return invalid("transact/restart", "the transaction must run again");  // never seen outside
    case Ids::Meeting::conflict:
      break;
  }
  const auto& [first, second] = ids_.bindings().conflict();
  return invalid("transact/upsert", text("Conflicting upsert: ", shown(called),
                                         " resolves both to ", first, " and ", second))
      .with("context", *item_);
}

// ---- One fact

Done Attempt::assert_fact(EntityId e, TxAttribute& a, const Value& v, TxId own_tx) {
  STELE_DO(check_value(a, v, is_strict_, *item_));
  STELE_DO(check_length(a, v, config_, *item_));
  if (a.is_ident && is_reserved(v.ns())) {
    return schema_error("Using namespace 'db' for attribute identifiers is not allowed", *item_);
  }
  if (a.is_tx_instant && e >= kTx0) return assert_instant(e, v);
  ids_.advance(e);
  if (a.now.is_ref()) ids_.advance(static_cast<EntityId>(v.as_int64()));
  const auto other = facts_.add(e, a, v, own_tx);
  if (!other) return {};
  const auto fact = text('[', e, ' ', shown(a.ident), ' ', shown(v), ']');
  return invalid("transact/unique",
                 text("Cannot add ", fact, " because of unique constraint: entity ", *other,
                      " has ", shown(a.ident), ' ', shown(v)))
      .with("attribute", a.ident)
      .with("value", v)
      .with("context", *item_);
}

// The instant of this transaction is no fact like others: there is exactly one, it stands first,
// and the log goes by it. Those of transactions before are settled. [T-72, T-73]
Done Attempt::assert_instant(EntityId e, const Value& v) {
  if (e != tx_) return unsupported("another :db/txInstant for an earlier transaction", *item_);
  instant_ = v.as_instant();
  return {};
}

Done Attempt::check_settled(EntityId e, const TxAttribute& a) const {
  if (!a.is_tx_instant || e < kTx0) return {};
  return unsupported("retracting the :db/txInstant of a transaction", *item_);
}

}  // namespace stele::tx
