// Any bytes: an error, or values that survive being written and read again.
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "edn/reader.h"
#include "edn/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stele;
  const auto values = edn::read_all(base::text({data, size}));
  if (!values.ok()) {
    STELE_CHECK(values.error().category() == ErrorCategory::invalid);
    return 0;
  }
  for (const Value& value : *values) {
    const auto again = edn::read(edn::write(value));
    STELE_CHECK(again.ok() && *again == value);
    const auto pretty = edn::read(edn::write_pretty(value, 40));
    STELE_CHECK(pretty.ok() && *pretty == value);
  }
  return 0;
}
