#include "edn/tags.h"

#include <cmath>
#include <span>

#include "base/bytes.h"
#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"

namespace stele::edn {
namespace {

Error unfit(std::string_view tag, std::string_view wanted, const Value& value) {
  return invalid("edn/tag",
                 base::text("#", tag, " wants ", wanted, ", and this is ", write_short(value, 40)));
}

Result<Value> instant_of(const Value& value, std::string_view) {
  if (!value.is(Kind::string)) return unfit("inst", "a string such as \"2025-11-01\"", value);
  auto instant = parse_instant(value.as_string());
  if (!instant.ok()) return invalid("edn/instant", instant.error().message());
  return Value(*instant);
}

Result<Value> uuid_of(const Value& value, std::string_view) {
  if (!value.is(Kind::string))
    return unfit("uuid", "a string such as \"550e8400-e29b-41d4-a716-446655440000\"", value);
  auto uuid = parse_uuid(value.as_string());
  if (!uuid.ok()) return invalid("edn/uuid", uuid.error().message());
  return Value(*uuid);
}

Result<Value> bytes_of(const Value& value, std::string_view) {
  base::Bytes bytes;
  if (!value.is(Kind::string) || !base::from_hex(value.as_string(), bytes))
    return unfit("bytes", "a string of hexadecimal digits, two for each byte", value);
  return Value::bytes(bytes);
}

// Integers and floats of either width; false for everything else.
bool to_double(const Value& value, double& out) {
  if (value.is(Kind::int64)) {
    out = static_cast<double>(value.as_int64());
  } else if (value.is(Kind::float64) || value.is(Kind::float32)) {
    out = value.as_double();
  } else {
    return false;
  }
  return true;
}

Result<float> to_float(std::string_view tag, const Value& value) {
  double wide = 0;
  if (!to_double(value, wide)) return unfit(tag, "numbers", value);
  const auto narrow = static_cast<float>(wide);
  if (std::isinf(narrow) && !std::isinf(wide))
    return invalid("edn/number", base::text(write(value), " is beyond what a float can hold"));
  return narrow;
}

Result<Value> float_of(const Value& value, std::string_view) {
  STELE_TRY(const float number, to_float("float", value));
  return Value::float32(number);
}

Result<Value> float_array_of(const Value& value, std::string_view) {
  if (!value.is_sequential()) return unfit("float-array", "a vector of numbers", value);
  std::vector<float> floats;
  floats.reserve(value.items().size());
  for (const Value& item : value.items()) {
    STELE_TRY(const float number, to_float("float-array", item));
    floats.push_back(number);
  }
  return Value::float_array(floats);
}

Result<Value> double_array_of(const Value& value, std::string_view) {
  if (!value.is_sequential()) return unfit("double-array", "a vector of numbers", value);
  std::vector<double> doubles;
  doubles.reserve(value.items().size());
  for (const Value& item : value.items()) {
    double number = 0;
    if (!to_double(item, number)) return unfit("double-array", "numbers", item);
    doubles.push_back(number);
  }
  return Value::double_array(doubles);
}

Result<Value> bigint_of(const Value& value, std::string_view) {
  if (value.is(Kind::bigint)) return value;
  if (value.is(Kind::int64)) return Value::bigint(base::text(value.as_int64()));
  if (value.is(Kind::string)) return Value::bigint(value.as_string());
  return unfit("bigint", "an integer, or a string of one", value);
}

Result<Value> bigdec_of(const Value& value, std::string_view source) {
  if (value.is(Kind::bigdec)) return value;
  if (value.is(Kind::bigint)) return Value::bigdec(value.as_decimal());
  if (value.is(Kind::string)) return Value::bigdec(value.as_string());
  const bool is_float = value.is(Kind::float64) && std::isfinite(value.as_double());
  if (!is_float && !value.is(Kind::int64))
    return unfit("bigdec", "a number, or a string of one", value);
  if (source.starts_with('+')) source.remove_prefix(1);
  return Value::bigdec(source);
}

struct Entry {
  std::string_view tag;
  Interpreter interpreter;
};
constexpr Entry kInterpreters[] = {
    {"inst", instant_of},
    {"uuid", uuid_of},
    {"bytes", bytes_of},
    {"float", float_of},
    {"bigint", bigint_of},
    {"bigdec", bigdec_of},
    {"float-array", float_array_of},
    {"double-array", double_array_of},
};

}  // namespace

Interpreter interpreter_of(std::string_view tag) {
  for (const Entry& entry : kInterpreters)
    if (entry.tag == tag) return entry.interpreter;
  return nullptr;
}

}  // namespace stele::edn
