#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backend/file/file_system.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::backend {
namespace {

// What a failed system call becomes. Call it at once: it reads errno.
Error system_error(std::string_view verb, const std::string& path) {
  const int code = errno;
  const std::string why = std::generic_category().message(code);  // strerror() is not thread safe
  std::string message = base::text("Cannot ", verb, ' ', path, ": ", why, '.');
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return unavailable("store/missing", std::move(message));
    case EACCES:
    case EPERM:
    case EROFS:
      return unavailable("store/denied", std::move(message));
    case ENOSPC:
    case EDQUOT:
      return unavailable("store/full", message + " Make room and try again.");
    case EEXIST:
      return {ErrorCategory::conflict, "store/exists", std::move(message)};
    default:
      return unavailable("store/io", std::move(message));
  }
}

// Repeats a call that a signal interrupted.
template <typename Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

FileStat stat_of(const struct stat& s) {
  return {.device = s.st_dev,
          .inode = s.st_ino,
          .bytes = static_cast<std::uint64_t>(s.st_size),
          .modified_ms = s.st_mtim.tv_sec * 1000 + s.st_mtim.tv_nsec / 1'000'000,
          .directory = S_ISDIR(s.st_mode)};
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::size_t> read_at(std::span<std::uint8_t> out, std::uint64_t offset) override;
  Done write_at(base::ByteView bytes, std::uint64_t offset) override;
  Done flush() override {
    if (uninterrupted([&] { return ::fdatasync(descriptor_); }) != 0)
      return system_error("flush", path_);
    return {};
  }
  Result<FileStat> stat() override {
    struct stat s;
    if (::fstat(descriptor_, &s) != 0) return system_error("look at", path_);
    return stat_of(s);
  }
  Done set_modified_ms(std::int64_t ms) override {
    const timespec modified{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000};
    const timespec times[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, modified};
    if (::futimens(descriptor_, times) != 0) return system_error("set the time of", path_);
    return {};
  }
  Result<bool> try_lock() override {
    if (uninterrupted([&] { return ::flock(descriptor_, LOCK_EX | LOCK_NB); }) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    return system_error("lock", path_);
  }
  void unlock() override { ::flock(descriptor_, LOCK_UN); }

 private:
  const int descriptor_;
  const std::string path_;
};

Result<std::size_t> PosixFile::read_at(std::span<std::uint8_t> out, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto n = uninterrupted([&] {
      return ::pread(descriptor_, out.data() + done, out.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (n < 0) return system_error("read", path_);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Done PosixFile::write_at(base::ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto n = uninterrupted([&] {
      return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (n < 0) return system_error("write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::write:
      return O_RDWR;
    case OpenMode::write_or_create:
      return O_RDWR | O_CREAT;
    case OpenMode::create:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const int descriptor =
        uninterrupted([&] { return ::open(path.c_str(), flags_of(mode) | O_CLOEXEC, 0666); });
    if (descriptor < 0) return system_error("open", path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }

  Result<std::optional<FileStat>> stat(const std::string& path) override {
    struct stat s;
    if (::stat(path.c_str(), &s) == 0) return std::optional(stat_of(s));
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileStat>();
    return system_error("look at", path);
  }

  Done rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename to", to);
    return {};
  }

  Result<bool> rename_new(const std::string& from, const std::string& to) override;

  Result<bool> exchange(const std::string& one, const std::string& other) override {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0)
      return true;
    if (errno == EINVAL || errno == ENOSYS) return false;
    return system_error("rename to", other);
  }

  Result<bool> remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error("remove", path);
  }

  Result<bool> make_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return true;
    if (errno == EEXIST) return false;
    return system_error("make", path);
  }

  Result<bool> remove_directory(const std::string& path) override {
    if (::rmdir(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    return system_error("remove", path);
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;

  Done flush_directory(const std::string& path) override {
    const int descriptor =
        uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) return system_error("open", path);
    Done done;
    if (uninterrupted([&] { return ::fsync(descriptor); }) != 0) done = system_error("flush", path);
    ::close(descriptor);
    return done;
  }

  bool may_write(const std::string& path) override {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
  }

  Result<bool> is_remote(const std::string& path) override;

  void pause_us(std::int64_t us) override {
    const timespec time = {.tv_sec = us / 1'000'000, .tv_nsec = us % 1'000'000 * 1000};
    ::nanosleep(&time, nullptr);
  }
};

Result<bool> PosixFileSystem::rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) return system_error("rename to", to);
  // This file system cannot; two steps can, and a crash between them leaves a second name.
  if (::link(from.c_str(), to.c_str()) != 0) {
    if (errno == EEXIST) return false;
    return system_error("link", to);
  }
  ::unlink(from.c_str());
  return true;
}

Result<std::vector<DirectoryEntry>> PosixFileSystem::list(const std::string& path) {
  DIR* directory = ::opendir(path.c_str());
  if (!directory) return system_error("list", path);
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory);
    if (!entry) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_directory = entry->d_type == DT_DIR;
    struct stat s;
    if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK)
      is_directory = ::fstatat(::dirfd(directory), entry->d_name, &s, 0) == 0 && S_ISDIR(s.st_mode);
    entries.push_back({std::string(name), is_directory});
  }
  const bool complete = errno == 0;
  auto error = complete ? std::optional<Error>() : system_error("list", path);
  ::closedir(directory);
  if (error) return *error;
  return entries;
}

Result<bool> PosixFileSystem::is_remote(const std::string& path) {
  struct statfs s;
  if (::statfs(path.c_str(), &s) != 0) return system_error("look at the file system of", path);
  // From linux/magic.h and the file systems' own sources.
  switch (static_cast<std::uint32_t>(s.f_type)) {
    case 0x6969:      // NFS
    case 0x517b:      // SMB
    case 0xff534d42:  // CIFS
    case 0xfe534d42:  // SMB2
    case 0x65735546:  // FUSE
    case 0x01021997:  // 9P
    case 0x5346414f:  // AFS
    case 0x6b414653:  // kAFS
    case 0x73757245:  // Coda
    case 0x00c36400:  // Ceph
    case 0x0bd00bd0:  // Lustre
    case 0x47504653:  // GPFS
    case 0x7461636f:  // OCFS2
    case 0x01161970:  // GFS2
      return true;
    default:
      return false;
  }
}

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem files;
  return files;
}

}  // namespace stele::backend
