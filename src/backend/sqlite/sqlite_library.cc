#include "backend/sqlite/sqlite_library.h"

namespace stele::backend {

const SqliteLibrary& sqlite_library() {
  static const SqliteLibrary loaded;
  return loaded;
}

}  // namespace stele::backend
