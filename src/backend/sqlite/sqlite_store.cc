#include "backend/sqlite/sqlite_store.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <system_error>

#include "backend/sqlite/sqlite_connection.h"
#include "backend/sqlite/sqlite_head_lock.h"
#include "backend/sqlite/sqlite_salvage.h"
#include "backend/sqlite/sqlite_schema.h"
#include "base/mutex.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"
#include "store/head_state.h"
#include "store/lock_holders.h"

namespace stele::backend {

using base::text;
using store::HeadState;

namespace {

using Mode = SqliteConnection::Mode;
using Kind = SqliteTransaction::Kind;

constexpr std::int64_t kChunkBytes = 16 << 10;
constexpr std::int64_t kChunksMax = 1 << 24;  // of one object: 256 GiB
constexpr std::int64_t kPageObjects = 1000;
constexpr std::size_t kRemovedTogether = 64;  // objects a transaction; others may write in between
constexpr std::size_t kIdleConnectionsMax = 8;
constexpr std::int64_t kShrinkWaitMs = 1000;

// A head as it is in the tables.
struct HeadRow {
  std::int64_t number = 0;
  std::int64_t last_place = 0;
  HeadState state;
};

class OpenStore final : public Store {
 public:
  OpenStore(std::string path, std::string url, bool read_only, base::Environment& environment)
      : path_(std::move(path)),
        url_(std::move(url)),
        read_only_(read_only),
        environment_(environment) {}

  std::string url() const override { return url_; }
  StoreTraits traits() const override { return {.writable = !read_only_}; }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override;
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override;
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

  // A connection out of use, for whoever comes next.
  void give_back(std::unique_ptr<SqliteConnection> connection);

 private:
  // A connection while it is in use.
  class Lease {
   public:
    Lease(OpenStore& store, std::unique_ptr<SqliteConnection> connection)
        : store_(&store), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_) store_->give_back(std::move(connection_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    SqliteConnection& operator*() const { return *connection_; }
    SqliteConnection* operator->() const { return connection_.get(); }

   private:
    OpenStore* store_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  Result<Lease> lease(std::string what, Deadline deadline);
  Result<Lease> lease_for_writing(std::string what, Deadline deadline);
  // Runs `change` on the head in a transaction; it gives the new state, or nothing: a conflict.
  template <typename Change>
  HeadWrite write_head(const std::string& name, std::string what, Deadline deadline,
                       const Change& change);

  const std::string path_;
  const std::string url_;
  const bool read_only_;
  base::Environment& environment_;
  store::LockHolders holders_;  // of locks taken through this object
  base::Mutex mutex_;           // guards all below
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

class Lock final : public HeadLock {
 public:
  Lock(store::LockHolders& holders, std::string name, SqliteHeadLock lock)
      : holders_(holders), name_(std::move(name)), lock_(std::move(lock)) {
    holders_.add(name_);
  }
  ~Lock() override { holders_.remove(name_); }

 private:
  store::LockHolders& holders_;
  const std::string name_;
  const SqliteHeadLock lock_;
};

// --- connections -------------------------------------------------------------------------------

Result<OpenStore::Lease> OpenStore::lease(std::string what, Deadline deadline) {
  STELE_DO(store::check_deadline(url_, what, deadline, environment_));
  std::unique_ptr<SqliteConnection> connection;
  {
    base::Lock held(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    const Mode mode = read_only_ ? Mode::read : Mode::write;
    STELE_TRY(connection, SqliteConnection::open(path_, url_, mode, environment_, deadline));
  }
  connection->until(deadline, std::move(what));
  return Lease(*this, std::move(connection));
}

Result<OpenStore::Lease> OpenStore::lease_for_writing(std::string what, Deadline deadline) {
  if (read_only_) return store::read_only(url_);
  return lease(std::move(what), deadline);
}

void OpenStore::give_back(std::unique_ptr<SqliteConnection> connection) {
  if (connection->doubtful() || connection->in_transaction()) return;
  base::Lock held(mutex_);
  if (idle_.size() < kIdleConnectionsMax) idle_.push_back(std::move(connection));
}

// --- objects -----------------------------------------------------------------------------------

std::int64_t chunk_of(std::uint64_t byte) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(byte / kChunkBytes, kChunksMax - 1));
}

// The last byte that the range names, or its first where it is empty.
std::uint64_t last_byte(ByteRange range) {
  if (range.length == 0) return range.offset;
  const std::uint64_t further = range.length - 1;
  return further > UINT64_MAX - range.offset ? UINT64_MAX : range.offset + further;
}

// Adds to `bytes` what the row's chunk has of the part; false if it has nothing of what comes next.
bool add_piece(const SqliteStatement& row, ByteRange part, Store::Bytes& bytes) {
  if (row.is_null(1)) return false;
  const auto chunk = row.bytes(2);
  const auto begin = static_cast<std::uint64_t>(row.number(1) * kChunkBytes);
  const std::uint64_t at = part.offset + bytes.size();
  if (at < begin || at >= begin + chunk.size()) return false;
  const auto rest = chunk.subspan(at - begin);
  const auto piece = rest.first(std::min<std::uint64_t>(rest.size(), part.length - bytes.size()));
  bytes.insert(bytes.end(), piece.begin(), piece.end());
  return true;
}

// The part `range` of an object, from the chunks that it touches.
Result<Store::Bytes> read_part(SqliteConnection& connection, const std::string& url,
                               const std::string& key, ByteRange range) {
  STELE_TRY(auto row, connection.statement(sqlite_schema::kRead));
  row.bind(1, std::string_view(key)).bind(2, chunk_of(range.offset));
  row.bind(3, chunk_of(last_byte(range)));
  STELE_TRY(bool there, row.step());
  if (!there) return store::missing_object(url, key);
  const ByteRange part = store::cut(range, static_cast<std::uint64_t>(row.number(0)));
  Store::Bytes bytes;
  bytes.reserve(part.length);
  while (there && bytes.size() < part.length && add_piece(row, part, bytes)) {
    STELE_TRY(there, row.step());
  }
  if (bytes.size() == part.length) return bytes;
  return corrupt("store/corrupt", text("The object ", key, " in ", url, " lacks byte ",
                                       part.offset + bytes.size(), " (table stele_chunks)."));
}

Result<Store::Bytes> OpenStore::read(const std::string& key, ByteRange range, Deadline deadline) {
  STELE_DO(check_key(key));
  STELE_TRY(auto connection, lease("reading " + key, deadline));
  return read_part(*connection, url_, key, range);
}

// One transaction for all, and in the order in which they lie in the file.
std::vector<Result<Store::Bytes>> OpenStore::read_many(std::span<const ReadRequest> requests,
                                                       Deadline deadline) {
  if (requests.size() < 2) return Store::read_many(requests, deadline);
  auto connection = lease("reading objects", deadline);
  if (!connection.ok()) return {requests.size(), connection.error()};
  auto transaction = SqliteTransaction::begin(**connection, Kind::reading);
  if (!transaction.ok()) return {requests.size(), transaction.error()};
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::pair<std::string_view, std::uint64_t>(requests[i].key, requests[i].range.offset);
  });
  std::vector<Result<Bytes>> results(requests.size(), Bytes());
  for (const std::size_t i : order) {
    const auto& [key, range] = requests[i];
    auto valid = check_key(key);
    results[i] = valid.ok() ? read_part(**connection, url_, key, range) : valid.error();
  }
  (void)transaction->commit();  // nothing was written
  return results;
}

Done add_object(SqliteConnection& connection, const std::string& key, Store::ByteView bytes,
                std::int64_t now_ms) {
  std::int64_t id = 0;
  {
    STELE_TRY(auto add, connection.statement(sqlite_schema::kAddObject));
    add.bind(1, std::string_view(key)).bind(2, static_cast<std::int64_t>(bytes.size()));
    add.bind(3, now_ms);
    STELE_DO(add.step());
    id = add.number(0);
  }
  for (std::int64_t chunk = 0; !bytes.empty(); ++chunk) {
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), kChunkBytes));
    STELE_TRY(auto add, connection.statement(sqlite_schema::kAddChunk));
    STELE_DO(add.bind(1, (id << 24) + chunk).bind(2, piece).run());
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Done OpenStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(check_key(key));
  STELE_TRY(auto connection, lease_for_writing("writing " + key, deadline));
  STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::writing));
  {
    STELE_TRY(auto length, connection->statement(sqlite_schema::kLength));
    STELE_TRY(const bool there, length.bind(1, std::string_view(key)).step());
    if (there) {
      const auto bytes_there = static_cast<std::uint64_t>(length.number(0));
      if (bytes_there == bytes.size()) return {};
      return store::object_exists(url_, key, bytes_there, bytes.size());
    }
  }
  STELE_DO(add_object(*connection, key, bytes, environment_.now().ms));
  return transaction.commit();
}

Result<ObjectPage> OpenStore::list(const std::string& prefix, const std::string& from,
                                   Deadline deadline) {
  STELE_TRY(auto connection, lease("listing " + prefix, deadline));
  STELE_TRY(auto list, connection->statement(sqlite_schema::kList));
  // No key has a character above 'z'.
  const std::string end = prefix + '\x7f';
  list.bind(1, std::string_view(std::max(prefix, from))).bind(2, std::string_view(end));
  list.bind(3, kPageObjects + 1);
  const std::int64_t now_ms = environment_.now().ms;
  ObjectPage page;
  for (;;) {
    STELE_TRY(const bool more, list.step());
    if (!more) return page;
    if (page.objects.size() == kPageObjects) {
      page.next = list.text(0);
      return page;
    }
    page.objects.push_back(
        {list.text(0), static_cast<std::uint64_t>(list.number(1)), now_ms - list.number(2)});
  }
}

Done remove_object(SqliteConnection& connection, std::string_view key) {
  for (const char* sql : {sqlite_schema::kRemoveChunks, sqlite_schema::kRemoveObject}) {
    STELE_TRY(auto remove, connection.statement(sql));
    STELE_DO(remove.bind(1, key).run());
  }
  return {};
}

Done OpenStore::remove(std::span<const std::string> keys, Deadline deadline) {
  for (const std::string& key : keys) STELE_DO(check_key(key));
  STELE_TRY(auto connection, lease_for_writing("removing objects", deadline));
  while (!keys.empty()) {
    const auto some = keys.first(std::min(keys.size(), kRemovedTogether));
    STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::writing));
    for (const std::string& key : some) STELE_DO(remove_object(*connection, key));
    STELE_DO(transaction.commit());
    keys = keys.subspan(some.size());
  }
  return {};
}

// --- heads -------------------------------------------------------------------------------------

Result<std::optional<HeadRow>> find_head(SqliteConnection& connection, const std::string& name) {
  STELE_TRY(auto head, connection.statement(sqlite_schema::kHead));
  STELE_TRY(const bool there, head.bind(1, std::string_view(name)).step());
  if (!there) return std::optional<HeadRow>();
  if (head.is_null(2))
    return corrupt("store/corrupt",
                   text("The head ", name, " has no bytes left in ", connection.url(),
                        " (table stele_entries, head ", head.number(0), ")."));
  return std::optional<HeadRow>(
      {.number = head.number(0),
       .last_place = head.number(2),
       .state = {.generation = head.number(1), .length = head.number(3)}});
}

// Fills `bytes` with the end of the head: its rows from the last one back.
Done read_end(SqliteConnection& connection, const std::string& url, const HeadRow& head,
              Store::Bytes& bytes) {
  const std::int64_t offset = head.state.length - static_cast<std::int64_t>(bytes.size());
  STELE_TRY(auto entries, connection.statement(sqlite_schema::kEntries));
  entries.bind(1, head.number);
  std::int64_t end = head.state.length;
  while (end > offset) {
    STELE_TRY(const bool more, entries.step());
    if (!more || entries.number(0) != end)
      return corrupt("store/corrupt", text("A head in ", url, " lacks bytes before byte ", end,
                                           " (table stele_entries, head ", head.number, ")."));
    auto row = entries.bytes(1);
    const std::int64_t begin = end - static_cast<std::int64_t>(row.size());
    if (begin < offset) row = row.subspan(static_cast<std::size_t>(offset - begin));
    end -= static_cast<std::int64_t>(row.size());
    std::ranges::copy(row, bytes.begin() + (end - offset));
    if (begin < offset) return {};
  }
  return {};
}

Result<HeadRead> OpenStore::read_head(const std::string& name, const HeadVersion& unless,
                                      std::uint64_t known_bytes, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_TRY(auto connection, lease("reading head " + name, deadline));
  STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::reading));
  STELE_TRY(const auto head, find_head(*connection, name));
  HeadRead answer;
  if (head) {
    const auto known = HeadState::of(unless);
    answer.unchanged = known == head->state;
    if (!answer.unchanged) {
      answer.version = head->state.version();
      const bool grown = known && known->generation == head->state.generation &&
                         known->length <= head->state.length &&
                         known_bytes <= static_cast<std::uint64_t>(known->length);
      answer.offset = grown ? known_bytes : 0;
      answer.bytes.resize(static_cast<std::size_t>(head->state.length) - answer.offset);
      STELE_DO(read_end(*connection, url_, *head, answer.bytes));
    }
  }
  STELE_DO(transaction.commit());
  return answer;
}

template <typename Change>
HeadWrite OpenStore::write_head(const std::string& name, std::string what, Deadline deadline,
                                const Change& change) {
  if (auto valid = check_head_name(name); !valid.ok()) return store::failed(valid.error());
  auto connection = lease_for_writing(what + name, deadline);
  if (!connection.ok()) return store::failed(connection.error());
  std::optional<SqliteHeadLock> turn;
  if (!holders_.holds(name)) {
    auto taken = SqliteHeadLock::take(path_, url_, name, environment_, deadline);
    if (!taken.ok()) return store::failed(taken.error());
    turn.emplace(std::move(*taken));
  }
  auto transaction = SqliteTransaction::begin(**connection, Kind::writing);
  if (!transaction.ok()) return store::failed(transaction.error());
  auto head = find_head(**connection, name);
  if (!head.ok()) return store::failed(head.error());
  Result<std::optional<HeadState>> changed = change(**connection, *head);
  if (!changed.ok()) return store::failed(changed.error());
  if (!*changed) return store::conflict();
  auto done = transaction->commit();
  if (done.ok()) return store::written((*changed)->version());
  if (!(*connection)->doubtful()) return store::failed(done.error());
  return store::unknown(done.error());
}

Done add_entry(SqliteConnection& connection, std::int64_t place, std::int64_t ends,
               Store::ByteView bytes) {
  STELE_TRY(auto add, connection.statement(sqlite_schema::kAddEntry));
  return add.bind(1, place).bind(2, ends).bind(3, bytes).run();
}

// The number of the head, emptied and in its new generation; made if there was none.
Result<std::int64_t> renew_head(SqliteConnection& connection, const std::string& name,
                                const std::optional<HeadRow>& head, std::int64_t generation) {
  if (!head) {
    STELE_TRY(auto add, connection.statement(sqlite_schema::kAddHead));
    STELE_DO(add.bind(1, std::string_view(name)).bind(2, generation).step());
    return add.number(0);
  }
  for (const char* sql : {sqlite_schema::kRemoveEntriesBefore, sqlite_schema::kKeepEntriesBefore}) {
    STELE_TRY(auto keep, connection.statement(sql));
    STELE_DO(keep.bind(1, head->number).run());
  }
  STELE_TRY(auto set, connection.statement(sqlite_schema::kSetGeneration));
  STELE_DO(set.bind(1, head->number).bind(2, generation).run());
  return head->number;
}

HeadWrite OpenStore::swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                               Deadline deadline) {
  const auto change = [&](SqliteConnection& connection,
                          const std::optional<HeadRow>& head) -> Result<std::optional<HeadState>> {
    if ((head ? head->state.version() : HeadVersion()) != expected)
      return std::optional<HeadState>();
    const HeadState state{store::new_generation(environment_),
                          static_cast<std::int64_t>(bytes.size())};
    STELE_TRY(const auto number, renew_head(connection, name, head, state.generation));
    STELE_DO(add_entry(connection, number << 32, state.length, bytes));
    return std::optional(state);
  };
  return write_head(name, "swapping head ", deadline, change);
}

HeadWrite OpenStore::append_head(const std::string& name, const HeadVersion& expected, ByteView,
                                 ByteView more, Deadline deadline) {
  if (expected.absent()) return store::failed(store::append_to_absent(url_, name));
  const auto change = [&](SqliteConnection& connection,
                          const std::optional<HeadRow>& head) -> Result<std::optional<HeadState>> {
    if (!head || head->state.version() != expected) return std::optional<HeadState>();
    HeadState state = head->state;
    state.length += static_cast<std::int64_t>(more.size());
    STELE_DO(add_entry(connection, head->last_place + 1, state.length, more));
    return std::optional(state);
  };
  return write_head(name, "appending to head ", deadline, change);
}

Result<std::vector<std::string>> OpenStore::head_names(Deadline deadline) {
  STELE_TRY(auto connection, lease("listing heads", deadline));
  STELE_TRY(auto list, connection->statement(sqlite_schema::kHeadNames));
  std::vector<std::string> names;
  for (;;) {
    STELE_TRY(const bool more, list.step());
    if (!more) return names;
    names.push_back(list.text(0));
  }
}

Result<std::unique_ptr<HeadLock>> OpenStore::lock_head(const std::string& name, Deadline deadline) {
  STELE_DO(check_head_name(name));
  if (read_only_) return store::read_only(url_);
  STELE_TRY(auto lock, SqliteHeadLock::take(path_, url_, name, environment_, deadline));
  return std::unique_ptr<HeadLock>(new Lock(holders_, name, std::move(lock)));
}

// --- repair ------------------------------------------------------------------------------------

Result<Store::Salvage> OpenStore::salvage_head(const std::string& name, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_TRY(auto connection, lease("salvaging head " + name, deadline));
  STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::reading));
  STELE_TRY(auto salvage, sqlite_salvage::read(*connection, name));
  STELE_DO(transaction.commit());
  return salvage;
}

// One transaction: the damaged head is kept and the other is in its place, or nothing happened.
Done OpenStore::restore_head(const std::string& name, ByteView bytes, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_TRY(auto connection, lease_for_writing("restoring head " + name, deadline));
  STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::writing));
  STELE_TRY(const auto damaged, sqlite_salvage::take_damaged(*connection, name));
  const std::string aside = text("tmp/", name, ".damaged");
  STELE_DO(remove_object(*connection, aside));
  STELE_DO(add_object(*connection, aside, damaged.bytes, environment_.now().ms));
  STELE_TRY(auto set, connection->statement(sqlite_schema::kSetGeneration));
  STELE_DO(set.bind(1, damaged.number).bind(2, store::new_generation(environment_)).run());
  STELE_DO(
      add_entry(*connection, damaged.number << 32, static_cast<std::int64_t>(bytes.size()), bytes));
  return transaction.commit();
}

Result<bool> is_without_tables(SqliteConnection& connection) {
  STELE_TRY(auto tables, connection.statement(sqlite_schema::kTables));
  STELE_DO(tables.step());
  return tables.number(0) == 0;
}

// The file stays: others may have it open, and would write into what is no longer there.
Done OpenStore::destroy(Deadline deadline) {
  STELE_TRY(auto connection, lease_for_writing("destroying everything", deadline));
  STELE_TRY(auto transaction, SqliteTransaction::begin(*connection, Kind::writing));
  STELE_DO(connection->run(sqlite_schema::kDrop));
  STELE_DO(transaction.commit());
  STELE_TRY(const bool alone, is_without_tables(*connection));
  if (!alone) return {};
  // It is done; giving the space back is worth a try.
  connection->until(base::deadline_after(environment_, kShrinkWaitMs), "giving space back");
  if (connection->run("VACUUM").ok()) (void)connection->run("PRAGMA wal_checkpoint(TRUNCATE)");
  return {};
}

// --- opening -----------------------------------------------------------------------------------

struct Place {
  std::string url;
  base::Environment& environment;
  Deadline deadline;

  Place(const std::string& path, const SqliteStoreOptions& options)
      : url("sqlite:" + path),
        environment(options.environment ? *options.environment : base::system_environment()),
        deadline(base::deadline_after(environment, options.open_wait_ms)) {}
};

Result<bool> is_there(SqliteConnection& connection) {
  STELE_TRY(auto look, connection.statement(sqlite_schema::kIsThere));
  return look.step();
}

Done check_layout(SqliteConnection& connection, const std::string& url) {
  STELE_TRY(auto read, connection.statement(sqlite_schema::kReadLayout));
  STELE_TRY(const bool there, read.step());
  if (there && read.number(0) == sqlite_schema::kLayout) return {};
  return invalid("store/format", text(url, " has layout ", there ? read.number(0) : 0,
                                      ", and this version of stele knows layout ",
                                      sqlite_schema::kLayout, " only."));
}

Done create_tables(SqliteConnection& connection, const std::string& url) {
  // Before any transaction; it stays with the file.
  STELE_DO(connection.run("PRAGMA journal_mode = WAL"));
  STELE_TRY(auto transaction, SqliteTransaction::begin(connection, Kind::writing));
  STELE_TRY(const bool there, is_there(connection));
  if (there)
    return Error{ErrorCategory::conflict, "store/exists", text(url, " holds a store already.")};
  STELE_DO(connection.run(sqlite_schema::kCreate));
  return transaction.commit();
}

}  // namespace

Result<std::shared_ptr<Store>> SqliteStore::create(const std::string& path,
                                                   const SqliteStoreOptions& options) {
  const Place place(path, options);
  const auto parent = std::filesystem::path(path).parent_path();
  std::error_code failed;
  if (!parent.empty()) std::filesystem::create_directories(parent, failed);
  if (failed)
    return unavailable("store/denied", text("The folder ", parent.string(),
                                            " cannot be made: ", failed.message(), "."));
  STELE_TRY(auto connection, SqliteConnection::open(path, place.url, Mode::create,
                                                    place.environment, place.deadline));
  STELE_DO(create_tables(*connection, place.url));
  connection.reset();
  return open(path, options);
}

Result<std::shared_ptr<Store>> SqliteStore::open(const std::string& path,
                                                 const SqliteStoreOptions& options) {
  const Place place(path, options);
  const Mode mode = options.read_only ? Mode::read : Mode::write;
  STELE_TRY(auto connection,
            SqliteConnection::open(path, place.url, mode, place.environment, place.deadline));
  STELE_DO(check_layout(*connection, place.url));
  const bool read_only = options.read_only || connection->read_only();
  // What a process wrote and did not live to flush is flushed before anyone is told of it.
  if (!read_only) STELE_DO(connection->run("PRAGMA wal_checkpoint(PASSIVE)"));
  auto store = std::make_shared<OpenStore>(path, place.url, read_only, place.environment);
  store->give_back(std::move(connection));
  return std::static_pointer_cast<Store>(store);
}

Result<bool> SqliteStore::exists(const std::string& path, const SqliteStoreOptions& options) {
  const Place place(path, options);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  const auto look = [&]() -> Result<bool> {
    STELE_TRY(auto connection, SqliteConnection::open(path, place.url, Mode::read,
                                                      place.environment, place.deadline));
    return is_there(*connection);
  };
  auto there = look();
  const bool foreign = !there.ok() && there.error().category() == ErrorCategory::corrupt;
  return foreign ? Result<bool>(false) : there;
}

}  // namespace stele::backend
