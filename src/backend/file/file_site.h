// What the parts of one FileStore share.
#pragma once

#include <atomic>
#include <string>

#include "backend/file/file_system.h"
#include "base/environment.h"

namespace stele::backend {

// Thread safety: what is not atomic does not change after the store is made. Outlives its users.
struct FileSite {
  FileSite(FileSystem& files_, base::Environment& environment_, std::string directory_)
      : files(files_), environment(environment_), directory(std::move(directory_)) {}

  FileSystem& files;
  base::Environment& environment;
  const std::string directory;
  bool writable = true;
  bool flush = true;
  std::uint64_t chunk_bytes = 0;
  std::int64_t lock_wait_ms = 0;

  // After a failed flush nobody can say what is durable: nothing more is written here.
  std::atomic<bool> poisoned{false};

  std::string url() const { return "file:" + directory; }
  std::string heads_directory() const { return directory + "/heads"; }
  std::string temporary_directory() const { return directory + "/tmp"; }

  // `invalid` `:store/read-only`, `unavailable` `:store/poisoned`, or nothing.
  Done check_writable() const;
  // Writes a new file in tmp/ and flushes it. It stays open; on failure nothing is left.
  struct TemporaryFile {
    std::string path;
    std::shared_ptr<File> file;
  };
  Result<TemporaryFile> write_temporary(base::ByteView bytes);
  // Flush, or do nothing where the options say so.
  Done flush_file(File& file);
  Done flush_directory(const std::string& path);
};

}  // namespace stele::backend
