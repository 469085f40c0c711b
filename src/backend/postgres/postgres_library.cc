#include "backend/postgres/postgres_library.h"

namespace stele::backend {

const PostgresLibrary& postgres_library() {
  static const PostgresLibrary loaded;
  return loaded;
}

}  // namespace stele::backend
