#include "tx/attributes.h"

#include <algorithm>
#include <iterator>

#include "base/hash.h"
#include "value/block.h"

namespace stele::tx {
namespace {

constexpr std::string_view kRefused[] = {
    "db/ensure",     "db.attr/preds", "db.entity/attrs", "db.entity/preds",
    "db/tupleAttrs", "db/tupleType",  "db/tupleTypes",   "db.valid/from",
    "db.valid/to",   "db/noCommit",   "db/retracted",    "db/fn",
};

// Names of the system have namespaces of their own, all of which begin so.
bool is_of_system(const Value& name) { return name.ns().starts_with('d'); }

TxAttribute::Use use_of(const Value& name) {
  using Use = TxAttribute::Use;
  if (!name.is(Kind::keyword)) return Use::fact;
  if (is_of_system(name)) {
    if (name.is_keyword("db/id")) return Use::entity_id;
    if (name.is_keyword("db.install/_attribute")) return Use::ignored;
    const auto is_name = [&](std::string_view text) { return name.is_keyword(text); };
    if (std::any_of(std::begin(kRefused), std::end(kRefused), is_name)) return Use::refused;
    if (name.ns() == "dh.ref" || name.ns() == "db.secondary") return Use::refused;
  }
  return name.name().size() > 1 && name.name().starts_with('_') ? Use::reverse : Use::fact;
}

std::uintptr_t address_of(const Value& name) {
  return static_cast<std::uintptr_t>(ValueBlocks::bits(name));
}

}  // namespace

Attributes::Attributes(db::SchemaPtr before) : before_(std::move(before)), now_(before_) {}

TxAttribute* Attributes::of(const Value& name) { return as_of_now(intern(name)); }

TxAttribute* Attributes::stored(const Value& name) { return as_of_now(find_or_make(name)); }

TxAttribute* Attributes::as_of_now(TxAttribute* attribute) {
  // What declares attributes is itself fixed, so a transaction that only declares never waits for
  // a new schema.
  if (attribute && seen_ < schema_changes_.size() && !attribute->now.system) refresh();
  return attribute;
}

TxAttribute* Attributes::intern(const Value& name) {
  if (!name.is(Kind::keyword) && !name.is(Kind::string)) return nullptr;
  const std::uintptr_t address = address_of(name);
  Recent& recent = recent_[(address >> 4) % kRecent];
  if (recent.address != address) recent = {address, find_or_make(name)};
  return recent.attribute;
}

TxAttribute* Attributes::find_or_make(const Value& name) {
  const auto is_name = [&](std::uint32_t at) { return attributes_[at].ident == name; };
  const std::uint64_t hashed = hash(name);
  const std::uint32_t at = by_name_.find(hashed, is_name);
  return at == HashIndex::kNone ? make(name, hashed) : &attributes_[at];
}

TxAttribute* Attributes::make(const Value& name, std::uint64_t hashed) {
  TxAttribute* attribute = &attributes_.emplace_back();
  attribute->ident = name;
  attribute->number = static_cast<std::uint32_t>(attributes_.size() - 1);
  by_name_.insert(hashed, attribute->number);
  attribute->use = use_of(name);
  attribute->is_ident = name.is_keyword("db/ident");
  attribute->is_tx_instant = name.is_keyword("db/txInstant");
  attribute->makes_schema = db::Schema::concerns_schema(name);
  attribute->before = before_->find(name);
  look_up(*attribute);
  if (attribute->use == TxAttribute::Use::reverse) {
    const Value forward = Value::keyword(name.ns(), name.name().substr(1));
    attribute->forward = find_or_make(forward);
  }
  return attribute;
}

void Attributes::look_up(TxAttribute& attribute) const {
  const db::Attribute* found = now_->find(attribute.ident);
  const bool was_unique = attribute.is_unique();
  attribute.declared = found != nullptr;
  attribute.now = found ? *found : db::Attribute{.ident = attribute.ident};
  if (attribute.changed && !was_unique && attribute.is_unique()) attribute.unique_too_late = true;
}

void Attributes::note(const format::Change& change) { schema_changes_.push_back(change); }

void Attributes::refresh() {
  now_ = now_->apply(std::span(schema_changes_).subspan(seen_));
  seen_ = schema_changes_.size();
  for (TxAttribute& attribute : attributes_) {
    if (!attribute.now.system) look_up(attribute);
  }
}

}  // namespace stele::tx
