#include "backend/file/site_store.h"

#include <algorithm>

#include "backend/file/object_files.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {
namespace {

using base::text;

constexpr std::int64_t kLockPauseUs = 2'000;
constexpr std::int64_t kSecondMs = 1000;

// The times of a site's files are whole seconds.
HeadVersion version_of(const FileStat& stat) {
  return {text(stat.modified_ms / kSecondMs, '-', stat.bytes)};
}

class SiteStore final : public Store {
 public:
  SiteStore(FileSystem& files, base::Environment& environment, std::string directory,
            const FileStoreOptions& options)
      : site_(files, environment, std::move(directory)), objects_(site_) {
    site_.flush = options.flush;
    site_.lock_wait_ms = options.lock_wait_ms;
  }

  Done make_frame();

  std::string url() const override { return "site:" + site_.directory; }
  StoreTraits traits() const override {
    return {.cheap_append = false, .tail_bytes_soft = 64 << 10, .parallel_reads = 8};
  }
  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    STELE_DO(admit(check_key(key), "reading", key, deadline));
    return objects_.read(key, range);
  }
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override {
    STELE_DO(admit(check_key(key), "writing", key, deadline));
    return objects_.write_once(key, bytes);
  }
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override;
  Done remove(std::span<const std::string> keys, Deadline deadline) override {
    STELE_DO(admit({}, "removing", "objects", deadline));
    for (const std::string& key : keys) STELE_DO(check_key(key));
    return objects_.remove(keys);
  }
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override;
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override;
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    STELE_DO(admit({}, "listing", "heads", deadline));
    return names();
  }
  Done destroy(Deadline deadline) override;

 private:
  Done admit(Done name_check, std::string_view verb, std::string_view name, Deadline deadline) {
    if (!name_check.ok()) return name_check;
    return store::check_deadline(url(), text(verb, ' ', name), deadline, site_.environment);
  }
  std::string names_path() const { return site_.directory + "/heads.edn"; }
  std::string head_path(const std::string& name) const {
    return text(site_.heads_directory(), '/', name);
  }
  Result<std::unique_ptr<File>> lock(Deadline deadline);
  Result<std::vector<std::string>> names();
  Result<HeadVersion> swap(const std::string& name, const HeadVersion& expected, ByteView bytes);
  Result<HeadVersion> replace(const std::string& path, const std::string& directory,
                              const std::optional<FileStat>& before, ByteView bytes);
  Done write_names();

  FileSite site_;
  ObjectFiles objects_;
};

Done SiteStore::make_frame() {
  std::string path;
  for (const char c : site_.directory + "/") {
    if (c == '/' && !path.empty()) {
      STELE_TRY(const auto there, site_.files.stat(path));
      if (!there) STELE_DO(site_.files.make_directory(path));
    }
    path += c;
  }
  STELE_DO(site_.files.make_directory(site_.heads_directory()));
  STELE_DO(site_.files.make_directory(site_.temporary_directory()));
  return site_.flush_directory(site_.directory);
}

Result<ObjectPage> SiteStore::list(const std::string& prefix, const std::string& from,
                                   Deadline deadline) {
  STELE_DO(admit({}, "listing", prefix, deadline));
  STELE_TRY(auto page, objects_.list(prefix, from));
  std::erase_if(page.objects, [](const ObjectInfo& object) { return object.key == "heads.edn"; });
  return page;
}

Result<std::vector<std::string>> SiteStore::names() {
  auto entries = site_.files.list(site_.heads_directory());
  if (!entries.ok()) return entries.error();
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : *entries)
    if (!entry.directory && check_head_name(entry.name).ok()) names.push_back(entry.name);
  std::ranges::sort(names);
  return names;
}

Result<HeadRead> SiteStore::read_head(const std::string& name, const HeadVersion& unless,
                                      std::uint64_t, Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "reading head", name, deadline));
  HeadRead answer;
  auto file = site_.files.open(head_path(name), OpenMode::read);
  if (!file.ok() && file.error().code() == "store/missing") return answer;
  if (!file.ok()) return file.error();
  // A file that has its name is never changed: it is replaced.
  STELE_TRY(const FileStat stat, (*file)->stat());
  answer.version = version_of(stat);
  if (answer.version == unless) return HeadRead{.unchanged = true};
  answer.bytes.resize(stat.bytes);
  STELE_TRY(const std::size_t read, (*file)->read_at(answer.bytes, 0));
  answer.bytes.resize(read);
  return answer;
}

Result<std::unique_ptr<File>> SiteStore::lock(Deadline deadline) {
  STELE_TRY(auto file, site_.files.open(site_.temporary_directory() + "/publish.lock",
                                        OpenMode::write_or_create));
  const Deadline patience = base::deadline_after(site_.environment, site_.lock_wait_ms);
  while (true) {
    STELE_TRY(const bool locked, file->try_lock());
    if (locked) return file;
    if (base::passed(deadline, site_.environment) || base::passed(patience, site_.environment))
      return store::deadline_passed(url(), "waiting for whoever is publishing");
    site_.files.pause_us(kLockPauseUs);
  }
}

HeadWrite SiteStore::swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                               Deadline deadline) {
  if (auto done = admit(check_head_name(name), "swapping head", name, deadline); !done.ok())
    return store::failed(done.error());
  if (auto done = site_.check_writable(); !done.ok()) return store::failed(done.error());
  const auto locked = lock(deadline);
  if (!locked.ok()) return store::failed(locked.error());
  auto swapped = swap(name, expected, bytes);
  if (swapped.ok()) return store::written(std::move(*swapped));
  if (swapped.error().category() == ErrorCategory::conflict) return store::conflict();
  if (swapped.error().category() == ErrorCategory::unknown) return store::unknown(swapped.error());
  return store::failed(swapped.error());
}

// Under the lock.
Result<HeadVersion> SiteStore::swap(const std::string& name, const HeadVersion& expected,
                                    ByteView bytes) {
  STELE_TRY(const auto before, site_.files.stat(head_path(name)));
  if ((before ? version_of(*before) : HeadVersion{}) != expected)
    return Error(ErrorCategory::conflict, "store/conflict", "The head is another one by now.");
  STELE_TRY(auto version, replace(head_path(name), site_.heads_directory(), before, bytes));
  STELE_TRY(const auto listed, site_.files.stat(names_path()));
  if (!before || !listed) STELE_DO(write_names());
  return version;
}

// A new file in the place of another, with a later time. Once it has its name, what goes wrong may
// or may not have happened.
Result<HeadVersion> SiteStore::replace(const std::string& path, const std::string& directory,
                                       const std::optional<FileStat>& before, ByteView bytes) {
  STELE_TRY(const FileSite::TemporaryFile temporary, site_.write_temporary(bytes));
  std::int64_t seconds = site_.environment.now().ms / kSecondMs;
  if (before) seconds = std::max(seconds, before->modified_ms / kSecondMs + 1);
  auto named = temporary.file->set_modified_ms(seconds * kSecondMs);
  if (named.ok()) named = site_.files.rename(temporary.path, path);
  if (!named.ok()) {
    (void)site_.files.remove(temporary.path);
    return named.error();
  }
  if (auto flushed = site_.flush_directory(directory); !flushed.ok()) {
    site_.poisoned = true;
    return Error(ErrorCategory::unknown, "store/unknown", flushed.error().message());
  }
  return HeadVersion{text(seconds, '-', bytes.size())};
}

Done SiteStore::write_names() {
  STELE_TRY(const auto heads, names());
  std::string content = "{:stele/site 1 :heads [";
  for (const std::string& name : heads)
    content += text(name == heads.front() ? "\"" : " \"", name, '"');
  content += "]}\n";
  STELE_TRY(const auto before, site_.files.stat(names_path()));
  STELE_DO(replace(names_path(), site_.directory, before, base::view(content)));
  return {};
}

Done SiteStore::destroy(Deadline deadline) {
  STELE_DO(admit({}, "destroying", "everything", deadline));
  STELE_TRY(const auto locked, lock(deadline));
  STELE_TRY(const auto heads, names());
  for (const std::string& name : heads) STELE_DO(site_.files.remove(head_path(name)));
  STELE_DO(site_.flush_directory(site_.heads_directory()));
  return objects_.remove_all();  // heads.edn among them
}

}  // namespace

Result<std::shared_ptr<Store>> open_site(const std::string& directory,
                                         const FileStoreOptions& options) {
  FileSystem& files = options.files ? *options.files : posix_file_system();
  base::Environment& environment =
      options.environment ? *options.environment : base::system_environment();
  std::string path = directory;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  STELE_TRY(const auto foreign, files.stat(path + "/stele-store"));
  if (foreign) {
    return invalid("store/foreign", text(path,
                                         " is a file store, whose heads no web server can serve; "
                                         "publish to a directory of its own."));
  }
  auto site = std::make_shared<SiteStore>(files, environment, path, options);
  STELE_DO(site->make_frame());
  return std::shared_ptr<Store>(std::move(site));
}

}  // namespace stele::backend
