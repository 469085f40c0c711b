// A file system in memory that loses power, for tests.
//
// It keeps two states: what programs see, and what is on the disk. A write changes the first; a
// flush copies it to the second. When the power fails, each change that was not flushed is on the
// disk or is not, each for itself and in any order:
//   * every 512-byte sector has its flushed content or that after any write since;
//   * a file has its flushed length or any that it had since, with zeros where data is missing;
//   * every name that was made, moved or removed is so or is as before, unless the directory has
//     been flushed since; moving a name is all or nothing.
// That is harsher than journaling file systems are.
//
// A flush that is made to fail behaves like Linux: what it should have written looks clean from
// then on, so a later flush succeeds without writing it.
//
// Thread safety: as every FileSystem.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/file/file_system.h"
#include "base/environment.h"
#include "base/mutex.h"

namespace stele::backend {

class PowerLossFileSystem final : public FileSystem {
 public:
  explicit PowerLossFileSystem(base::Environment& environment = base::system_environment());
  ~PowerLossFileSystem() override;

  // Changing operations so far: writes, flushes, and what changes names.
  std::uint64_t operations() const;
  // The power fails during the operation with this index, so that it and whatever follows fail.
  void cut_at(std::uint64_t operation);
  // The power returns: what is on the disk, by chance drawn from the seed, is all there is. Files
  // that are open stay useless. Works without a cut as well.
  void crash(std::uint64_t seed);

  // Flushes of files and directories so far, and the one that is to fail.
  std::uint64_t flushes() const;
  void fail_flush(std::uint64_t index);
  // From now on there is no room for another byte, or there is again.
  void set_full(bool full);
  // Turns bits of a file, on the disk and for everybody who reads.
  void damage(const std::string& path, std::uint64_t byte, std::uint8_t bits);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::optional<FileStat>> stat(const std::string& path) override;
  Done rename(const std::string& from, const std::string& to) override;
  Result<bool> rename_new(const std::string& from, const std::string& to) override;
  Result<bool> exchange(const std::string& one, const std::string& other) override;
  Result<bool> remove(const std::string& path) override;
  Result<bool> make_directory(const std::string& path) override;
  Result<bool> remove_directory(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Done flush_directory(const std::string& path) override;
  bool may_write(const std::string& path) override;
  Result<bool> is_remote(const std::string& path) override;
  void pause_us(std::int64_t us) override;

 private:
  friend class PowerLossFile;
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  struct Name {
    NodePtr directory;
    std::string name;
    NodePtr node;  // null: the name is gone
  };
  using NameChange = std::vector<Name>;  // happens as a whole

  // All private functions are called with mutex_ held.
  NodePtr find(const std::string& path) const;
  Done find_place(const std::string& path, Name& place) const;
  NodePtr make_node(bool directory);
  void change_names(NameChange change);
  Done move_name(const std::string& from, const std::string& to);
  static void apply(const Name& name, std::map<std::string, NodePtr> Node::*names);
  void make_names_durable(const NodePtr& directory);
  // Counts a changing operation; an error from the cut on. The operation that is cut has its
  // effect all the same, on its way to the disk.
  bool begin();
  Error no_power() const;

  base::Environment& environment_;
  mutable base::Mutex mutex_;
  NodePtr root_;
  std::vector<NameChange> pending_names_;
  std::uint64_t last_node_ = 0;
  std::uint64_t epoch_ = 0;  // of the power
  std::uint64_t operations_ = 0;
  std::uint64_t cut_at_ = UINT64_MAX;
  std::uint64_t flushes_ = 0;
  std::uint64_t fail_flush_ = UINT64_MAX;
  bool full_ = false;
};

}  // namespace stele::backend
