// There is no thirteenth month: the literal does not compile.
#include <stele/stele.h>

constexpr stele::Instant kDay = stele::instant("2025-13-01");
