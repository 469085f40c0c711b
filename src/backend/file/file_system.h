// What the file backend needs of a file system, and no more: so that a test can put one beneath it
// that loses power.
//
// Errors: `unavailable` with the code `store/missing`, `store/denied` (permissions, read-only file
// systems), `store/full`, or `store/io` for the rest; `conflict` `store/exists`. Messages name the
// path and say what the system said.
//
// Thread safety: any number of threads at once, also on one File, but for its lock, which belongs
// to the File as a whole.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stele/result.h>

#include "base/bytes.h"

namespace stele::backend {

struct FileStat {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // unique on its device while the file is open or has a name
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;  // wall clock
  bool directory = false;

  bool same_file(const FileStat& other) const {
    return device == other.device && inode == other.inode;
  }
};

struct DirectoryEntry {
  std::string name;
  bool directory = false;
};

// An open file; closed on destruction.
class File {
 public:
  virtual ~File() = default;
  // Bytes read: fewer than asked for only at the end of the file.
  virtual Result<std::size_t> read_at(std::span<std::uint8_t> out, std::uint64_t offset) = 0;
  // Writes all, extending the file as needed. On failure some of it may have been written.
  virtual Done write_at(base::ByteView bytes, std::uint64_t offset) = 0;
  // Makes the content durable, not the name. Works on files that are open for reading only.
  // After a failure nothing is known about what was not flushed before.
  virtual Done flush() = 0;
  virtual Result<FileStat> stat() = 0;
  // Sets the time of the last change, which a web server makes an ETag of.
  virtual Done set_modified_ms(std::int64_t ms) = 0;
  // The exclusive lock of the file, shared with nobody: not with other Files on it either, be they
  // of this process. False if somebody has it. Given back by unlock() and on destruction.
  virtual Result<bool> try_lock() = 0;
  virtual void unlock() = 0;
};

enum class OpenMode : std::uint8_t {
  read,
  write,            // read and write what is there
  write_or_create,  // the same, or a new empty file
  create,           // a new file; `store/exists` if there is one
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  // Nothing if there is no such file or directory.
  virtual Result<std::optional<FileStat>> stat(const std::string& path) = 0;
  // Atomic, also across directories of one file system; what `to` named is gone.
  virtual Done rename(const std::string& from, const std::string& to) = 0;
  // The same, but false (and nothing done) if `to` names something.
  virtual Result<bool> rename_new(const std::string& from, const std::string& to) = 0;
  // Atomically lets each of two names name what the other did. False, and nothing done, where the
  // file system cannot.
  virtual Result<bool> exchange(const std::string& one, const std::string& other) = 0;
  // Removes a file; false if there was none.
  virtual Result<bool> remove(const std::string& path) = 0;
  // False if it is there already.
  virtual Result<bool> make_directory(const std::string& path) = 0;
  // Removes an empty directory; false if there was none.
  virtual Result<bool> remove_directory(const std::string& path) = 0;
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  // Makes durable which names the directory has.
  virtual Done flush_directory(const std::string& path) = 0;
  virtual bool may_write(const std::string& path) = 0;
  // Is it kept by another machine, or by a program, so that locks and flushes may mean little?
  virtual Result<bool> is_remote(const std::string& path) = 0;
  // Lets others run for about so long.
  virtual void pause_us(std::int64_t us) = 0;
};

// The real one.
FileSystem& posix_file_system();

}  // namespace stele::backend
