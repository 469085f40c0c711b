#include "store/memory_store.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::store {
namespace {

constexpr std::size_t kPageObjects = 1000;

struct Object {
  Store::Bytes bytes;
  std::int64_t written_ms = 0;
};

// A version is (generation, length). Each swap gets a generation that this store has never used,
// so that a head which comes back to an earlier length is another version all the same.
struct Head {
  std::uint64_t generation = 0;
  Store::Bytes bytes;

  HeadVersion version() const { return {base::text(generation, '.', bytes.size())}; }

  // True if `older` is a version of this generation: since then the head has only grown.
  bool extends(const HeadVersion& older, std::uint64_t known_bytes) const {
    const char* end = older.token.data() + older.token.size();
    std::uint64_t its_generation = 0, its_length = 0;
    auto [dot, error] = std::from_chars(older.token.data(), end, its_generation);
    if (error != std::errc() || dot == end || *dot != '.') return false;
    if (std::from_chars(dot + 1, end, its_length).ec != std::errc()) return false;
    return its_generation == generation && its_length <= bytes.size() && known_bytes <= its_length;
  }
};

class MemoryStore final : public Store {
 public:
  MemoryStore(base::Environment& environment, std::string url)
      : environment_(environment), url_(std::move(url)) {}

  std::string url() const override { return url_; }
  // Folding is cheap where nothing has to be written, so the tail is kept short.
  StoreTraits traits() const override {
    return {.tail_bytes_soft = 64 << 10, .tail_bytes_hard = 256 << 10};
  }

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
  Done destroy(Deadline deadline) override;

 private:
  // What comes before every call on a key or a head.
  Done admit(Done name_check, std::string_view verb, std::string_view name, Deadline deadline) {
    if (!name_check.ok()) return name_check;
    if (!base::passed(deadline, environment_)) return {};
    return deadline_passed(url_, base::text(verb, " ", name));
  }
  HeadVersion version_of(const std::string& name) const {
    auto found = heads_.find(name);
    return found == heads_.end() ? HeadVersion{} : found->second.version();
  }

  base::Environment& environment_;
  const std::string url_;
  base::Mutex mutex_;  // guards all below
  std::map<std::string, Object> objects_;
  std::map<std::string, Head> heads_;
  std::uint64_t last_generation_ = 0;
};

Result<Store::Bytes> MemoryStore::read(const std::string& key, ByteRange range, Deadline deadline) {
  STELE_DO(admit(check_key(key), "reading", key, deadline));
  base::Lock lock(mutex_);
  auto found = objects_.find(key);
  if (found == objects_.end()) return missing_object(url_, key);
  const Bytes& bytes = found->second.bytes;
  const ByteRange part = cut(range, bytes.size());
  auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(part.offset);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(part.length));
}

Done MemoryStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(admit(check_key(key), "writing", key, deadline));
  base::Lock lock(mutex_);
  auto [at, added] = objects_.try_emplace(key);
  if (!added) {
    const std::size_t there = at->second.bytes.size();
    if (there != bytes.size()) return object_exists(url_, key, there, bytes.size());
    return {};
  }
  at->second = {Bytes(bytes.begin(), bytes.end()), environment_.now().ms};
  return {};
}

Result<ObjectPage> MemoryStore::list(const std::string& prefix, const std::string& from,
                                     Deadline deadline) {
  STELE_DO(admit({}, "listing", prefix, deadline));
  const std::int64_t now_ms = environment_.now().ms;
  base::Lock lock(mutex_);
  ObjectPage page;
  for (auto at = objects_.lower_bound(std::max(prefix, from)); at != objects_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    if (page.objects.size() == kPageObjects) {
      page.next = at->first;
      break;
    }
    const Object& object = at->second;
    page.objects.push_back({at->first, object.bytes.size(), now_ms - object.written_ms});
  }
  return page;
}

Done MemoryStore::remove(std::span<const std::string> keys, Deadline deadline) {
  STELE_DO(admit({}, "removing", "objects", deadline));
  for (const std::string& key : keys) STELE_DO(check_key(key));
  base::Lock lock(mutex_);
  for (const std::string& key : keys) objects_.erase(key);
  return {};
}

Result<HeadRead> MemoryStore::read_head(const std::string& name, const HeadVersion& unless,
                                        std::uint64_t known_bytes, Deadline deadline) {
  STELE_DO(admit(check_head_name(name), "reading head", name, deadline));
  base::Lock lock(mutex_);
  HeadRead answer;
  auto found = heads_.find(name);
  if (found == heads_.end()) return answer;
  const Head& head = found->second;
  if (!unless.absent() && unless == head.version()) {
    answer.unchanged = true;
    return answer;
  }
  answer.version = head.version();
  if (head.extends(unless, known_bytes)) answer.offset = known_bytes;
  answer.bytes.assign(head.bytes.begin() + static_cast<std::ptrdiff_t>(answer.offset),
                      head.bytes.end());
  return answer;
}

HeadWrite MemoryStore::swap_head(const std::string& name, const HeadVersion& expected,
                                 ByteView bytes, Deadline deadline) {
  if (auto done = admit(check_head_name(name), "swapping head", name, deadline); !done.ok())
    return failed(done.error());
  base::Lock lock(mutex_);
  if (version_of(name) != expected) return conflict();
  Head& head = heads_[name];
  head = {++last_generation_, Bytes(bytes.begin(), bytes.end())};
  return written(head.version());
}

HeadWrite MemoryStore::append_head(const std::string& name, const HeadVersion& expected, ByteView,
                                   ByteView more, Deadline deadline) {
  if (auto done = admit(check_head_name(name), "appending to head", name, deadline); !done.ok())
    return failed(done.error());
  if (expected.absent()) return failed(append_to_absent(url_, name));
  base::Lock lock(mutex_);
  if (version_of(name) != expected) return conflict();
  Head& head = heads_[name];
  head.bytes.insert(head.bytes.end(), more.begin(), more.end());
  return written(head.version());
}

Result<std::vector<std::string>> MemoryStore::head_names(Deadline deadline) {
  STELE_DO(admit({}, "listing", "heads", deadline));
  base::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, head] : heads_) names.push_back(name);
  return names;
}

Done MemoryStore::destroy(Deadline deadline) {
  STELE_DO(admit({}, "destroying", "everything", deadline));
  base::Lock lock(mutex_);
  heads_.clear();
  objects_.clear();
  return {};
}

}  // namespace

std::shared_ptr<Store> make_memory_store(base::Environment& environment, std::string url) {
  return std::make_shared<MemoryStore>(environment, std::move(url));
}

std::shared_ptr<Store> MemoryStores::open(const std::string& name) {
  base::Lock lock(mutex_);
  std::shared_ptr<Store>& store = stores_[name];
  if (!store) store = make_memory_store(environment_, "mem:" + name);
  return store;
}

std::shared_ptr<Store> MemoryStores::find(const std::string& name) const {
  base::Lock lock(mutex_);
  auto found = stores_.find(name);
  return found == stores_.end() ? nullptr : found->second;
}

std::vector<std::string> MemoryStores::names() const {
  base::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, store] : stores_) names.push_back(name);
  return names;
}

void MemoryStores::drop(const std::string& name) {
  base::Lock lock(mutex_);
  stores_.erase(name);
}

MemoryStores& process_memory_stores() {
  static MemoryStores stores(base::system_environment());
  return stores;
}

}  // namespace stele::store
