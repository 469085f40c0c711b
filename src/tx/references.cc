#include "tx/references.h"

#include <algorithm>

#include "base/try.h"
#include "tx/errors.h"

namespace stele::tx {
namespace {

using What = Reference::What;

bool is_marker(const Value& reference) {
  if (reference.is(Kind::keyword)) return reference.is_keyword("db/current-tx");
  const std::string_view text = reference.as_string();
  return text == ":db/current-tx" || text == "datomic.tx" || text == "datahike.tx";
}

Reference entity(EntityId e) { return {What::entity, e, 0}; }
Reference missing() { return {What::missing, 0, 0}; }

Error lookup_ref_error(std::string_view code, std::string_view what, const Value& reference,
                       const Value& form) {
  return invalid(code, base::text(what, ": ", shown(reference)))
      .with("entity-id", reference)
      .with("context", form);
}

}  // namespace

Reference References::current_tx(const Value& marker) {
  if (std::find(markers_.begin(), markers_.end(), marker) == markers_.end()) {
    markers_.push_back(marker);
  }
  return entity(tx_);
}

Result<Reference> References::read(const Value& reference, const Value& form) {
  static const Value kIdent = Value::keyword("db/ident");
  switch (reference.kind()) {
    case Kind::int64:
      if (reference.as_int64() < 0) return Reference{What::name, 0, ids_.tempid(reference)};
      return read_number(reference.as_int64(), form);
    case Kind::string:
      if (is_marker(reference)) return current_tx(reference);
      return Reference{What::name, 0, ids_.tempid(reference)};
    case Kind::keyword: {
      if (is_marker(reference)) return current_tx(reference);
      const auto e = facts_.owner_of(*attributes_.of(kIdent), reference);
      return e ? entity(*e) : missing();
    }
    case Kind::vector:
    case Kind::list:
      return read_lookup_ref(reference, form);
    default:
      return Reference();
  }
}

Result<Reference> References::read_number(std::int64_t number, const Value& form) {
  // Transactions go on beyond the range of user's ids.
  const auto greatest = std::max<std::int64_t>(kEntityIdMax, static_cast<std::int64_t>(tx_));
  if (number > 0 && number <= greatest) return entity(static_cast<EntityId>(number));
  const auto limit = number > 0 ? base::text("Highest supported entity id is ", greatest)
                                : std::string("Entity ids are greater than 0");
  return syntax_error(base::text(limit, ", got ", number, " at ", shown(form)), form);
}

Result<Reference> References::read_lookup_ref(const Value& reference, const Value& form) {
  const auto items = reference.items();
  if (items.size() != 2) {
    return lookup_ref_error("lookup-ref/syntax", "Lookup ref should contain 2 elements", reference,
                            form);
  }
  const TxAttribute* attribute = attributes_.of(items[0]);
  if (!attribute || !attribute->is_unique()) {
    return lookup_ref_error("lookup-ref/unique",
                            "Lookup ref attribute should be marked as :db/unique", reference, form);
  }
  if (items[1].is_nil()) return missing();
  Value value = items[1];
  if (attribute->now.is_ref()) {
    STELE_TRY(const Reference target, read(value, form));
    const auto e = target.is(What::entity) ? std::optional(target.e)
                   : target.is(What::name) ? ids_.known(target.name)
                                           : std::nullopt;
    if (!e) return missing();
    value = Value(*e);
  }
  const auto e = facts_.owner_of(*attribute, value);
  return e ? entity(*e) : missing();
}

bool References::is_lookup_ref(const Value& value) {
  if (!value.is_sequential() || value.items().size() != 2) return false;
  if (!value.items()[0].is(Kind::keyword)) return false;
  return attributes_.of(value.items()[0])->is_unique();
}

}  // namespace stele::tx
