#include "tx/fact_hash.h"

#include <bit>
#include <cstdlib>
#include <limits>

#include "base/hash.h"

namespace stele::tx {
namespace {

// Numbers that are equal round to the same double.
std::uint64_t hash_of_double(double d) {
  if (d == 0) d = 0;  // -0.0 and 0.0 are one
  if (d != d) d = std::numeric_limits<double>::quiet_NaN();
  return base::mix(8, std::bit_cast<std::uint64_t>(d));
}

std::uint64_t hash_of_number(const Value& number) {
  switch (number.kind()) {
    case Kind::int64:
      return hash_of_double(static_cast<double>(number.as_int64()));
    case Kind::float64:
    case Kind::float32:
      return hash_of_double(number.as_double());
    default:
      return hash_of_double(std::strtod(number.as_decimal().c_str(), nullptr));
  }
}

}  // namespace

std::uint64_t fact_hash(const Value& value) {
  if (value.is_number()) return hash_of_number(value);
  // Members of sets, maps and tagged values must be ==; only those of sequences are looser.
  if (!value.is_sequential()) return hash(value);
  std::uint64_t combined = value.items().size();
  for (const Value& item : value.items()) combined = base::mix(combined, fact_hash(item));
  return combined;
}

}  // namespace stele::tx
