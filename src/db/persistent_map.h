// PersistentMap: a hash map that never changes. `with` and `without` give new maps that share all
// but one path with the old one, so that a transaction which declares one attribute, or one ident
// among a hundred thousand, copies a few hundred bytes.
//
// A tree of fan-out 16 by the bits of the hash; its leaves hold up to 8 entries.
//
// Thread safety: immutable. Keys are compared with ==; `Hash` must be consistent with it and spread
// its bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace stele::db {

template <typename K, typename V, typename Hash>
class PersistentMap {
 public:
  using Entry = std::pair<K, V>;

  std::size_t size() const { return size_; }

  // The value, or null; valid as long as any map that holds it. O(log n).
  const V* find(const K& key) const {
    const std::uint64_t hash = Hash()(key);
    const Node* node = root_.get();
    for (int shift = 0; node != nullptr; shift += kBits) {
      if (node->children.empty()) return find_entry(*node, key);
      node = node->children[slot(hash, shift)].get();
    }
    return nullptr;
  }

  PersistentMap with(K key, V value) const {
    PersistentMap made = *this;
    const std::uint64_t hash = Hash()(key);
    made.root_ = put(root_, 0, hash, {std::move(key), std::move(value)}, made.size_);
    return made;
  }

  PersistentMap without(const K& key) const {
    PersistentMap made = *this;
    if (find(key) == nullptr) return made;
    made.root_ = remove(root_, 0, Hash()(key), key);
    --made.size_;
    return made;
  }

  // In an order that depends on the hashes alone.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    if (root_) walk(*root_, visit);
  }

 private:
  static constexpr int kBits = 4;
  static constexpr int kFanout = 1 << kBits;
  static constexpr std::size_t kEntriesMax = 8;
  static constexpr int kShiftMax = 64 - kBits;  // below it a leaf grows without limit

  struct Node {
    std::vector<Entry> entries;                         // of a leaf
    std::vector<std::shared_ptr<const Node>> children;  // of an inner node: kFanout, or none
  };
  using NodePtr = std::shared_ptr<const Node>;

  static std::size_t slot(std::uint64_t hash, int shift) {
    return static_cast<std::size_t>(hash >> shift) & (kFanout - 1);
  }

  static const V* find_entry(const Node& leaf, const K& key) {
    for (const Entry& entry : leaf.entries) {
      if (entry.first == key) return &entry.second;
    }
    return nullptr;
  }

  static NodePtr put(const NodePtr& node, int shift, std::uint64_t hash, Entry entry,
                     std::size_t& size) {
    auto made = node ? std::make_shared<Node>(*node) : std::make_shared<Node>();
    if (!made->children.empty()) {
      NodePtr& child = made->children[slot(hash, shift)];
      child = put(child, shift + kBits, hash, std::move(entry), size);
      return made;
    }
    for (Entry& old : made->entries) {
      if (old.first == entry.first) return old = std::move(entry), made;
    }
    made->entries.push_back(std::move(entry));
    ++size;
    if (made->entries.size() > kEntriesMax && shift < kShiftMax) split(*made, shift);
    return made;
  }

  static void split(Node& leaf, int shift) {
    leaf.children.resize(kFanout);
    std::size_t size = 0;  // not counted again
    for (Entry& entry : leaf.entries) {
      const std::uint64_t hash = Hash()(entry.first);
      NodePtr& child = leaf.children[slot(hash, shift)];
      child = put(child, shift + kBits, hash, std::move(entry), size);
    }
    leaf.entries.clear();
  }

  // The key is there. Inner nodes stay, even if they become empty.
  static NodePtr remove(const NodePtr& node, int shift, std::uint64_t hash, const K& key) {
    auto made = std::make_shared<Node>(*node);
    if (!made->children.empty()) {
      NodePtr& child = made->children[slot(hash, shift)];
      child = remove(child, shift + kBits, hash, key);
      return made;
    }
    std::erase_if(made->entries, [&](const Entry& entry) { return entry.first == key; });
    return made;
  }

  template <typename Visit>
  static void walk(const Node& node, const Visit& visit) {
    for (const Entry& entry : node.entries) visit(entry.first, entry.second);
    for (const NodePtr& child : node.children) {
      if (child) walk(*child, visit);
    }
  }

  NodePtr root_;
  std::size_t size_ = 0;
};

}  // namespace stele::db
