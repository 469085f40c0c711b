#include "tx/check.h"

#include "base/try.h"
#include "tx/errors.h"

namespace stele::tx {
namespace {

using db::ValueType;

// A type that can be declared but not yet used.
bool is_supported(ValueType type) {
  return type != ValueType::tuple && type != ValueType::store_ref;
}

Done check_value_type(const Value& value, const Value& form) {
  const auto type = db::value_type_of(value);
  if (!type) return bad_value("one of the value types, e.g. :db.type/string", value, form);
  if (!is_supported(*type)) return unsupported(base::text(':', db::name(*type)), form);
  return {};
}

Done check_word(const Value& value, std::string_view a, std::string_view b, const Value& form) {
  if (value.is_keyword(a) || value.is_keyword(b)) return {};
  return bad_value(base::text(':', a, " or :", b), value, form);
}

// What declares an attribute must make sense, or the schema would not. [D-84]
Done check_declaration(const TxAttribute& attribute, const Value& value, const Value& form) {
  const Value& a = attribute.ident;
  if (a.is_keyword("db/valueType")) return check_value_type(value, form);
  if (a.is_keyword("db/cardinality")) {
    return check_word(value, "db.cardinality/one", "db.cardinality/many", form);
  }
  if (a.is_keyword("db/unique")) {
    return check_word(value, "db.unique/identity", "db.unique/value", form);
  }
  return {};
}

}  // namespace

bool conforms(ValueType type, const Value& value) {
  switch (type) {
    case ValueType::any:
      return true;
    case ValueType::string:
      return value.is(Kind::string);
    case ValueType::boolean:
      return value.is(Kind::boolean);
    case ValueType::int64:
      return value.is(Kind::int64);
    case ValueType::bigint:
      return value.is_integer();
    case ValueType::float64:
      return value.is(Kind::float64);
    case ValueType::float32:
      return value.is(Kind::float32) || value.is(Kind::float64);
    case ValueType::number:
      return value.is_number();
    case ValueType::bigdec:
      return value.is(Kind::bigdec);
    case ValueType::instant:
      return value.is(Kind::instant);
    case ValueType::keyword:
      return value.is(Kind::keyword);
    case ValueType::symbol:
      return value.is(Kind::symbol);
    case ValueType::uuid:
      return value.is(Kind::uuid);
    case ValueType::ref:
      return value.is(Kind::int64);
    case ValueType::bytes:
      return value.is(Kind::bytes);
    case ValueType::float_array:
      return value.is(Kind::float_array);
    case ValueType::double_array:
      return value.is(Kind::double_array);
    case ValueType::tuple:
      return value.is(Kind::vector);
    case ValueType::store_ref:
      return value.is(Kind::uuid);
  }
  return false;
}

Done check_value(const TxAttribute& attribute, const Value& value, bool is_strict,
                 const Value& form) {
  const bool is_system = attribute.now.system;
  if (!is_strict && !is_system) return {};
  if (!conforms(attribute.now.type, value)) {
    return bad_value(base::text(':', db::name(attribute.now.type)), value, form);
  }
  return is_system && attribute.makes_schema ? check_declaration(attribute, value, form) : Done();
}

}  // namespace stele::tx
