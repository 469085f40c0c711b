// Dump: what is stored, byte for byte, as EDN that a person can read: heads, packs, nodes.
//
// Each piece is a map; a map for each record, node or child is printed on a line of its own.
// Nothing is looked at but what is asked for, so that a damaged database can be looked into, too.
#pragma once

#include <functional>
#include <string>

#include <stele/store.h>

namespace stele::app {

using Line = std::function<void(const Value& piece)>;

struct DumpOptions {
  std::string branch = "db";
  // The name of a pack or of a node in hex, or how it begins (at least four digits). Empty: the
  // head, and which packs there are.
  std::string name;
  // Of transactions also what they changed, of leaves also their rows.
  bool full = false;
};

// Errors: the store's; `corrupt` naming the object and the byte; `invalid` `:dump/name`.
Done dump(Store& store, const DumpOptions& options, const Line& line);

}  // namespace stele::app
