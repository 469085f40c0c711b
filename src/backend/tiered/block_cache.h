// BlockCache: pieces of immutable objects in a folder of the local disk, bounded by bytes.
//
//   FOLDER/stele-cache           marks the folder as a cache: the text "stele-cache 1"
//   FOLDER/tmp/                  files that have no name yet
//   FOLDER/SPACE/XX/OBJECT.N     block N of an object; XX are the first two digits of OBJECT
//
// An object is cut into blocks of kBlockBytes; the last one is shorter, perhaps empty, and so says
// where the object ends. A block's file is
//
//   magic "stelecb1" (8 bytes), XXH3-64 of the bytes, seeded by space, object and N (8), the bytes
//
// It gets its name when it is whole. Nothing is flushed: what a power cut damages or what somebody
// else changes does not have its checksum, and is removed and forgotten; losing a block costs
// reading it again. For the same reason nothing here is an error once the folder is open: a block
// that cannot be written is not kept.
//
// The bound: each cache that writes looks through the folder whenever it has written 1/16 of
// `bytes_max`, and then removes the oldest blocks until 7/8 are left. One process never exceeds the
// bound; N processes on one folder may by (N - 1)/16 for a while. Where a cache's first turn comes
// is drawn by lot, so that short runs of a program, each of which writes little, look through it
// too.
//
// Thread safety: any number of threads, and of processes on one folder.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <stele/result.h>

#include "base/bytes.h"
#include "base/environment.h"
#include "base/hash.h"
#include "base/mutex.h"

namespace stele::backend {

// Reading what is not asked for is cheaper than a request of its own up to about here: 64 KiB are
// 0.8 ms at 80 MB/s. A leaf has some 10 to 40 KiB.
inline constexpr std::uint64_t kBlockBytes = 64 << 10;

struct BlockName {
  std::string space;  // hex digits: whose objects
  base::Hash object;
  std::uint64_t number = 0;
};

class BlockCache {
 public:
  static constexpr std::uint64_t kBytesMaxDefault = std::uint64_t{1} << 30;
  // With less, a sixteenth would be less than a few blocks.
  static constexpr std::uint64_t kBytesMaxLeast = 4 << 20;

  // Opens a folder, or makes it. Errors: `invalid` `:store/foreign` (a folder with something else
  // in it); `unavailable` `:store/io`.
  static Result<std::shared_ptr<BlockCache>> open(const std::string& folder,
                                                  std::uint64_t bytes_max,
                                                  base::Environment& environment);

  std::optional<base::Bytes> find(const BlockName& name);
  void put(const BlockName& name, base::ByteView bytes);
  // Keeps what is there already.
  void put_new(const BlockName& name, base::ByteView bytes);
  // Removes an object's blocks, or all of a space.
  void forget(const std::string& space, const base::Hash& object);
  void forget_all(const std::string& space);

  const std::string& folder() const { return folder_; }

 private:
  BlockCache(std::string folder, std::uint64_t bytes_max, base::Environment& environment);
  std::string directory_of(const std::string& space, const base::Hash& object) const;
  std::string path_of(const BlockName& name) const;
  bool write(const std::string& path, base::ByteView bytes, std::uint64_t checksum);
  void written(std::uint64_t bytes);
  void evict();
  void remove_old_temporaries();

  const std::string folder_;
  const std::uint64_t bytes_max_;
  base::Environment& environment_;
  base::Mutex mutex_;
  std::uint64_t written_since_ = 0;  // since the folder was looked through
};

}  // namespace stele::backend
