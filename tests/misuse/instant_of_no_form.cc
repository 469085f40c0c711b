// Text that is no date does not compile where a literal is asked for; parse_instant takes it.
#include <stele/stele.h>

constexpr stele::Instant kDay = stele::instant("next tuesday");
