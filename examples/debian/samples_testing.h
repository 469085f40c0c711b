// A small archive that nobody has: two dates of it, and a machine that runs some of it. For tests.
#pragma once

#include <stele/stele.h>

#include "catalog.h"
#include "inventory.h"

namespace debian {

inline constexpr stele::Instant kFirstDate = stele::instant("2021-03-01");
inline constexpr stele::Instant kSecondDate = stele::instant("2021-05-01");

PackageList first_list();
PackageList second_list();  // newer versions of some, from the suite "harbour-security"
Machine small_machine();

// Both lists, or the machine, in a new database in memory of this name.
stele::Connection sample_catalog(const std::string& name);
stele::Connection sample_inventory(const std::string& name);

// Adds a list, which must work.
void add(Catalog& catalog, const PackageList& list);

}  // namespace debian
