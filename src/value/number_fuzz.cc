// Texts of numbers, instants and uuids: what is read is printed as a text that reads the same.

#include <cstddef>
#include <cstdint>

#include <stele/value.h>

#include "base/bytes.h"
#include "base/check.h"

using namespace stele;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text({data, size});
  for (const auto read : {&Value::bigint, &Value::bigdec}) {
    if (const Result<Value> number = read(text); number.ok()) {
      const std::string shown = number->as_decimal();
      const Result<Value> again = read(shown);
      STELE_CHECK(again.ok() && *again == *number && again->as_decimal() == shown);
    }
  }
  if (const auto instant = parse_instant(text); instant.ok()) {
    STELE_CHECK(parse_instant(to_string(*instant)).value() == *instant);
  }
  if (const auto uuid = parse_uuid(text); uuid.ok()) {
    STELE_CHECK(parse_uuid(to_string(*uuid)).value() == *uuid);
  }
  return 0;
}
