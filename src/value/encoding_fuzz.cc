// Damaged bytes are refused, or are a proper value that is written back as the same bytes.

#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "base/check.h"
#include "value/cell.h"

using namespace stele;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader reader({data, size});
  const Value value = value::read_value(reader);
  if (!reader.ok()) return 0;

  base::Bytes again;
  value::write_value(value, again);
  STELE_CHECK(again.size() == reader.offset());
  STELE_CHECK(std::equal(again.begin(), again.end(), data));
  STELE_CHECK(value::depth(value) <= value::kDepthMax);

  base::Arena arena;
  const value::Cell cell = value::cell_of(value, arena);
  STELE_CHECK(value::hash_cell(value.kind(), cell) == hash(value));
  STELE_CHECK(value::value_of(value.kind(), cell) == value);
  return 0;
}
