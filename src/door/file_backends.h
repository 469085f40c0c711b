// What there is in a folder: for the backends whose stores are folders and files.
#pragma once

#include <vector>

#include <stele/store.h>

namespace stele::door {

// The maps of the stores in a place: the place itself if it is a store, else what is directly in
// the folder. Names that begin with a dot are passed over, and so is what may not be looked into.
Result<std::vector<Value>> file_stores_in(const Value& map, const std::string& path);
Result<std::vector<Value>> sqlite_stores_in(const Value& map, const std::string& path);

}  // namespace stele::door
