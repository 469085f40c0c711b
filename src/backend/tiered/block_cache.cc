#include "backend/tiered/block_cache.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {

using base::text;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = "stele-cache";
constexpr std::string_view kMarkerText = "stele-cache 1\n";
constexpr std::string_view kMagic = "stelecb1";
constexpr std::size_t kHeaderBytes = 16;
// What a crash left without a name is removed when it is older.
constexpr std::int64_t kTemporaryAgeMaxMs = 3600 * 1000;
constexpr mode_t kFileMode = 0644;

// An open file of the system; closed on destruction.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, kFileMode)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  explicit operator bool() const { return fd_ >= 0; }

  std::optional<base::Bytes> read_all() const {
    struct stat stat {};
    if (::fstat(fd_, &stat) != 0) return {};
    base::Bytes bytes(static_cast<std::size_t>(stat.st_size));
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = ::pread(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return {};
      at += static_cast<std::size_t>(n);
    }
    return bytes;
  }
  bool write_all(base::ByteView bytes) const {
    while (!bytes.empty()) {
      const auto n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }

 private:
  const int fd_;
};

std::uint64_t checksum_of(const BlockName& name, base::ByteView bytes) {
  const std::uint64_t seed =
      base::mix(base::mix(base::xxh3(base::view(name.space)), name.object.word()), name.number);
  return base::xxh3(bytes, seed);
}

bool is_hex(std::string_view name) {
  return std::ranges::all_of(
      name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string random_name(base::Environment& environment) {
  std::uint64_t number = environment.random_u64();
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(&number), sizeof number});
}

struct BlockFile {
  std::int64_t written_ns = 0;
  std::uint64_t bytes = 0;
  fs::path path;
};

template <typename Visit>
void for_each_entry(const fs::path& directory, const Visit& visit) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    visit(at->path());
}

// Every block in the folder, of whatever space.
std::vector<BlockFile> files_in(const std::string& folder) {
  std::vector<BlockFile> files;
  for_each_entry(folder, [&](const fs::path& space) {
    if (!is_hex(space.filename().string())) return;
    for_each_entry(space, [&](const fs::path& part) {
      for_each_entry(part, [&](const fs::path& file) {
        struct stat stat {};
        if (::stat(file.c_str(), &stat) != 0 || !S_ISREG(stat.st_mode)) return;
        files.push_back({std::int64_t{stat.st_mtim.tv_sec} * 1'000'000'000 + stat.st_mtim.tv_nsec,
                         static_cast<std::uint64_t>(stat.st_size), file});
      });
    });
  });
  return files;
}

Error cannot_make(const std::string& folder, int error) {
  return unavailable("store/io", text("The cache folder ", folder, " cannot be made or written: ",
                                      std::generic_category().message(error),
                                      ". Name another one, or leave the cache out."));
}

// A folder that is a cache, or may become one.
Result<bool> is_marked(const std::string& folder) {
  struct stat stat {};
  if (::stat(text(folder, '/', kMarker).c_str(), &stat) == 0) return true;
  bool empty = true;
  for_each_entry(folder, [&](const fs::path& path) { empty &= path.filename() == "tmp"; });
  if (empty) return false;
  return invalid("store/foreign",
                 text("The folder ", folder,
                      " is no cache and is not empty; blocks are removed from a cache, so it has "
                      "to have a folder of its own."));
}

}  // namespace

BlockCache::BlockCache(std::string folder, std::uint64_t bytes_max, base::Environment& environment)
    : folder_(std::move(folder)),
      bytes_max_(std::max(bytes_max, kBytesMaxLeast)),
      environment_(environment),
      written_since_(environment.random_u64() % (bytes_max_ / 16)) {}

Result<std::shared_ptr<BlockCache>> BlockCache::open(const std::string& folder,
                                                     std::uint64_t bytes_max,
                                                     base::Environment& environment) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannot_make(folder, error.value());
  STELE_TRY(const bool marked, is_marked(folder));
  std::shared_ptr<BlockCache> cache(new BlockCache(folder, bytes_max, environment));
  if (marked) return cache;
  fs::create_directories(folder + "/tmp", error);
  const std::string temporary = text(folder, "/tmp/", random_name(environment));
  const Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file || !file.write_all(base::view(kMarkerText)) ||
      ::rename(temporary.c_str(), text(folder, '/', kMarker).c_str()) != 0) {
    return cannot_make(folder, errno);
  }
  return cache;
}

std::string BlockCache::directory_of(const std::string& space, const base::Hash& object) const {
  return text(folder_, '/', space, '/', object.hex().substr(0, 2));
}

std::string BlockCache::path_of(const BlockName& name) const {
  return text(directory_of(name.space, name.object), '/', name.object.hex(), '.', name.number);
}

std::optional<base::Bytes> BlockCache::find(const BlockName& name) {
  const std::string path = path_of(name);
  const Descriptor file(path, O_RDONLY);
  if (!file) return {};
  auto bytes = file.read_all();
  if (bytes && bytes->size() >= kHeaderBytes &&
      base::text(base::ByteView(*bytes).first(kMagic.size())) == kMagic) {
    const base::ByteView content = base::ByteView(*bytes).subspan(kHeaderBytes);
    if (content.size() <= kBlockBytes &&
        base::load<std::uint64_t>(bytes->data() + kMagic.size()) == checksum_of(name, content)) {
      bytes->erase(bytes->begin(), bytes->begin() + kHeaderBytes);
      return bytes;
    }
  }
  ::unlink(path.c_str());
  return {};
}

void BlockCache::put(const BlockName& name, base::ByteView bytes) {
  if (write(path_of(name), bytes, checksum_of(name, bytes))) written(bytes.size() + kHeaderBytes);
}

void BlockCache::put_new(const BlockName& name, base::ByteView bytes) {
  if (::access(path_of(name).c_str(), F_OK) != 0) put(name, bytes);
}

bool BlockCache::write(const std::string& path, base::ByteView bytes, std::uint64_t checksum) {
  base::Bytes header(kMagic.begin(), kMagic.end());
  base::ByteWriter(header).u64(checksum);
  const std::string temporary = text(folder_, "/tmp/", random_name(environment_));
  {
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (!file) return false;
    if (!file.write_all(header) || !file.write_all(bytes)) {
      ::unlink(temporary.c_str());
      return false;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  if (::rename(temporary.c_str(), path.c_str()) == 0) return true;
  ::unlink(temporary.c_str());
  return false;
}

void BlockCache::written(std::uint64_t bytes) {
  base::Lock lock(mutex_);
  written_since_ += bytes;
  // One more block must still fit in.
  if (written_since_ + kBlockBytes + kHeaderBytes < bytes_max_ / 16) return;
  written_since_ = 0;
  evict();
}

void BlockCache::evict() {
  remove_old_temporaries();
  auto files = files_in(folder_);
  std::uint64_t total = 0;
  for (const BlockFile& file : files) total += file.bytes;
  if (total <= bytes_max_ / 16 * 15) return;
  std::ranges::sort(files, [](const BlockFile& a, const BlockFile& b) {
    return a.written_ns != b.written_ns ? a.written_ns < b.written_ns : a.path < b.path;
  });
  for (const BlockFile& file : files) {
    if (total <= bytes_max_ / 8 * 7) return;
    ::unlink(file.path.c_str());
    total -= file.bytes;
  }
}

void BlockCache::remove_old_temporaries() {
  const std::int64_t now_ms = environment_.now().ms;
  for_each_entry(folder_ + "/tmp", [&](const fs::path& file) {
    struct stat stat {};
    if (::stat(file.c_str(), &stat) == 0 &&
        std::int64_t{stat.st_mtim.tv_sec} * 1000 < now_ms - kTemporaryAgeMaxMs)
      ::unlink(file.c_str());
  });
}

void BlockCache::forget(const std::string& space, const base::Hash& object) {
  const std::string beginning = object.hex() + ".";
  for_each_entry(directory_of(space, object), [&](const fs::path& file) {
    if (file.filename().string().starts_with(beginning)) ::unlink(file.c_str());
  });
}

void BlockCache::forget_all(const std::string& space) {
  std::error_code ignored;
  fs::remove_all(text(folder_, '/', space), ignored);
}

}  // namespace stele::backend
