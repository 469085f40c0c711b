#include "backend/file/object_files.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {
namespace {

constexpr std::size_t kPageObjects = 1000;

// "packs" of "packs/5f0c", "" of "5f0c".
std::string directory_of(const std::string& key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string::npos ? "" : key.substr(0, slash);
}

bool may_begin_with(std::string_view directory, std::string_view prefix) {
  return directory.starts_with(prefix) || prefix.starts_with(directory);
}

}  // namespace

Result<Store::Bytes> ObjectFiles::read(const std::string& key, ByteRange range) {
  const std::string path = path_of(key);
  auto opened = site_.files.open(path, OpenMode::read);
  if (!opened.ok() && opened.error().code() == "store/missing")
    return store::missing_object(site_.url(), key)
        .because(base::text("Its file would be ", path, '.'));
  if (!opened.ok()) return opened.error();
  STELE_TRY(const FileStat stat, (*opened)->stat());
  if (stat.directory) return store::missing_object(site_.url(), key);
  const ByteRange part = store::cut(range, stat.bytes);
  Store::Bytes bytes(part.length);
  STELE_TRY(const std::size_t read, (*opened)->read_at(bytes, part.offset));
  bytes.resize(read);
  return bytes;
}

Done ObjectFiles::write_once(const std::string& key, base::ByteView bytes) {
  STELE_DO(site_.check_writable());
  const std::string path = path_of(key);
  STELE_TRY(const std::optional<FileStat> there, site_.files.stat(path));
  if (there) return check_same(key, bytes.size());
  STELE_DO(make_directories_of(key));
  STELE_TRY(const FileSite::TemporaryFile temporary, site_.write_temporary(bytes));
  auto named = site_.files.rename_new(temporary.path, path);
  if (!named.ok() || !*named) (void)site_.files.remove(temporary.path);
  if (!named.ok()) return named.error();
  if (!*named) return check_same(key, bytes.size());
  return flush_name(key);
}

Done ObjectFiles::check_same(const std::string& key, std::uint64_t bytes) {
  STELE_TRY(const std::optional<FileStat> there, site_.files.stat(path_of(key)));
  if (!there)
    return unavailable("store/io", base::text("The object ", key, " is being removed from ",
                                              site_.url(), " while it is written."));
  if (there->directory || there->bytes != bytes)
    return store::object_exists(site_.url(), key, there->bytes, bytes);
  // Whoever wrote it has flushed its content before its name, but perhaps not its name.
  return flush_name(key);
}

Done ObjectFiles::flush_name(const std::string& key) {
  auto done = site_.flush_directory(path_of(directory_of(key)));
  if (!done.ok() && done.error().code() == "store/io") site_.poisoned = true;
  return done;
}

Done ObjectFiles::make_directories_of(const std::string& key) {
  for (std::size_t slash = key.find('/'); slash != std::string::npos;
       slash = key.find('/', slash + 1)) {
    const std::string directory = key.substr(0, slash);
    {
      base::Lock lock(mutex_);
      if (durable_directories_.contains(directory)) continue;
    }
    STELE_DO(site_.files.make_directory(path_of(directory)));
    STELE_DO(flush_name(directory));  // also if it was there: perhaps nobody has flushed it yet
    base::Lock lock(mutex_);
    durable_directories_.insert(directory);
  }
  return {};
}

Result<std::vector<DirectoryEntry>> ObjectFiles::entries(const std::string& key_prefix) const {
  auto listed = site_.files.list(path_of(key_prefix));
  if (!listed.ok()) return listed.error();
  // Only what is part of a key: not heads, temporary files, or what somebody else left here.
  std::erase_if(*listed, [&](const DirectoryEntry& entry) {
    return !check_key(key_prefix + entry.name).ok();
  });
  // In the order of keys: the names in a directory continue with '/'.
  for (DirectoryEntry& entry : *listed)
    if (entry.directory) entry.name += '/';
  std::ranges::sort(*listed, {}, &DirectoryEntry::name);
  return listed;
}

Result<ObjectPage> ObjectFiles::list(const std::string& prefix, const std::string& from) {
  Listing listing{prefix, from, site_.environment.now().ms, {}};
  STELE_DO(list_directory("", listing));
  return std::move(listing.page);
}

Done ObjectFiles::list_directory(const std::string& key_prefix, Listing& listing) const {
  auto listed = entries(key_prefix);
  if (!listed.ok() && listed.error().code() == "store/missing" && !key_prefix.empty())
    return {};  // removed since its own directory was listed
  if (!listed.ok()) return listed.error();
  for (const DirectoryEntry& entry : *listed) {
    const std::string key = key_prefix + entry.name;
    if (!listing.page.next.empty()) break;
    if (!may_begin_with(key, listing.prefix)) continue;
    if (!entry.directory) {
      STELE_DO(list_file(key, listing));
    } else if (key >= listing.from || listing.from.starts_with(key)) {
      STELE_DO(list_directory(key, listing));
    }
  }
  return {};
}

Done ObjectFiles::list_file(const std::string& key, Listing& listing) const {
  if (key < listing.from || !key.starts_with(listing.prefix)) return {};
  if (listing.page.objects.size() == kPageObjects) {
    listing.page.next = key;
    return {};
  }
  STELE_TRY(const std::optional<FileStat> stat, site_.files.stat(path_of(key)));
  if (!stat) return {};  // removed meanwhile
  const std::int64_t age_ms = std::max<std::int64_t>(0, listing.now_ms - stat->modified_ms);
  listing.page.objects.push_back({key, stat->bytes, age_ms});
  return {};
}

Done ObjectFiles::remove(std::span<const std::string> keys) {
  STELE_DO(site_.check_writable());
  std::set<std::string> changed;  // one object of each directory
  std::set<std::string> directories;
  for (const std::string& key : keys) {
    STELE_TRY(const bool removed, site_.files.remove(path_of(key)));
    if (removed && directories.insert(directory_of(key)).second) changed.insert(key);
  }
  for (const std::string& key : changed) STELE_DO(flush_name(key));
  return {};
}

Done ObjectFiles::remove_all() {
  {
    base::Lock lock(mutex_);
    durable_directories_.clear();
  }
  return remove_directory("");
}

Done ObjectFiles::remove_directory(const std::string& key_prefix) {
  STELE_TRY(const std::vector<DirectoryEntry> listed, entries(key_prefix));
  for (const DirectoryEntry& entry : listed) {
    const std::string key = key_prefix + entry.name;
    if (entry.directory) {
      STELE_DO(remove_directory(key));
      (void)site_.files.remove_directory(path_of(key.substr(0, key.size() - 1)));
    } else {
      STELE_DO(site_.files.remove(path_of(key)));
    }
  }
  return {};
}

}  // namespace stele::backend
