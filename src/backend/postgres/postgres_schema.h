// The tables of a store in PostgreSQL, and the commands on them. postgres_store.h says what they
// hold. A value; commands are told apart by the addresses of its members.
#pragma once

#include <string>
#include <string_view>

namespace stele::backend {

struct PostgresSchema {
  explicit PostgresSchema(std::string_view prefix);

  static constexpr int kLayout = 1;

  // Opening, making, destroying.
  std::string is_there, prefixes, state, wait_to_create, create_store, create_heads, create_entries,
      keep_entries_plain, create_objects, keep_objects_plain, mark, drop;
  // Locks of heads.
  std::string pass_lock, take_lock, give_lock;
  // Heads. swap and create give a head a generation and one row; append adds a row.
  std::string read_head, create_head, swap_head, append_head, head_names;
  // Repair: what is left of a head; keep_damaged puts it aside, restore_head another in its place.
  std::string salvage_head, keep_damaged, remove_damaged, restore_head;
  // Objects.
  std::string read, add, length, list, remove;
};

}  // namespace stele::backend
