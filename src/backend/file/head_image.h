// One file of a head, from its header to its last whole frame. When the head is replaced, another
// image takes its place; whoever still uses the old one keeps it.
//
// Thread safety: make_durable() and content() from any number of threads; all others only one at
// a time, which HeadFile sees to.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stele/store.h>

#include "backend/file/file_site.h"
#include "backend/file/head_format.h"
#include "base/mutex.h"

namespace stele::backend {

class HeadImage {
 public:
  // Reads and checks header and body. Errors: `unavailable`, `corrupt` with file and byte,
  // `invalid` `:store/format` for a file of a later version of stele.
  static Result<std::shared_ptr<HeadImage>> open(FileSite& site, const std::string& path);
  // Writes a new image to a temporary file and flushes it. It has no place yet: see `path()`.
  static Result<std::shared_ptr<HeadImage>> write(FileSite& site, std::uint64_t generation,
                                                  base::ByteView body);

  // Looks for frames behind those that are known. What follows the last: end, torn or corrupt.
  Result<FrameScan::State> find_frames();
  // `corrupt`, for the bytes behind the last whole frame.
  Error corrupt_end() const;

  const std::string& path() const { return path_; }
  void move_to(std::string path) { path_ = std::move(path); }
  const FileStat& identity() const { return identity_; }
  // What was found out about the same file later.
  void set_identity(const FileStat& identity) { identity_ = identity; }
  std::uint64_t generation() const { return header_.generation; }
  HeadMark begin() const { return {0, kHeadHeaderBytes, 0}; }
  HeadMark end() const { return marks_.back(); }
  HeadVersion version() const { return version_at(header_, end()); }
  // The mark after `known_bytes` bytes, if this image once had the version `older`, which knows
  // that many, and a frame or the body ends there; else begin(). O(log frames).
  HeadMark mark_of(const HeadVersion& older, std::uint64_t known_bytes) const;
  // The head's bytes between two marks, verified again.
  Result<base::Bytes> content(const HeadMark& from, const HeadMark& to) const;

  // Adds a frame behind the last one; not yet durable. False, and nothing written, if these bytes
  // must not be a frame (see head_format.h). The caller holds the head's lock. After an error
  // there is no part of the frame in the file, or `is_in_doubt()`.
  Result<bool> append(base::ByteView more);

  // Flushes the file up to `until`, and its name, unless that is known to have been done.
  // Several callers that wait at once are served by one flush.
  Done make_durable(std::uint64_t until);
  void set_durable_name();
  // A flush of this file has failed: what is in it may not be on the disk.
  bool is_in_doubt() const { return in_doubt_; }

 private:
  HeadImage(FileSite& site, std::string path, std::shared_ptr<File> file)
      : site_(site), path_(std::move(path)), file_(std::move(file)) {}

  std::optional<HeadMark> find_mark(std::uint64_t logical) const;
  Error located(const Error& error) const;
  Done flush();
  Done clean_end();
  Done make_room(std::uint64_t until);
  Done write_zeros(std::uint64_t from, std::uint64_t until);

  FileSite& site_;
  std::string path_;
  const std::shared_ptr<File> file_;
  FileStat identity_;
  HeadHeader header_;
  std::vector<HeadMark> marks_;         // the ends of the body and of every whole frame
  bool end_is_clean_ = false;           // only zeros follow the last mark
  std::atomic<std::uint64_t> seen_{0};  // end().physical, for make_durable()
  std::atomic<bool> in_doubt_{false};

  base::Mutex flush_mutex_;  // held while flushing; guards the two below
  std::uint64_t flushed_ = 0;
  bool name_is_durable_ = false;
};

}  // namespace stele::backend
