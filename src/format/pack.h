// Pack: the immutable object that holds all frames of one fold.
//
//   magic "stelepk0", nonce (16 bytes), frames …, directory, footer
// The directory lists (hash, offset, length) ascending by hash, so that a frame whose hint failed
// can be found; the footer says where the directory begins. A pack is named by the SHA-256 of its
// bytes: "packs/<hex>".
#pragma once

#include <optional>
#include <string_view>

#include "format/branch.h"

namespace stele::format {

struct PackEntry {
  Hash hash;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};

class PackWriter {
 public:
  explicit PackWriter(std::span<const std::uint8_t, 16> nonce);

  // Where the frame will lie; `place.pack` is zero ("this pack") until finish() names it.
  Place add(const Frame& frame);
  std::size_t bytes() const { return bytes_.size(); }
  bool empty() const { return entries_.empty(); }

  struct Finished {
    Hash name;
    base::Bytes bytes;
  };
  Finished finish();

 private:
  base::Bytes bytes_;
  std::vector<PackEntry> entries_;
};

std::string pack_key(const Hash& name);               // "packs/<hex>"
std::optional<Hash> pack_name(std::string_view key);  // nothing if it is no pack's key

// The directory of a whole pack. Checks magic, bounds and order.
// Error: `corrupt` `:pack/corrupt` with the offset.
Result<std::vector<PackEntry>> read_pack_directory(base::ByteView pack);

}  // namespace stele::format
