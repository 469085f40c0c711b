// Damage to the head of a database in any store, and its repair: what must hold for each byte.
//
// Thread safety: none.
#pragma once

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <stele/store.h>

#include "conn/repair.h"
#include "scene_testing.h"

namespace stele::scene {

// How a test gets at the bytes that a store keeps for the head "db".
struct HeadBytes {
  std::function<std::string()> read;
  std::function<void(const std::string&)> write;
};

// A database with trees, a past and a tail; schema on read.
void build_small(const std::string& url);
// All there is to read in it.
Result<std::string> everything(const std::string& url);

// Every `step`-th byte damaged in turn: reading tells the truth or names `place` in an error, and
// repair restores the truth or an earlier state of it (never another), or says that nothing
// verifies and changes nothing. How many were restored.
struct RepairTally {
  int without_effect = 0, restored = 0, lost = 0;
};
RepairTally damage_head(const std::string& url, std::shared_ptr<Store> store, const HeadBytes& head,
                        const std::string& place, std::size_t step = 1);

}  // namespace stele::scene
