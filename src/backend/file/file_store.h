// A store in a directory of a local file system.
//
//   stele-store       marks the directory as a store and gives the version of its layout
//   heads/NAME        a head: see head_format.h
//   heads/NAME.lock   its lock, empty
//   tmp/              files that have no name yet; NAME.doubt: see head_file.cc; NAME.before: what
//                     had the head's name before the last replacement; NAME.damaged: before repair
//   packs/…           objects, under their keys
//
// Any number of processes and Store objects may use one directory at once, reading and writing.
// File systems of other machines (NFS, SMB, FUSE, …) are opened for reading only, because locks
// and flushes there may not mean what they must; `remote_writable` says that these do.
//
// A FileStore must not be used on both sides of a fork().
//
// Errors beside those of Store: `unavailable` `:store/missing` (no directory, or an empty one),
// `invalid` `:store/foreign` (a directory that is no store), `invalid` `:store/format` (made by a
// later version), `conflict` `:store/exists` (create: there is one), `unavailable`
// `:store/denied`, `:store/full`, `:store/io`, `:store/poisoned` (a flush failed: open another
// connection), `:store/doubt` (a flush failed elsewhere, and this store may not mend it).
#pragma once

#include <memory>
#include <string>

#include <stele/store.h>

#include "backend/file/file_system.h"
#include "base/environment.h"

namespace stele::backend {

struct FileStoreOptions {
  bool read_only = false;
  bool remote_writable = false;
  // False: what was acknowledged survives the process, but perhaps not the machine. For tests and
  // scratch.
  bool flush = true;
  // How long to wait for a head's lock even where the deadline is later.
  std::int64_t lock_wait_ms = 60'000;
  // How far ahead of its end a head's file is filled with zeros, which makes flushes cheaper; 0:
  // not at all.
  std::uint64_t chunk_bytes = 256 << 10;
  // Both must outlive the store.
  FileSystem* files = nullptr;               // null: posix_file_system()
  base::Environment* environment = nullptr;  // null: system_environment()
};

class FileStore {
 public:
  // Makes a store in `directory`, which must not exist or be empty, with the directories above it.
  static Result<std::shared_ptr<Store>> create(const std::string& directory,
                                               const FileStoreOptions& options = {});
  // Opens the store in `directory`; for reading only if it may not be written.
  static Result<std::shared_ptr<Store>> open(const std::string& directory,
                                             const FileStoreOptions& options = {});
  // Is there a store? False also where there is something else.
  static Result<bool> exists(const std::string& directory, const FileStoreOptions& options = {});
};

}  // namespace stele::backend
