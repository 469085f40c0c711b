// The objects of a file store: the object under the key "packs/5f0c" is the file packs/5f0c in the
// store's directory, so that a web server in front of it serves the same keys.
//
// An object is written to a temporary file, flushed, and then given its name, which it keeps: no
// part of an object is ever visible. Ages are by the files' times of writing and this machine's
// clock.
//
// Thread safety: any number of threads.
#pragma once

#include <set>
#include <string>

#include <stele/store.h>

#include "backend/file/file_site.h"
#include "base/mutex.h"

namespace stele::backend {

class ObjectFiles {
 public:
  explicit ObjectFiles(FileSite& site) : site_(site) {}

  // As the methods of Store of the same names; keys have been checked.
  Result<Store::Bytes> read(const std::string& key, ByteRange range);
  Done write_once(const std::string& key, base::ByteView bytes);
  Result<ObjectPage> list(const std::string& prefix, const std::string& from);
  Done remove(std::span<const std::string> keys);
  // Removes all objects and their directories.
  Done remove_all();

 private:
  struct Listing {
    const std::string& prefix;
    const std::string& from;
    std::int64_t now_ms;
    ObjectPage page;
  };

  std::string path_of(const std::string& key) const { return site_.directory + "/" + key; }
  // The store's directory or one in it, of keys that begin with `key_prefix`.
  Result<std::vector<DirectoryEntry>> entries(const std::string& key_prefix) const;
  Done list_directory(const std::string& key_prefix, Listing& listing) const;
  Done list_file(const std::string& key, Listing& listing) const;
  Done remove_directory(const std::string& key_prefix);

  Done make_directories_of(const std::string& key);
  Done check_same(const std::string& key, std::uint64_t bytes);
  // Makes the object's name durable; after a failure nothing is written through this store.
  Done flush_name(const std::string& key);

  FileSite& site_;
  base::Mutex mutex_;
  std::set<std::string> durable_directories_;
};

}  // namespace stele::backend
