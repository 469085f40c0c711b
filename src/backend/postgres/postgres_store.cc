#include "backend/postgres/postgres_store.h"

#include <algorithm>
#include <optional>

#include "backend/postgres/postgres_pool.h"
#include "backend/postgres/postgres_schema.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"
#include "store/head_state.h"
#include "store/lock_holders.h"

namespace stele::backend {

using base::text;
using store::HeadState;

namespace {

using Command = PostgresCommand;
using Answers = PostgresConnection::Answers;
using Commands = std::vector<Command>;

constexpr std::int64_t kPageObjects = 1000;
constexpr std::size_t kRemovedTogether = 200;
// A bytea has at most 1 GiB, and positions in it are ints that begin at 1.
constexpr std::uint64_t kObjectBytesMax = 1 << 30;
// Commands of one pipeline: the server answers while we still send, so more only cost memory.
constexpr std::size_t kReadsTogether = 256;
constexpr std::int64_t kUnlockMs = 1000;
constexpr std::int64_t kNoGeneration = -1;  // of no head

class OpenStore final : public Store {
 public:
  OpenStore(const PostgresSettings& settings, base::Environment& environment)
      : sql_(settings.prefix()), environment_(environment), pool_(settings, environment) {}

  std::string url() const override { return pool_.settings().url(); }
  StoreTraits traits() const override { return {.writable = !read_only_, .parallel_reads = 16}; }

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

  // For opening, before anyone else has the store.
  Done create(Deadline deadline);
  Done look(bool read_only, Deadline deadline);
  Result<bool> is_there(Deadline deadline);
  Result<std::vector<std::string>> prefixes(Deadline deadline);

 private:
  Result<Answers> ask(const Commands& commands, std::string_view what, Deadline deadline) {
    return pool_.run_idempotent(commands, what, deadline);
  }
  Done check_writable() const { return read_only_ ? Done(store::read_only(url())) : Done(); }
  // Reads what lies from `first` on in `requests`; its results go where theirs belong.
  void read_some(std::span<const ReadRequest> requests, Deadline deadline,
                 std::vector<Result<Bytes>>& results);
  HeadWrite write_head(const std::string& name, Command change, const HeadState& after,
                       std::string_view what, Deadline deadline);
  std::int64_t lock_number(const std::string& name) const;

  const PostgresSchema sql_;
  base::Environment& environment_;
  PostgresPool pool_;
  store::LockHolders holders_;  // of locks taken through this object
  bool read_only_ = false;
};

// An advisory lock of the server, held by a session of its own and gone with it.
class Lock final : public HeadLock {
 public:
  Lock(const PostgresSchema& sql, base::Environment& environment, store::LockHolders& holders,
       std::string name, std::int64_t number, PostgresPool::Lease session)
      : sql_(sql),
        environment_(environment),
        holders_(holders),
        name_(std::move(name)),
        number_(number),
        session_(std::move(session)) {
    holders_.add(name_);
  }
  ~Lock() override {
    holders_.remove(name_);
    const Command give{&sql_.give_lock, {number_}};
    // A session that does not give it back must not be used by others.
    auto done = session_->run({&give, 1}, "unlocking head " + name_,
                              base::deadline_after(environment_, kUnlockMs));
    if (!done.ok()) session_->abandon();
  }

 private:
  const PostgresSchema& sql_;
  base::Environment& environment_;
  store::LockHolders& holders_;
  const std::string name_;
  const std::int64_t number_;
  PostgresPool::Lease session_;
};

Store::Bytes copy(Store::ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// --- objects -----------------------------------------------------------------------------------

Command read_command(const PostgresSchema& sql, const std::string& key, ByteRange range) {
  const std::uint64_t offset = std::min(range.offset, kObjectBytesMax);
  const std::uint64_t length = std::min(range.length, kObjectBytesMax - offset);
  return {&sql.read,
          {key, static_cast<std::int64_t>(offset) + 1, static_cast<std::int64_t>(length)}};
}

Result<Store::Bytes> read_answer(const PostgresAnswer& answer, const std::string& url,
                                 const std::string& key) {
  if (answer.rows() == 0) return store::missing_object(url, key);
  return copy(answer.bytes(0, 0));
}

Result<Store::Bytes> OpenStore::read(const std::string& key, ByteRange range, Deadline deadline) {
  STELE_DO(check_key(key));
  STELE_TRY(const auto answers, ask({read_command(sql_, key, range)}, "reading " + key, deadline));
  return read_answer(answers[0], url(), key);
}

std::vector<Result<Store::Bytes>> OpenStore::read_many(std::span<const ReadRequest> requests,
                                                       Deadline deadline) {
  std::vector<Result<Bytes>> results;
  results.reserve(requests.size());
  while (!requests.empty()) {
    const auto some = requests.first(std::min(requests.size(), kReadsTogether));
    read_some(some, deadline, results);
    requests = requests.subspan(some.size());
  }
  return results;
}

void OpenStore::read_some(std::span<const ReadRequest> requests, Deadline deadline,
                          std::vector<Result<Bytes>>& results) {
  Commands commands;
  for (const auto& [key, range] : requests)
    if (check_key(key).ok()) commands.push_back(read_command(sql_, key, range));
  const auto answers = ask(commands, text("reading ", commands.size(), " objects"), deadline);
  std::size_t next = 0;
  for (const auto& [key, range] : requests) {
    if (auto valid = check_key(key); !valid.ok()) {
      results.push_back(valid.error());
    } else if (!answers.ok()) {
      results.push_back(answers.error());
    } else {
      results.push_back(read_answer((*answers)[next++], url(), key));
    }
  }
}

Done OpenStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(check_key(key));
  STELE_DO(check_writable());
  if (bytes.size() > kObjectBytesMax)
    return Error{ErrorCategory::limit, "store/too-big",
                 text("The object ", key, " has ", bytes.size(), " bytes; ", url(),
                      " keeps objects of at most ", kObjectBytesMax, '.')};
  STELE_TRY(const auto answers,
            ask({{&sql_.add, {key, bytes}}, {&sql_.length, {key}}}, "writing " + key, deadline));
  if (answers[0].changed_rows() == 1) return {};
  if (answers[1].rows() == 0)
    return unavailable("store/io", text("The object ", key, " in ", url(),
                                        " was removed while it was written; write it again."));
  const auto there = static_cast<std::uint64_t>(answers[1].number(0, 0));
  if (there == bytes.size()) return {};
  return store::object_exists(url(), key, there, bytes.size());
}

Result<ObjectPage> OpenStore::list(const std::string& prefix, const std::string& from,
                                   Deadline deadline) {
  // No key has a character above 'z'.
  STELE_TRY(const auto answers,
            ask({{&sql_.list, {std::max(prefix, from), prefix + '\x7f', kPageObjects + 1}}},
                "listing " + prefix, deadline));
  const PostgresAnswer& list = answers[0];
  ObjectPage page;
  for (int row = 0; row < list.rows(); ++row) {
    if (row == kPageObjects) {
      page.next = list.text(row, 0);
      break;
    }
    page.objects.push_back(
        {list.text(row, 0), static_cast<std::uint64_t>(list.number(row, 1)), list.number(row, 2)});
  }
  return page;
}

Done OpenStore::remove(std::span<const std::string> keys, Deadline deadline) {
  for (const std::string& key : keys) STELE_DO(check_key(key));
  STELE_DO(check_writable());
  STELE_DO(store::check_deadline(url(), "removing objects", deadline, environment_));
  while (!keys.empty()) {
    const auto some = keys.first(std::min(keys.size(), kRemovedTogether));
    std::string list;  // no key has a comma
    for (const std::string& key : some) list += text(list.empty() ? "" : ",", key);
    STELE_DO(ask({{&sql_.remove, {list}}}, "removing objects", deadline));
    keys = keys.subspan(some.size());
  }
  return {};
}

// --- heads -------------------------------------------------------------------------------------

// The rows of the answer joined, from byte `offset` on.
Result<Store::Bytes> join_rows(const PostgresAnswer& rows, std::uint64_t offset,
                               std::uint64_t length, const std::string& url) {
  Store::Bytes bytes;
  bytes.reserve(length - offset);
  std::uint64_t at = offset;
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.is_null(row, 2)) continue;  // a head without rows behind `offset`
    auto piece = rows.bytes(row, 3);
    const auto ends = static_cast<std::uint64_t>(rows.number(row, 2));
    if (ends < at || ends - at > piece.size()) break;
    piece = piece.last(ends - at);
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    at = ends;
  }
  if (at == length) return bytes;
  return corrupt("store/corrupt",
                 text("A head in ", url, " of ", length, " bytes lacks those from ", at, " on."));
}

Result<HeadRead> OpenStore::read_head(const std::string& name, const HeadVersion& unless,
                                      std::uint64_t known_bytes, Deadline deadline) {
  STELE_DO(check_head_name(name));
  const auto known = HeadState::of(unless);
  const HeadState have = known.value_or(HeadState{});
  const std::int64_t skip = known_bytes <= static_cast<std::uint64_t>(have.length)
                                ? static_cast<std::int64_t>(known_bytes)
                                : 0;
  const Command read{&sql_.read_head,
                     {name, have.generation, known ? have.length : std::int64_t{-1}, skip}};
  STELE_TRY(const auto answers, ask({read}, "reading head " + name, deadline));
  const PostgresAnswer& rows = answers[0];
  HeadRead answer;
  if (rows.rows() == 0) return answer;
  const HeadState now{rows.number(0, 0), rows.number(0, 1)};
  answer.unchanged = known == now;
  if (answer.unchanged) return answer;
  answer.version = now.version();
  // A generation only grows, so what was skipped is there.
  if (known && known->generation == now.generation)
    answer.offset = static_cast<std::uint64_t>(skip);
  STELE_TRY(answer.bytes,
            join_rows(rows, answer.offset, static_cast<std::uint64_t>(now.length), url()));
  return answer;
}

// A write that was sent and not answered may have happened. [C1]
HeadWrite OpenStore::write_head(const std::string& name, Command change, const HeadState& after,
                                std::string_view what, Deadline deadline) {
  const std::string doing = text(what, " head ", name);
  auto session = pool_.take(deadline);
  if (!session.ok()) return store::failed(session.error());
  Commands commands;
  if (!holders_.holds(name)) commands.push_back({&sql_.pass_lock, {lock_number(name)}});
  commands.push_back(std::move(change));
  const auto answers = (*session)->run(commands, doing, deadline);
  if (answers.ok())
    return answers->back().changed_rows() == 1 ? store::written(after.version())
                                               : store::conflict();
  if ((*session)->lost()) return store::unknown(answers.error());
  if (answers.error().category() == ErrorCategory::conflict) return store::conflict();
  return store::failed(answers.error());
}

HeadWrite OpenStore::swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                               Deadline deadline) {
  if (auto valid = check_head_name(name); !valid.ok()) return store::failed(valid.error());
  if (auto may = check_writable(); !may.ok()) return store::failed(may.error());
  const auto before = HeadState::of(expected);
  if (!before && !expected.absent()) {
    // No version of ours: nothing can be it. Whoever waits for a lock learns so when it is free.
    return write_head(name, {&sql_.swap_head, {name, 0, 0, ByteView(), -1, -1}}, {}, "swapping",
                      deadline);
  }
  const HeadState after{store::new_generation(environment_),
                        static_cast<std::int64_t>(bytes.size())};
  Command change{&sql_.create_head, {name, after.generation, after.length, bytes}};
  if (before) {
    change.sql = &sql_.swap_head;
    change.parameters.insert(change.parameters.end(), {before->generation, before->length});
  } else {
    change.parameters.emplace_back(kNoGeneration);
  }
  return write_head(name, std::move(change), after, "swapping", deadline);
}

HeadWrite OpenStore::append_head(const std::string& name, const HeadVersion& expected, ByteView,
                                 ByteView more, Deadline deadline) {
  if (auto valid = check_head_name(name); !valid.ok()) return store::failed(valid.error());
  if (expected.absent()) return store::failed(store::append_to_absent(url(), name));
  if (auto may = check_writable(); !may.ok()) return store::failed(may.error());
  const auto before = HeadState::of(expected);
  if (!before) return store::conflict();
  if (more.empty()) {
    // There is nothing to write, and the version stays.
    const auto read = read_head(name, expected, 0, deadline);
    if (!read.ok()) return store::failed(read.error());
    return read->unchanged ? store::written(expected) : store::conflict();
  }
  const HeadState after{before->generation,
                        before->length + static_cast<std::int64_t>(more.size())};
  const Command change{&sql_.append_head,
                       {name, after.generation, before->length, after.length, more}};
  return write_head(name, change, after, "appending to", deadline);
}

std::vector<std::string> texts(const PostgresAnswer& answer) {
  std::vector<std::string> texts;
  for (int row = 0; row < answer.rows(); ++row) texts.push_back(answer.text(row, 0));
  return texts;
}

Result<std::vector<std::string>> OpenStore::head_names(Deadline deadline) {
  STELE_TRY(const auto answers, ask({{&sql_.head_names, {}}}, "listing heads", deadline));
  return texts(answers[0]);
}

// Advisory locks are numbers in a database. Two heads that meet wait for each other, no more.
std::int64_t OpenStore::lock_number(const std::string& name) const {
  const std::string whole = text("stele/", pool_.settings().prefix(), '/', name);
  return static_cast<std::int64_t>(base::xxh3(base::view(whole)));
}

Result<std::unique_ptr<HeadLock>> OpenStore::lock_head(const std::string& name, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(check_writable());
  STELE_TRY(auto session, pool_.take(deadline));
  const std::int64_t number = lock_number(name);
  const Command take{&sql_.take_lock, {number}};
  STELE_DO(session->run({&take, 1}, "locking head " + name, deadline));
  return std::unique_ptr<HeadLock>(
      new Lock(sql_, environment_, holders_, name, number, std::move(session)));
}

// A run for each row: whoever reads them joins them by what is in them.
Result<Store::Salvage> OpenStore::salvage_head(const std::string& name, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_TRY(const auto answers,
            ask({{&sql_.salvage_head, {name}}}, "salvaging head " + name, deadline));
  Salvage salvage;
  for (int row = 0; row < answers[0].rows(); ++row)
    salvage.runs.push_back(copy(answers[0].bytes(row, 1)));
  return salvage;
}

// One transaction: the damaged head is kept and the other is in its place, or nothing happened.
Done OpenStore::restore_head(const std::string& name, ByteView bytes, Deadline deadline) {
  STELE_DO(check_head_name(name));
  STELE_DO(check_writable());
  const auto length = static_cast<std::int64_t>(bytes.size());
  const Commands commands = {
      {&sql_.keep_damaged, {name, text("tmp/", name, ".damaged")}},
      {&sql_.remove_damaged, {name}},
      {&sql_.restore_head, {name, store::new_generation(environment_), length, bytes}}};
  STELE_TRY(auto session, pool_.take(deadline));
  STELE_TRY(const auto answers, session->run(commands, "restoring head " + name, deadline));
  if (answers.back().changed_rows() == 1) return {};
  return unavailable("store/missing", text("There is no head ", name, " in ", url(), '.'));
}

Done OpenStore::destroy(Deadline deadline) {
  STELE_DO(check_writable());
  STELE_TRY(auto session, pool_.take(deadline));
  const Command drop{&sql_.drop, {}};
  STELE_DO(session->run({&drop, 1}, "destroying everything", deadline));
  return {};
}

// --- opening -----------------------------------------------------------------------------------

Result<bool> OpenStore::is_there(Deadline deadline) {
  auto answers = ask({{&sql_.is_there, {}}}, "looking", deadline);
  if (answers.ok()) return (*answers)[0].flag(0, 0);
  if (answers.error().code() == "store/missing") return false;
  return answers.error();
}

Result<std::vector<std::string>> OpenStore::prefixes(Deadline deadline) {
  STELE_TRY(const auto answers, ask({{&sql_.prefixes, {}}}, "listing stores", deadline));
  return texts(answers[0]);
}

// All of it or nothing; of two that make the store at once one finds it made.
Done OpenStore::create(Deadline deadline) {
  const Error exists{ErrorCategory::conflict, "store/exists", url() + " holds a store already."};
  STELE_TRY(const bool there, is_there(deadline));
  if (there) return exists;
  const Commands commands = {{&sql_.wait_to_create, {lock_number("")}},
                             {&sql_.create_store, {}},
                             {&sql_.create_heads, {}},
                             {&sql_.create_entries, {}},
                             {&sql_.keep_entries_plain, {}},
                             {&sql_.create_objects, {}},
                             {&sql_.keep_objects_plain, {}},
                             {&sql_.mark, {}}};
  STELE_TRY(auto session, pool_.take(deadline));
  auto done = session->run(commands, "making the tables", deadline);
  if (done.ok()) return {};
  return done.error().code() == "store/exists" ? exists : done.error();
}

Done OpenStore::look(bool read_only, Deadline deadline) {
  STELE_TRY(const auto answers, ask({{&sql_.state, {}}}, "opening", deadline));
  const PostgresAnswer& state = answers[0];
  const std::int64_t layout = state.rows() == 1 ? state.number(0, 0) : 0;
  if (layout != PostgresSchema::kLayout)
    return invalid("store/format",
                   text(url(), " has layout ", layout, ", and this version of stele knows layout ",
                        PostgresSchema::kLayout, " only."));
  read_only_ = read_only || !state.flag(0, 1);
  return {};
}

struct Opening {
  std::shared_ptr<OpenStore> store;
  Deadline deadline;

  Opening(const PostgresSettings& settings, const PostgresStoreOptions& options) {
    auto& environment = options.environment ? *options.environment : base::system_environment();
    store = std::make_shared<OpenStore>(settings, environment);
    deadline = base::deadline_after(environment, options.open_wait_ms);
  }
};

}  // namespace

Result<std::shared_ptr<Store>> PostgresStore::create(const PostgresSettings& settings,
                                                     const PostgresStoreOptions& options) {
  const Opening opening(settings, options);
  STELE_DO(opening.store->create(opening.deadline));
  STELE_DO(opening.store->look(options.read_only, opening.deadline));
  return std::static_pointer_cast<Store>(opening.store);
}

Result<std::shared_ptr<Store>> PostgresStore::open(const PostgresSettings& settings,
                                                   const PostgresStoreOptions& options) {
  const Opening opening(settings, options);
  STELE_DO(opening.store->look(options.read_only, opening.deadline));
  return std::static_pointer_cast<Store>(opening.store);
}

Result<bool> PostgresStore::exists(const PostgresSettings& settings,
                                   const PostgresStoreOptions& options) {
  const Opening opening(settings, options);
  return opening.store->is_there(opening.deadline);
}

Result<std::vector<std::string>> PostgresStore::prefixes(const PostgresSettings& settings,
                                                         const PostgresStoreOptions& options) {
  const Opening opening(settings, options);
  return opening.store->prefixes(opening.deadline);
}

}  // namespace stele::backend
