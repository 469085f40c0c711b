// Inventory: what is installed on a machine, out of dpkg's own files.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include <stele/stele.h>

namespace debian {

struct Machine {
  std::string architecture;     // "amd64"
  std::string status;           // of dpkg: deb822, a paragraph a package
  std::string extended_states;  // of apt: which packages it chose itself; may be empty
  // When the files of a package were unpacked, by its name as dpkg says it.
  std::function<std::optional<stele::Instant>(const std::string&)> unpacked;
};

// An entity map for every installed package. Error: `invalid` `:deb822/line`.
stele::Result<stele::Value> inventory_forms(const Machine& machine);

}  // namespace debian
