// A result that nobody looks at is a warning, which this file takes for an error.
#include <stele/stele.h>
#pragma GCC diagnostic error "-Wunused-result"

void fold(const stele::Connection& connection) { connection.fold(); }
