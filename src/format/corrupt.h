// Errors of decoding: what is wrong, and at which byte.
#pragma once

#include <stele/error.h>
#include <stele/value.h>

#include "base/text.h"

namespace stele::format {

inline Error corrupt_at(std::string_view code, std::string_view what, std::uint64_t offset) {
  return corrupt(code, base::text(what, ", at byte ", offset)).with("offset", Value(offset));
}

inline Error corrupt_node(std::string_view what, std::uint64_t offset) {
  return corrupt_at("node/corrupt", what, offset);
}

}  // namespace stele::format
