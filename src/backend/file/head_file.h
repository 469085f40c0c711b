// One head of a file store over time: who may write it, and which file it is now.
//
// Thread safety: any number of threads.
#pragma once

#include <memory>
#include <string>

#include <stele/store.h>

#include "backend/file/file_site.h"
#include "backend/file/head_gate.h"
#include "backend/file/head_image.h"
#include "base/mutex.h"

namespace stele::backend {

class HeadFile {
 public:
  HeadFile(FileSite& site, const std::string& name);

  // As the methods of Store that are named like them.
  Result<HeadRead> read(const HeadVersion& unless, std::uint64_t known_bytes, Deadline deadline);
  HeadWrite swap(const HeadVersion& expected, base::ByteView bytes, Deadline deadline);
  HeadWrite append(const HeadVersion& expected, base::ByteView more, Deadline deadline);
  Result<HeadGate::Pass> hold(Deadline deadline) { return gate_.hold(deadline); }
  Result<Store::Salvage> salvage(Deadline deadline);
  Done restore(base::ByteView bytes, Deadline deadline);
  // Removes the head's file and its lock's.
  Done remove(Deadline deadline);

 private:
  using ImagePtr = std::shared_ptr<HeadImage>;
  enum class Locked : bool { no, yes };

  // Called with mutex_ held. They bring image_ up to date; false: that takes the lock.
  Result<bool> refresh(Locked locked);
  Result<bool> open_image(Locked locked);
  HeadVersion version() const { return image_ ? image_->version() : HeadVersion{}; }

  // Called with mutex_ held and inside the gate.
  Result<bool> mend();
  // What had the name goes to `keep_path`, as far as the file system can.
  HeadWrite replace(std::uint64_t generation, base::ByteView body, const std::string& keep_path);
  HeadWrite replace(base::ByteView body) {
    return replace(image_ ? image_->generation() + 1 : 1, body, before_path_);
  }
  // False: it could not be exchanged, and nothing was done.
  Result<bool> exchange_names(const std::string& new_path, const std::string& keep_path);
  Result<base::Bytes> read_file(const std::string& path);
  HeadWrite append_as_body(base::ByteView more);

  // Takes the lock if that is needed; mutex_ is held by `lock` before and after.
  Done refresh_for_reading(base::Lock& lock, Deadline deadline);
  // A flush has failed. Called with mutex_ held.
  void poison();

  FileSite& site_;
  const std::string path_;
  const std::string lock_path_;
  const std::string doubt_path_;    // exists: a flush of this head has failed
  const std::string before_path_;   // the image that the last replacement replaced, for salvage
  const std::string damaged_path_;  // the image that restore() replaced
  HeadGate gate_;

  base::Mutex mutex_;  // guards all below; taken after the gate
  ImagePtr image_;     // null: there is no head, or nobody has looked
  bool in_doubt_ = false;
};

}  // namespace stele::backend
