#include "tx/check.h"

#include "base/try.h"
#include "format/limits.h"
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
  if (a.is_keyword("db/maxLength") && value.as_int64() < 0) {
    return bad_value("a length, or 0 for any length", value, form);
  }
  return {};
}

// What it takes to write the value down, more or less.
std::size_t bytes_of(const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      return value.as_string().size();
    case Kind::bytes:
      return value.as_bytes().size();
    case Kind::float_array:
      return value.as_floats().size_bytes();
    case Kind::double_array:
      return value.as_doubles().size_bytes();
    case Kind::vector:
    case Kind::list:
    case Kind::set:
    case Kind::map:
    case Kind::tagged: {
      base::Bytes bytes;
      value::write_value(value, bytes);
      return bytes.size();
    }
    default:
      return 0;
  }
}

// What nobody could read back must not be written: values too deep or too large.
Done check_extent(const Value& value) {
  if (value::depth(value) > value::kDepthMax) {
    return syntax_error(
        base::text("Collections nest deeper than ", value::kDepthMax, " in a value"), Value());
  }
  if (const auto bytes = bytes_of(value); bytes > format::kValueBytesMax) {
    return Error(ErrorCategory::limit, "transact/value-too-large",
                 base::text("A value of ", bytes, " bytes cannot be stored; the limit is ",
                            format::kValueBytesMax, ". Store it elsewhere and name it here."));
  }
  return {};
}

// How long a value is, in which unit, and how long the database's own cap lets it be.
struct Length {
  std::uint64_t units = 0;
  std::string_view unit;
  std::uint64_t cap = 0;  // 0: none
};

// A character outside the Basic Multilingual Plane takes four bytes, and two units.
std::uint64_t utf16_units(std::string_view utf8) {
  std::uint64_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0u) != 0x80u ? 1 : 0;
    units += byte >= 0xF0u ? 1 : 0;
  }
  return units;
}

std::optional<Length> length_of(const Value& value, const format::ValueCaps& caps) {
  switch (value.kind()) {
    case Kind::string:
      return Length{utf16_units(value.as_string()), "chars", caps.string_chars};
    case Kind::bytes:
      return Length{value.as_bytes().size(), "bytes", caps.bytes};
    case Kind::float_array:
      return Length{value.as_floats().size(), "floats", caps.floats};
    case Kind::double_array:
      return Length{value.as_doubles().size(), "doubles", caps.doubles};
    default:
      return std::nullopt;
  }
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
  STELE_DO(check_extent(value));
  const bool is_system = attribute.now.system;
  if (!is_strict && !is_system) return {};
  if (!conforms(attribute.now.type, value)) {
    return bad_value(base::text(':', db::name(attribute.now.type)), value, form);
  }
  return is_system && attribute.makes_schema ? check_declaration(attribute, value, form) : Done();
}

Done check_length(const TxAttribute& attribute, const Value& value, const format::Config& config,
                  const Value& form) {
  const auto& own = attribute.now.max_length;
  const bool capped = !config.schema_on_read && !attribute.now.system && config.caps.any();
  if (!own && !capped) return {};
  const auto length = length_of(value, config.caps);
  if (!length) return {};
  const std::uint64_t limit = own ? static_cast<std::uint64_t>(*own) : length->cap;
  if (limit == 0 || length->units <= limit) return {};
  return invalid(
             "transact/max-length",
             base::text("Value of ", shown(attribute.ident), " is too long: ", length->units, ' ',
                        length->unit, ", and at most ", limit, " are allowed, at ", shown(form)))
      .with("attribute", attribute.ident)
      .with("length", Value(length->units))
      .with("limit", Value(limit))
      .with("unit", Value::keyword(length->unit))
      .with("context", form);
}

}  // namespace stele::tx
