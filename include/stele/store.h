// Store: where a database lives. What a backend must do, and all it must do.
//
// A store holds two sorts of things:
//   objects  immutable byte strings under keys ("packs/5f0c…"). Written once, read by range,
//            listed and removed by garbage collection only.
//   heads    small mutable cells by name ("db" is the main branch). A head is replaced or extended
//            *conditionally*: only if it still is the version the caller saw. This is the one hard
//            promise, and all of stele's safety rests on it. A backend that cannot swap atomically
//            opens for reading only and says so in its traits.
//
// Keys are made of a-z 0-9 '-' '_' '.' and '/', at most kKeyBytesMax bytes. Their parts between
// slashes have at most kKeyPartBytesMax bytes and are not empty, "." or ".."; the first is none of
// "heads", "tmp" and "stele-store", which backends keep for themselves. No key goes on where
// another ends: "a" and "a/b" cannot both be objects. Head names are single parts that do not end
// in ".lock".
//
// Durability: when a write has been acknowledged it survives a crash of process and machine,
// except on the memory store. No partial object or head is ever visible.
//
// Errors: `unavailable` (cannot be reached, does not exist, out of space, no permission; nothing
// happened), `unknown` from head writes (it may have happened), `corrupt` (names file and byte),
// `invalid` (bad key, a write to a read-only store), `limit` (the deadline passed; for a read or an
// object write that means nothing is known to have happened).
//
// Thread safety: every method may be called from any number of threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <stele/deadline.h>
#include <stele/result.h>
#include <stele/value.h>

namespace stele {

inline constexpr std::size_t kKeyBytesMax = 256;
// File systems allow 255 bytes a name, and backends add endings.
inline constexpr std::size_t kKeyPartBytesMax = 200;

// Part of an object. A range that runs past the end is cut there; one that begins past the end
// gives no bytes.
struct ByteRange {
  static constexpr std::uint64_t kToEnd = UINT64_MAX;
  std::uint64_t offset = 0;
  std::uint64_t length = kToEnd;
};

struct ReadRequest {
  std::string key;
  ByteRange range;
};

struct ObjectInfo {
  std::string key;
  std::uint64_t bytes = 0;
  std::int64_t age_ms = 0;  // by the store's own clock
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;
  std::string next;  // pass it to continue; empty at the end
};

// Names one state of a head. Opaque, compared for equality only; empty = the head does not exist.
struct HeadVersion {
  std::string token;
  bool absent() const { return token.empty(); }
  bool operator==(const HeadVersion&) const = default;
};

struct HeadRead {
  bool unchanged = false;  // it still is the version the caller named; nothing else is set
  HeadVersion version;
  // The head's bytes from `offset` on. offset is 0, or the number of bytes the caller said it
  // knows where the head has only been appended to since.
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};

struct HeadWrite {
  enum class Outcome : std::uint8_t {
    written,   // done and durable; `version` is the new one
    conflict,  // it was no longer the expected version; nothing was written
    unknown,   // it may or may not have been written, or may be written later
    failed,    // nothing was written, and `error` says why
  };
  Outcome outcome = Outcome::failed;
  HeadVersion version;
  std::optional<Error> error;  // for unknown and failed
};

struct StoreTraits {
  bool writable = true;
  // Appending to a head costs what is appended, not what is there.
  bool cheap_append = true;
  // From the soft limit on a commit, once it is acknowledged, folds the tail into the trees; from
  // the hard limit on commits wait for a fold first.
  std::uint64_t tail_bytes_soft = 256 << 10;
  std::uint64_t tail_bytes_hard = 1 << 20;
  // How long a commit may wait for other callers on its connection to share its head write, if some
  // were there lately. Pays where a round trip is long and each rewrites the head.
  std::int64_t gather_ms = 0;
  // Requests worth having in flight together.
  int parallel_reads = 1;
};

// While it lives, no other process or thread changes the head it was taken for, and head writes
// through the same Store object by the holder go through. The holder is the thread that took the
// lock; it takes it once at a time and releases it before the Store dies. Released on destruction,
// from any thread.
//
// So that writers need not wait for each other's flushes, a store may relax two things for the
// holder. What read_head answers it need not be durable yet; once an append or a swap of the holder
// to that head is acknowledged, both are. And an append that succeeds may give the lock back early,
// before its bytes are durable. A holder that ends without having written reads the head again
// after releasing the lock before it tells anyone what it saw.
class HeadLock {
 public:
  virtual ~HeadLock() = default;
};

class Store {
 public:
  using Bytes = std::vector<std::uint8_t>;
  using ByteView = std::span<const std::uint8_t>;

  virtual ~Store() = default;

  // The URL this store was opened with, without secrets: for messages.
  virtual std::string url() const = 0;
  virtual StoreTraits traits() const = 0;

  // --- objects ---------------------------------------------------------------------------------

  // The bytes of an object. A missing one is `unavailable` `:store/missing` with the key.
  virtual Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) = 0;

  // Many at once, in parallel where that helps; results in the order of the requests. This is how
  // queries read. The default reads one after the other.
  virtual std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                               Deadline deadline);

  // Writes an object that nobody has written. Doing it again with the same bytes is fine; an
  // existing object is never changed (`conflict` `:store/exists` if its length differs).
  virtual Done write_once(const std::string& key, ByteView bytes, Deadline deadline) = 0;

  // Objects whose keys begin with `prefix`, in ascending order of keys, a page at a time.
  virtual Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                                  Deadline deadline) = 0;

  // Removes objects; missing ones are fine. For garbage collection only.
  virtual Done remove(std::span<const std::string> keys, Deadline deadline) = 0;

  // --- heads -----------------------------------------------------------------------------------

  // The head, unless it still is `unless`. With `known_bytes` > 0 the answer may leave out that
  // many leading bytes if the head has only grown since the version `unless`. A head that does not
  // exist has the absent version and no bytes. What is answered is durable.
  virtual Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                                     std::uint64_t known_bytes, Deadline deadline) = 0;

  // Replaces the head if it is `expected` (absent: creates it). Atomic and durable.
  virtual HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                              Deadline deadline) = 0;

  // Adds to the end of the head if it is `expected`, which must not be absent. `known` holds the
  // bytes of that version, for stores that must write the whole again (the default does).
  virtual HeadWrite append_head(const std::string& name, const HeadVersion& expected,
                                ByteView known, ByteView more, Deadline deadline);

  // Names of all heads, ascending, also of those that were swapped to a tombstone.
  virtual Result<std::vector<std::string>> head_names(Deadline deadline) = 0;

  // For writers that lost a race and would rather wait than lose again. Null where the backend has
  // no locks; writers then fall back on swapping alone. Error: `limit` at the deadline.
  virtual Result<std::unique_ptr<HeadLock>> lock_head(const std::string& name, Deadline deadline);

  // --- repair ----------------------------------------------------------------------------------

  // What can still be verified of a head that reads as `corrupt`. For repair only.
  struct Salvage {
    // Runs of the head's bytes that verify, oldest first; a run begins the head, or follows a gap.
    // What a replacement left behind of the head before comes first.
    std::vector<std::vector<std::uint8_t>> runs;
    std::string damage;  // what does not verify, and where: a sentence; empty if all does
  };
  // The default answers with read_head.
  virtual Result<Salvage> salvage_head(const std::string& name, Deadline deadline);
  // Replaces the head whatever it is, keeping the damaged one aside. The default refuses.
  virtual Done restore_head(const std::string& name, ByteView bytes, Deadline deadline);

  // Removes everything, heads first. Used to delete a database.
  virtual Done destroy(Deadline deadline) = 0;
};

// `invalid` `:store/key` unless the key obeys the rules above.
Done check_key(std::string_view key);
Done check_head_name(std::string_view name);

}  // namespace stele
