#include "backend/file/file_store.h"

#include <algorithm>
#include <map>

#include "backend/file/head_file.h"
#include "backend/file/object_files.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {
namespace {

constexpr std::string_view kMarker = "stele-store";
constexpr std::string_view kMarkerText = "stele-store 1\n";
constexpr std::string_view kLockEnding = ".lock";
// What a crash left in tmp/ is removed when it is older.
constexpr std::int64_t kTemporaryAgeMaxMs = 24 * 3600 * 1000;

class FileHeadLock final : public HeadLock {
 public:
  FileHeadLock(std::shared_ptr<HeadFile> head, HeadGate::Pass pass)
      : head_(std::move(head)), pass_(std::move(pass)) {}

 private:
  std::shared_ptr<HeadFile> head_;  // outlives the pass
  HeadGate::Pass pass_;
};

class DirectoryStore final : public Store {
 public:
  DirectoryStore(std::string directory, const FileStoreOptions& options, bool writable);

  std::string url() const override { return site_.url(); }
  StoreTraits traits() const override { return {.writable = site_.writable, .parallel_reads = 8}; }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override;
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override;
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override;
  Done remove(std::span<const std::string> keys, Deadline deadline) override;
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override;
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override;
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override;
  Result<std::vector<std::string>> head_names(Deadline deadline) override;
  Result<std::unique_ptr<HeadLock>> lock_head(const std::string& name, Deadline deadline) override;
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override;
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override;
  Done destroy(Deadline deadline) override;

  void remove_old_temporaries();

 private:
  Done admit(Done name_check, std::string_view verb, std::string_view name, Deadline deadline);
  Result<std::vector<std::string>> names_in_heads();
  std::shared_ptr<HeadFile> head(const std::string& name);
  Done remove_frame();

  FileSite site_;
  ObjectFiles objects_;
  base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<HeadFile>> heads_;
};

FileSystem& files_of(const FileStoreOptions& options) {
  return options.files ? *options.files : posix_file_system();
}

DirectoryStore::DirectoryStore(std::string directory, const FileStoreOptions& options,
                               bool writable)
    : site_(files_of(options),
            options.environment ? *options.environment : base::system_environment(),
            std::move(directory)),
      objects_(site_) {
  site_.writable = writable;
  site_.flush = options.flush;
  site_.chunk_bytes = options.chunk_bytes;
  site_.lock_wait_ms = options.lock_wait_ms;
}

Done DirectoryStore::admit(Done name_check, std::string_view verb, std::string_view name,
                           Deadline deadline) {
  if (!name_check.ok()) return name_check;
  if (!base::passed(deadline, site_.environment)) return {};
  return store::deadline_passed(url(), base::text(verb, ' ', name));
}

std::shared_ptr<HeadFile> DirectoryStore::head(const std::string& name) {
  base::Lock lock(mutex_);
  std::shared_ptr<HeadFile>& head = heads_[name];
  if (!head) head = std::make_shared<HeadFile>(site_, name);
  return head;
}

Result<Store::Bytes> DirectoryStore::read(const std::string& key, ByteRange range,
                                          Deadline deadline) {
  STELE_DO(admit(check_key(key), "reading", key, deadline));
  return objects_.read(key, range);
}

Done DirectoryStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(admit(check_key(key), "writing", key, deadline));
  return objects_.write_once(key, bytes);
}

Result<ObjectPage> DirectoryStore::list(const std::string& prefix, const std::string& from,
                                        Deadline deadline) {
  STELE_DO(admit({}, "listing", prefix, deadline));
  return objects_.list(prefix, from);
}

Done DirectoryStore::remove(std::span<const std::string> keys, Deadline deadline) {
  STELE_DO(admit({}, "removing", "objects", deadline));
  for (const std::string& key : keys) STELE_DO(check_key(key));
  return objects_.remove(keys);
}

Result<HeadRead> DirectoryStore::read_head(const std::string& name, const HeadVersion& unless,
                                           std::uint64_t known_bytes, Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "reading head", name, deadline));
  return head(name)->read(unless, known_bytes, deadline);
}

HeadWrite DirectoryStore::swap_head(const std::string& name, const HeadVersion& expected,
                                    ByteView bytes, Deadline deadline) {
  if (auto done = admit(check_head_name(name), "swapping head", name, deadline); !done.ok())
    return store::failed(done.error());
  return head(name)->swap(expected, bytes, deadline);
}

HeadWrite DirectoryStore::append_head(const std::string& name, const HeadVersion& expected,
                                      ByteView, ByteView more, Deadline deadline) {
  if (auto done = admit(check_head_name(name), "appending to head", name, deadline); !done.ok())
    return store::failed(done.error());
  if (expected.absent()) return store::failed(store::append_to_absent(url(), name));
  return head(name)->append(expected, more, deadline);
}

Result<std::vector<std::string>> DirectoryStore::names_in_heads() {
  STELE_TRY(const std::vector<DirectoryEntry> entries, site_.files.list(site_.heads_directory()));
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries) names.push_back(entry.name);
  std::ranges::sort(names);
  return names;
}

Result<std::vector<std::string>> DirectoryStore::head_names(Deadline deadline) {
  STELE_DO(admit({}, "listing", "heads", deadline));
  STELE_TRY(std::vector<std::string> names, names_in_heads());
  std::erase_if(names, [](const std::string& name) { return !check_head_name(name).ok(); });
  return names;
}

Result<std::unique_ptr<HeadLock>> DirectoryStore::lock_head(const std::string& name,
                                                            Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "locking head", name, deadline));
  STELE_DO(site_.check_writable());
  std::shared_ptr<HeadFile> locked = head(name);
  STELE_TRY(HeadGate::Pass pass, locked->hold(deadline));
  return std::unique_ptr<HeadLock>(
      std::make_unique<FileHeadLock>(std::move(locked), std::move(pass)));
}

Result<Store::Salvage> DirectoryStore::salvage_head(const std::string& name, Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "reading head", name, deadline));
  return head(name)->salvage(deadline);
}

Done DirectoryStore::restore_head(const std::string& name, ByteView bytes, Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "restoring head", name, deadline));
  return head(name)->restore(bytes, deadline);
}

Done DirectoryStore::destroy(Deadline deadline) {
  STELE_DO(admit({}, "destroying", "everything", deadline));
  if (!site_.writable) return store::read_only(url());
  STELE_TRY(std::vector<std::string> names, names_in_heads());
  for (std::string& name : names) {
    // A lock that nobody has used yet has no head beside it, but has to go as well.
    if (name.ends_with(kLockEnding)) name.resize(name.size() - kLockEnding.size());
    if (check_head_name(name).ok()) STELE_DO(head(name)->remove(deadline));
  }
  STELE_DO(objects_.remove_all());
  return remove_frame();
}

// What is left of an empty store. Anything that is not ours keeps its directory alive.
Done DirectoryStore::remove_frame() {
  auto temporaries = site_.files.list(site_.temporary_directory());
  if (temporaries.ok())
    for (const DirectoryEntry& entry : *temporaries)
      (void)site_.files.remove(base::text(site_.temporary_directory(), '/', entry.name));
  STELE_DO(site_.files.remove(base::text(site_.directory, '/', kMarker)));
  (void)site_.files.remove_directory(site_.heads_directory());
  (void)site_.files.remove_directory(site_.temporary_directory());
  STELE_DO(site_.flush_directory(site_.directory));
  (void)site_.files.remove_directory(site_.directory);
  base::Lock lock(mutex_);
  heads_.clear();
  return {};
}

void DirectoryStore::remove_old_temporaries() {
  auto entries = site_.files.list(site_.temporary_directory());
  if (!entries.ok()) return;
  const std::int64_t now_ms = site_.environment.now().ms;
  for (const DirectoryEntry& entry : *entries) {
    const std::string path = base::text(site_.temporary_directory(), '/', entry.name);
    if (!entry.name.ends_with(".tmp")) continue;
    auto stat = site_.files.stat(path);
    if (!stat.ok() || !*stat || now_ms - (*stat)->modified_ms < kTemporaryAgeMaxMs) continue;
    (void)site_.files.remove(path);
  }
}

// --- creating and opening ----------------------------------------------------------------------

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string without_last_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// What may be in a directory whose creation was interrupted.
bool is_frame(const DirectoryEntry& entry) {
  return entry.directory && (entry.name == "heads" || entry.name == "tmp");
}

Error foreign(const std::string& directory) {
  return invalid("store/foreign", base::text("The directory ", directory,
                                             " is no stele store: it is not empty and has no file ",
                                             kMarker, ". Name another directory."));
}

enum class Found : std::uint8_t { nothing, unfinished, store, foreign };

Result<Found> look(FileSystem& files, const std::string& directory) {
  STELE_TRY(const std::optional<FileStat> there, files.stat(directory));
  if (!there) return Found::nothing;
  if (!there->directory) return Found::foreign;
  STELE_TRY(const std::optional<FileStat> marker, files.stat(base::text(directory, '/', kMarker)));
  if (marker) return Found::store;
  STELE_TRY(const std::vector<DirectoryEntry> entries, files.list(directory));
  return std::ranges::all_of(entries, is_frame) ? Found::unfinished : Found::foreign;
}

Done make_directory(FileSystem& files, const std::string& path, bool flush) {
  STELE_TRY(const std::optional<FileStat> there, files.stat(path));
  if (!there) {
    const std::string parent = parent_of(path);
    if (parent != path) STELE_DO(make_directory(files, parent, flush));
    STELE_DO(files.make_directory(path));
    if (flush) STELE_DO(files.flush_directory(parent));
  }
  return {};
}

Done write_marker(FileSystem& files, const FileStoreOptions& options,
                  const std::string& directory) {
  base::Environment& environment =
      options.environment ? *options.environment : base::system_environment();
  FileSite site(files, environment, directory);
  site.flush = options.flush;
  STELE_TRY(const FileSite::TemporaryFile marker, site.write_temporary(base::view(kMarkerText)));
  STELE_TRY(const bool first, files.rename_new(marker.path, base::text(directory, '/', kMarker)));
  if (!first) (void)files.remove(marker.path);
  STELE_DO(site.flush_directory(directory));
  if (first) return {};
  return Error(ErrorCategory::conflict, "store/exists",
               base::text("Somebody else has just made a store in ", directory, '.'));
}

Done check_marker(FileSystem& files, const std::string& directory) {
  STELE_TRY(const std::unique_ptr<File> marker,
            files.open(base::text(directory, '/', kMarker), OpenMode::read));
  base::Bytes bytes(kMarkerText.size() + 1);
  STELE_TRY(const std::size_t read, marker->read_at(bytes, 0));
  if (base::text(base::ByteView(bytes).first(read)) == kMarkerText) return {};
  return invalid(
      "store/format",
      base::text("The store ", directory,
                 " has a layout that this program does not know: its file ", kMarker,
                 " does not say \"", kMarkerText.substr(0, kMarkerText.size() - 1), "\"."));
}

// Why the store may not be written, or nothing.
Result<bool> may_write(FileSystem& files, const FileStoreOptions& options,
                       const std::string& directory) {
  if (options.read_only || !files.may_write(directory) || !files.may_write(directory + "/heads") ||
      !files.may_write(directory + "/tmp"))
    return false;
  if (options.remote_writable) return true;
  STELE_TRY(const bool remote, files.is_remote(directory));
  return !remote;
}

}  // namespace

Result<std::shared_ptr<Store>> FileStore::create(const std::string& path,
                                                 const FileStoreOptions& options) {
  const std::string directory = without_last_slashes(path);
  FileSystem& files = files_of(options);
  STELE_TRY(const Found found, look(files, directory));
  if (found == Found::foreign) return foreign(directory);
  if (found == Found::store)
    return Error(ErrorCategory::conflict, "store/exists",
                 base::text("There is a store in ", directory, " already."));
  // The marker comes last: what lacks it is unfinished, and may be finished by whoever tries next.
  STELE_DO(make_directory(files, directory, options.flush));
  STELE_DO(files.make_directory(directory + "/heads"));
  STELE_DO(files.make_directory(directory + "/tmp"));
  if (options.flush) {
    STELE_DO(files.flush_directory(parent_of(directory)));
    STELE_DO(files.flush_directory(directory));
  }
  STELE_DO(write_marker(files, options, directory));
  return open(directory, options);
}

Result<std::shared_ptr<Store>> FileStore::open(const std::string& path,
                                               const FileStoreOptions& options) {
  const std::string directory = without_last_slashes(path);
  FileSystem& files = files_of(options);
  STELE_TRY(const Found found, look(files, directory));
  if (found == Found::foreign) return foreign(directory);
  if (found != Found::store)
    return unavailable("store/missing", base::text("There is no store in ", directory, '.'));
  STELE_DO(check_marker(files, directory));
  STELE_TRY(const bool writable, may_write(files, options, directory));
  auto store = std::make_shared<DirectoryStore>(directory, options, writable);
  if (writable) store->remove_old_temporaries();
  return std::shared_ptr<Store>(std::move(store));
}

Result<bool> FileStore::exists(const std::string& path, const FileStoreOptions& options) {
  STELE_TRY(const Found found, look(files_of(options), without_last_slashes(path)));
  return found == Found::store;
}

}  // namespace stele::backend
