#include "app/dump.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "format/head.h"
#include "format/pack.h"
#include "value/cell.h"

namespace stele::app {

using base::text;
using format::Place;

namespace {

constexpr std::string_view kPacks = "packs/";
constexpr std::size_t kNameDigitsMin = 4;

// A map of what there is to say.
class Piece {
 public:
  template <typename V>
  Piece& add(std::string_view key, V value) {
    if constexpr (std::is_same_v<V, Value>) {
      entries_.emplace_back(Value::keyword(key), std::move(value));
    } else if constexpr (std::is_integral_v<V> && !std::is_same_v<V, bool>) {
      entries_.emplace_back(Value::keyword(key), Value(static_cast<std::int64_t>(value)));
    } else {
      entries_.emplace_back(Value::keyword(key), Value(value));
    }
    return *this;
  }
  Piece& add(std::string_view key, const base::Hash& hash) { return add(key, Value(hash.hex())); }
  Piece& add(const Place& place) {
    return add("pack", place.pack).add("at", place.offset).add("bytes", place.length);
  }
  operator Value() const { return Value::map(entries_); }  // NOLINT: that is what it is for

 private:
  std::vector<Value::Entry> entries_;
};

Value number(std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); }

// --- heads -------------------------------------------------------------------------------------

Value roots(const format::Snapshot& snapshot) {
  Piece all;
  for (int t = 0; t < format::kTreeCount; ++t) {
    const auto& root = snapshot.roots[static_cast<std::size_t>(t)];
    Piece one;
    one.add("rows", root.count);
    if (root.count > 0) one.add("height", root.height).add("node", root.hash).add(root.place);
    all.add(name(static_cast<format::Tree>(t)), Value(one));
  }
  return all;
}

Value described(const format::Snapshot& snapshot) {
  base::ByteReader schema(snapshot.schema);
  Piece piece;
  piece.add("record", Value::keyword(snapshot.deleted ? "tombstone" : "snapshot"))
      .add("branch", Value(snapshot.branch))
      .add("database", Value(snapshot.config.database_id))
      .add("created", Value(snapshot.config.created))
      .add("history", snapshot.config.keep_history)
      .add("schema-on-read", snapshot.config.schema_on_read)
      .add("t", snapshot.max_tx)
      .add("max-eid", snapshot.max_eid)
      .add("instant", Value(snapshot.instant))
      .add("commit", snapshot.commit_id)
      .add("trees", roots(snapshot))
      .add("schema", value::read_value(schema));
  return piece;
}

Value described(const format::Change& change) {
  std::vector<Value> parts = {number(change.e), change.a, change.v, number(change.tx),
                              Value(change.added)};
  if (!change.added) parts.push_back(number(change.ends));
  return Value::vector(std::move(parts));
}

Value described(const format::TailEntry& entry, bool full) {
  const auto& record = *entry.record;
  Piece piece;
  piece.add("record", Value::keyword("transaction"))
      .add("at", entry.offset)
      .add("bytes", entry.length)
      .add("t", record.tx)
      .add("instant", Value(record.instant))
      .add("nonce", Value(record.nonce))
      .add("parent", record.parent)
      .add("commit", entry.commit_id)
      .add("max-eid", record.max_eid);
  if (!full) return piece.add("changes", record.changes.size());
  std::vector<Value> changes;
  for (const auto& change : record.changes) changes.push_back(described(change));
  return piece.add("changes", Value::vector(std::move(changes)));
}

Done dump_head(Store& store, const DumpOptions& options, const Line& line) {
  STELE_TRY(const auto head, store.read_head(options.branch, HeadVersion{}, 0, Deadline{}));
  if (head.version.absent()) {
    return unavailable("db-does-not-exist",
                       text("there is no head '", options.branch, "' in ", store.url()));
  }
  line(Piece().add("head", Value(options.branch)).add("bytes", head.bytes.size()));
  auto content = format::decode_head(head.bytes);
  if (!content.ok()) {
    return content.error().because(
        text("This is the head '", options.branch, "' of ", store.url(), "."));
  }
  line(described(content->snapshot));
  for (const auto& entry : content->tail) line(described(entry, options.full));
  return {};
}

// --- packs -------------------------------------------------------------------------------------

Done for_each_pack(Store& store, const std::function<Done(const ObjectInfo&)>& take) {
  std::string from;
  do {
    STELE_TRY(auto page, store.list(std::string(kPacks), from, Deadline{}));
    for (const auto& object : page.objects) STELE_DO(take(object));
    from = page.next;
  } while (!from.empty());
  return {};
}

struct Pack {
  base::Hash name;
  base::Bytes bytes;
  std::vector<format::PackEntry> directory;

  base::Bytes frame(const format::PackEntry& entry) const {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(entry.offset);
    return base::Bytes(begin, begin + static_cast<std::ptrdiff_t>(entry.length));
  }
  Place place(const format::PackEntry& entry) const { return {name, entry.offset, entry.length}; }
};

Result<Pack> read_pack(Store& store, const std::string& key) {
  Pack pack;
  base::Bytes name;
  if (!base::from_hex(std::string_view(key).substr(kPacks.size()), name) ||
      name.size() != pack.name.bytes.size()) {
    return corrupt("pack/name", text("the object ", key, " in ", store.url(), " is no pack"));
  }
  std::copy(name.begin(), name.end(), pack.name.bytes.begin());
  STELE_TRY(pack.bytes, store.read(key, {}, Deadline{}));
  auto directory = format::read_pack_directory(pack.bytes);
  if (!directory.ok()) {
    return directory.error().because(text("This is ", key, " of ", store.url(), "."));
  }
  pack.directory = std::move(*directory);
  std::ranges::sort(pack.directory, {}, &format::PackEntry::offset);
  return pack;
}

// A frame that is no node is a blob.
Value described(const Pack& pack, const format::PackEntry& entry) {
  Piece piece;
  piece.add("at", entry.offset).add("bytes", entry.length);
  auto node = format::decode_node(pack.frame(entry), entry.hash, pack.place(entry));
  if (!node.ok()) {
    const auto blob = format::decode_blob(pack.frame(entry), entry.hash);
    if (!blob.ok())
      return piece.add("damaged", entry.hash).add("why", Value(blob.error().message()));
    return piece.add("blob", entry.hash).add("content", blob->size());
  }
  const bool leaf = (*node)->is_leaf();
  piece.add(leaf ? "leaf" : "branch", entry.hash)
      .add("tree", Value::keyword(name((*node)->tree())));
  if (leaf) return piece.add("rows", static_cast<const format::Leaf&>(**node).size());
  const auto& branch = static_cast<const format::Branch&>(**node);
  return piece.add("level", branch.level())
      .add("children", branch.children().size())
      .add("rows", branch.count());
}

void dump_pack(const Pack& pack, const Line& line) {
  line(Piece()
           .add("pack", pack.name)
           .add("bytes", pack.bytes.size())
           .add("frames", pack.directory.size()));
  for (const auto& entry : pack.directory) line(described(pack, entry));
}

// --- nodes -------------------------------------------------------------------------------------

Value row(const format::Leaf& leaf, std::uint32_t i) {
  std::vector<Value> parts = {number(leaf.e()[i]), leaf.attribute(i), leaf.value(i),
                              number(leaf.tx()[i])};
  if (format::has_ended(leaf.tree())) parts.push_back(number(leaf.ended()[i]));
  return Value::vector(std::move(parts));
}

void dump_rows(const format::Leaf& leaf, bool full, const Line& line) {
  const std::uint32_t rows = leaf.size();
  for (std::uint32_t i = 0; i < rows; ++i) {
    // The ends of a leaf say where it lies.
    if (full || i == 0 || i + 1 == rows) line(row(leaf, i));
  }
}

void dump_children(const format::Branch& branch, const Line& line) {
  const auto children = branch.children();
  for (std::size_t i = 0; i < children.size(); ++i) {
    Piece piece;
    if (i > 0) piece.add("from", row(branch.separators(), static_cast<std::uint32_t>(i - 1)));
    line(piece.add("node", children[i].hash).add("rows", children[i].count).add(children[i].place));
  }
}

void dump_node(const Pack& pack, const format::PackEntry& entry, bool full, const Line& line) {
  line(Piece().add("pack", pack.name).add("in", described(pack, entry)));
  const auto node = format::decode_node(pack.frame(entry), entry.hash, pack.place(entry));
  if (!node.ok()) return;
  if ((*node)->is_leaf()) {
    dump_rows(static_cast<const format::Leaf&>(**node), full, line);
  } else {
    dump_children(static_cast<const format::Branch&>(**node), line);
  }
}

Done not_found(const Store& store, const std::string& name) {
  return invalid("dump/name", text("no pack and no node of ", store.url(),
                                   " has a name that begins "
                                   "with ",
                                   name,
                                   "; `stele dump DB` lists the packs, `stele dump DB "
                                   "PACK` the nodes of one"));
}

Done dump_named(Store& store, const DumpOptions& options, const Line& line) {
  if (options.name.size() < kNameDigitsMin) {
    return invalid("dump/name", text("'", options.name, "' is too short: give at least ",
                                     kNameDigitsMin, " digits of a pack's or a node's name"));
  }
  std::vector<std::string> keys;
  STELE_DO(for_each_pack(store, [&](const ObjectInfo& object) {
    keys.push_back(object.key);
    return Done();
  }));
  bool found = false;
  for (const auto& key : keys) {
    if (!key.substr(kPacks.size()).starts_with(options.name)) continue;
    STELE_TRY(const auto pack, read_pack(store, key));
    dump_pack(pack, line);
    found = true;
  }
  if (found) return {};
  for (const auto& key : keys) {
    STELE_TRY(const auto pack, read_pack(store, key));
    for (const auto& entry : pack.directory) {
      if (!entry.hash.hex().starts_with(options.name)) continue;
      dump_node(pack, entry, options.full, line);
      found = true;
    }
  }
  return found ? Done() : not_found(store, options.name);
}

}  // namespace

Done dump(Store& store, const DumpOptions& options, const Line& line) {
  if (!options.name.empty()) return dump_named(store, options, line);
  STELE_DO(dump_head(store, options, line));
  return for_each_pack(store, [&](const ObjectInfo& object) {
    line(Piece()
             .add("pack", Value(object.key.substr(kPacks.size())))
             .add("bytes", object.bytes)
             .add("age-ms", object.age_ms));
    return Done();
  });
}

}  // namespace stele::app
