// What can still be read of a head's file that is damaged, for repair.
#pragma once

#include <stele/store.h>

#include "base/bytes.h"

namespace stele::backend {

// Adds the runs of bytes that `file`, a whole file of a head, still holds, oldest first, and says
// in `out.damage` what is wrong with it. Frames that verify are joined to runs as long as nothing
// is missing between them. A body with a wrong checksum is added all the same: what is inside has
// checksums of its own, and repair looks at those. O(bytes).
void salvage_head_file(base::ByteView file, Store::Salvage& out);

}  // namespace stele::backend
