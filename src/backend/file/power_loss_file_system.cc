#include "backend/file/power_loss_file_system.h"

#include <algorithm>
#include <random>

#include "base/check.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::backend {
namespace {

constexpr std::size_t kSector = 512;

Error missing(const std::string& path) {
  return unavailable("store/missing", base::text("There is no ", path, '.'));
}

}  // namespace

struct PowerLossFileSystem::Node {
  std::uint64_t number = 0;
  bool directory = false;
  std::int64_t modified_ms = 0;
  const File* locked_by = nullptr;

  // A file: what is seen, what is flushed, and what was in between.
  base::Bytes seen;
  base::Bytes durable;
  std::map<std::uint64_t, std::vector<base::Bytes>> pending_sectors;
  std::vector<std::uint64_t> pending_sizes;

  // A directory.
  std::map<std::string, NodePtr> names;
  std::map<std::string, NodePtr> durable_names;

  void write(base::ByteView bytes, std::uint64_t offset) {
    if (bytes.empty()) return;
    const std::uint64_t end = offset + bytes.size();
    if (end > seen.size()) {
      seen.resize(end);
      pending_sizes.push_back(end);
    }
    std::copy(bytes.begin(), bytes.end(), seen.begin() + static_cast<std::ptrdiff_t>(offset));
    for (std::uint64_t s = offset / kSector; s <= (end - 1) / kSector; ++s)
      pending_sectors[s].push_back(sector_seen(s));
  }

  base::Bytes sector_seen(std::uint64_t sector) const {
    const auto all = base::ByteView(seen).subspan(sector * kSector);
    const auto part = all.first(std::min(all.size(), kSector));
    return {part.begin(), part.end()};
  }

  void put_durable(std::uint64_t sector, const base::Bytes& bytes) {
    const std::uint64_t at = sector * kSector;
    if (at >= durable.size()) return;
    const std::size_t n = std::min<std::size_t>(bytes.size(), durable.size() - at);
    std::copy_n(bytes.begin(), n, durable.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void flush() {
    if (!pending_sizes.empty()) durable.resize(pending_sizes.back());
    for (const auto& [sector, versions] : pending_sectors) put_durable(sector, versions.back());
    forget_pending();
  }

  void forget_pending() {
    pending_sectors.clear();
    pending_sizes.clear();
  }

  void lose_power(std::mt19937_64& chance) {
    if (!pending_sizes.empty()) {
      const std::size_t chosen = chance() % (pending_sizes.size() + 1);
      if (chosen > 0) durable.resize(pending_sizes[chosen - 1]);
    }
    for (const auto& [sector, versions] : pending_sectors) {
      const std::size_t chosen = chance() % (versions.size() + 1);
      if (chosen > 0) put_durable(sector, versions[chosen - 1]);
    }
    forget_pending();
    seen = durable;
    names = durable_names;
    locked_by = nullptr;
  }
};

// A file that was opened in some epoch of the power, and is good for nothing in the next.
class PowerLossFile final : public File {
 public:
  PowerLossFile(PowerLossFileSystem& files, PowerLossFileSystem::NodePtr node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), epoch_(files.epoch_) {}
  ~PowerLossFile() override { unlock(); }

  Result<std::size_t> read_at(std::span<std::uint8_t> out, std::uint64_t offset) override {
    base::Lock lock(files_.mutex_);
    if (dead()) return files_.no_power();
    if (offset >= node_->seen.size()) return std::size_t{0};
    const std::size_t n = std::min<std::size_t>(out.size(), node_->seen.size() - offset);
    std::copy_n(node_->seen.begin() + static_cast<std::ptrdiff_t>(offset), n, out.begin());
    return n;
  }

  Done write_at(base::ByteView bytes, std::uint64_t offset) override {
    base::Lock lock(files_.mutex_);
    if (dead()) return files_.no_power();
    if (files_.full_ && offset + bytes.size() > node_->seen.size())
      return unavailable("store/full", base::text("There is no room for ", path_, '.'));
    const bool power = files_.begin();
    node_->write(bytes, offset);
    node_->modified_ms = files_.environment_.now().ms;
    return power ? Done() : Done(files_.no_power());
  }

  Done flush() override {
    base::Lock lock(files_.mutex_);
    if (dead() || !files_.begin()) return files_.no_power();
    if (files_.flushes_++ == files_.fail_flush_) {
      node_->forget_pending();
      return unavailable("store/io", base::text("Cannot flush ", path_, ": Input/output error."));
    }
    node_->flush();
    return {};
  }

  Result<FileStat> stat() override;

  Done set_modified_ms(std::int64_t ms) override {
    base::Lock lock(files_.mutex_);
    if (dead() || !files_.begin()) return files_.no_power();
    node_->modified_ms = ms;
    return {};
  }

  Result<bool> try_lock() override {
    base::Lock lock(files_.mutex_);
    if (dead()) return files_.no_power();
    if (node_->locked_by && node_->locked_by != this) return false;
    node_->locked_by = this;
    return true;
  }
  void unlock() override {
    base::Lock lock(files_.mutex_);
    if (node_->locked_by == this) node_->locked_by = nullptr;
  }

 private:
  bool dead() const { return epoch_ != files_.epoch_ || files_.operations_ > files_.cut_at_; }

  PowerLossFileSystem& files_;
  const PowerLossFileSystem::NodePtr node_;
  const std::string path_;
  const std::uint64_t epoch_;
};

namespace {

template <typename Node>
FileStat stat_of(const Node& node) {
  return {.device = 1,
          .inode = node.number,
          .bytes = node.seen.size(),
          .modified_ms = node.modified_ms,
          .directory = node.directory};
}

}  // namespace

Result<FileStat> PowerLossFile::stat() {
  base::Lock lock(files_.mutex_);
  if (dead()) return files_.no_power();
  return stat_of(*node_);
}

PowerLossFileSystem::PowerLossFileSystem(base::Environment& environment)
    : environment_(environment), root_(make_node(true)) {}

PowerLossFileSystem::~PowerLossFileSystem() = default;

std::uint64_t PowerLossFileSystem::operations() const {
  base::Lock lock(mutex_);
  return operations_;
}

std::uint64_t PowerLossFileSystem::flushes() const {
  base::Lock lock(mutex_);
  return flushes_;
}

void PowerLossFileSystem::cut_at(std::uint64_t operation) {
  base::Lock lock(mutex_);
  cut_at_ = operation;
}

void PowerLossFileSystem::fail_flush(std::uint64_t index) {
  base::Lock lock(mutex_);
  fail_flush_ = index;
}

void PowerLossFileSystem::set_full(bool full) {
  base::Lock lock(mutex_);
  full_ = full;
}

void PowerLossFileSystem::damage(const std::string& path, std::uint64_t byte, std::uint8_t bits) {
  base::Lock lock(mutex_);
  const NodePtr node = find(path);
  STELE_CHECK(node && byte < node->seen.size());
  node->flush();
  node->seen[byte] ^= bits;
  if (byte < node->durable.size()) node->durable[byte] = node->seen[byte];
}

void PowerLossFileSystem::crash(std::uint64_t seed) {
  base::Lock lock(mutex_);
  std::mt19937_64 chance(seed);
  for (const NameChange& change : pending_names_)
    if (chance() % 2)
      for (const Name& name : change) apply(name, &Node::durable_names);
  pending_names_.clear();
  // Depth first, in the order of names: the same seed finds the same nodes.
  std::vector<NodePtr> stack = {root_};
  while (!stack.empty()) {
    const NodePtr node = stack.back();
    stack.pop_back();
    node->lose_power(chance);
    for (const auto& [name, child] : node->names) stack.push_back(child);
  }
  ++epoch_;
  operations_ = flushes_ = 0;
  cut_at_ = fail_flush_ = UINT64_MAX;
}

bool PowerLossFileSystem::begin() { return operations_++ < cut_at_; }

Error PowerLossFileSystem::no_power() const {
  return unavailable("store/io", "The power has failed.");
}

PowerLossFileSystem::NodePtr PowerLossFileSystem::make_node(bool directory) {
  auto node = std::make_shared<Node>();
  node->number = ++last_node_;
  node->directory = directory;
  node->modified_ms = environment_.now().ms;
  return node;
}

PowerLossFileSystem::NodePtr PowerLossFileSystem::find(const std::string& path) const {
  NodePtr node = root_;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    auto found = node->names.find(part);
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

// The directory and the name of a path, with what it names now.
Done PowerLossFileSystem::find_place(const std::string& path, Name& place) const {
  if (operations_ > cut_at_) return no_power();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return missing(path);
  place = {find(path.substr(0, slash)), path.substr(slash + 1), nullptr};
  if (!place.directory || !place.directory->directory) return missing(path);
  auto found = place.directory->names.find(place.name);
  if (found != place.directory->names.end()) place.node = found->second;
  return {};
}

void PowerLossFileSystem::apply(const Name& name, std::map<std::string, NodePtr> Node::*names) {
  auto& map = (*name.directory).*names;
  if (name.node)
    map[name.name] = name.node;
  else
    map.erase(name.name);
}

void PowerLossFileSystem::change_names(NameChange change) {
  for (const Name& name : change) apply(name, &Node::names);
  pending_names_.push_back(std::move(change));
}

void PowerLossFileSystem::make_names_durable(const NodePtr& directory) {
  std::vector<NameChange> left;
  for (NameChange& change : pending_names_) {
    const bool touched =
        std::ranges::any_of(change, [&](const Name& name) { return name.directory == directory; });
    if (!touched) {
      left.push_back(std::move(change));
      continue;
    }
    for (const Name& name : change) {
      apply(name, &Node::durable_names);
      // What became of the same name before is of the past now.
      std::erase_if(left, [&](const NameChange& older) {
        return older.size() == 1 && older[0].directory == name.directory &&
               older[0].name == name.name;
      });
    }
  }
  pending_names_ = std::move(left);
}

Result<std::unique_ptr<File>> PowerLossFileSystem::open(const std::string& path, OpenMode mode) {
  base::Lock lock(mutex_);
  Name place;
  STELE_DO(find_place(path, place));
  if (place.node && mode == OpenMode::create)
    return Error(ErrorCategory::conflict, "store/exists", base::text("There is a ", path, '.'));
  if (!place.node) {
    if (mode == OpenMode::read || mode == OpenMode::write) return missing(path);
    const bool power = begin();
    place.node = make_node(false);
    change_names({place});
    if (!power) return no_power();
  }
  return std::unique_ptr<File>(std::make_unique<PowerLossFile>(*this, place.node, path));
}

Result<std::optional<FileStat>> PowerLossFileSystem::stat(const std::string& path) {
  base::Lock lock(mutex_);
  if (operations_ > cut_at_) return no_power();
  const NodePtr node = find(path);
  if (!node) return std::optional<FileStat>();
  return std::optional(stat_of(*node));
}

Done PowerLossFileSystem::rename(const std::string& from, const std::string& to) {
  base::Lock lock(mutex_);
  return move_name(from, to);
}

Result<bool> PowerLossFileSystem::rename_new(const std::string& from, const std::string& to) {
  base::Lock lock(mutex_);
  if (find(to)) return false;
  STELE_DO(move_name(from, to));
  return true;
}

Done PowerLossFileSystem::move_name(const std::string& from, const std::string& to) {
  Name source, target;
  STELE_DO(find_place(from, source));
  STELE_DO(find_place(to, target));
  if (!source.node) return missing(from);
  const bool power = begin();
  target.node = std::exchange(source.node, nullptr);
  change_names({source, target});
  return power ? Done() : Done(no_power());
}

Result<bool> PowerLossFileSystem::exchange(const std::string& one, const std::string& other) {
  base::Lock lock(mutex_);
  Name first, second;
  STELE_DO(find_place(one, first));
  STELE_DO(find_place(other, second));
  if (!first.node) return missing(one);
  if (!second.node) return missing(other);
  const bool power = begin();
  std::swap(first.node, second.node);
  change_names({first, second});
  if (!power) return no_power();
  return true;
}

Result<bool> PowerLossFileSystem::remove(const std::string& path) {
  base::Lock lock(mutex_);
  Name place;
  STELE_DO(find_place(path, place));
  if (!place.node) return false;
  const bool power = begin();
  place.node = nullptr;
  change_names({place});
  if (!power) return no_power();
  return true;
}

Result<bool> PowerLossFileSystem::make_directory(const std::string& path) {
  base::Lock lock(mutex_);
  Name place;
  STELE_DO(find_place(path, place));
  if (place.node) return false;
  const bool power = begin();
  place.node = make_node(true);
  change_names({place});
  if (!power) return no_power();
  return true;
}

Result<bool> PowerLossFileSystem::remove_directory(const std::string& path) {
  {
    base::Lock lock(mutex_);
    const NodePtr node = find(path);
    if (node && !node->names.empty())
      return unavailable("store/io", base::text("The directory ", path, " is not empty."));
  }
  return remove(path);
}

Result<std::vector<DirectoryEntry>> PowerLossFileSystem::list(const std::string& path) {
  base::Lock lock(mutex_);
  if (operations_ > cut_at_) return no_power();
  const NodePtr node = find(path);
  if (!node) return missing(path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, child] : node->names) entries.push_back({name, child->directory});
  return entries;
}

Done PowerLossFileSystem::flush_directory(const std::string& path) {
  base::Lock lock(mutex_);
  const NodePtr node = find(path);
  if (!begin()) return no_power();
  if (!node) return missing(path);
  if (flushes_++ == fail_flush_)
    return unavailable("store/io", base::text("Cannot flush ", path, ": Input/output error."));
  make_names_durable(node);
  return {};
}

bool PowerLossFileSystem::may_write(const std::string&) { return true; }

Result<bool> PowerLossFileSystem::is_remote(const std::string&) { return false; }

void PowerLossFileSystem::pause_us(std::int64_t us) { posix_file_system().pause_us(us); }

}  // namespace stele::backend
