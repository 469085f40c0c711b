#include "tx/errors.h"

#include "edn/writer.h"

namespace stele::tx {

using base::text;

std::string shown(const Value& value) { return edn::write_short(value); }

Error syntax_error(std::string message, const Value& form) {
  return invalid("transact/syntax", std::move(message)).with("context", form);
}

Error schema_error(std::string message, const Value& form) {
  return invalid("transact/schema", std::move(message)).with("context", form);
}

Error unsupported(std::string_view what, const Value& form) {
  return invalid("transact/unsupported", text("This version of stele does not support ", what,
                                              " in transactions yet: ", shown(form)))
      .with("context", form);
}

Error bad_value(std::string_view expected, const Value& value, const Value& form) {
  return schema_error(text("Bad entity value ", shown(value), " at ", shown(form),
                           ", value does not match schema definition. Must be ", expected),
                      form)
      .with("value", value);
}

Error nil_value(const Value& form) {
  return syntax_error(text("Cannot store nil as a value at ", shown(form)), form);
}

Error entity_missing(const Value& reference, const Value& form) {
  return invalid("entity-id/missing", text("Nothing found for entity id ", shown(reference)))
      .with("entity-id", reference)
      .with("context", form);
}

Error tempid_misuse(const Value& form) {
  return syntax_error(
      text("Can't use tempid in '", shown(form), "'. Tempids are allowed in :db/add only"), form);
}

Error no_entity_id(const Value& reference, const Value& form) {
  return invalid("entity-id/syntax",
                 text("Expected number or lookup ref for entity id, got ", shown(reference)))
      .with("entity-id", reference)
      .with("context", form);
}

}  // namespace stele::tx
