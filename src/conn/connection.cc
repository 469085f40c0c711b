#include "conn/connection.h"

#include "base/text.h"
#include "base/try.h"
#include "conn/batch.h"
#include "conn/garbage.h"

namespace stele::conn {

using base::text;

namespace {
constexpr std::int64_t kCallersLatelyMs = 1'000;  // who was not seen for so long is not waited for

format::Snapshot first_snapshot(const format::Config& config, const std::string& branch) {
  format::Snapshot snapshot;
  snapshot.config = config;
  snapshot.branch = branch;
  snapshot.schema = db::Schema::initial(config)->write();
  return snapshot;
}

Error write_error(const HeadWrite& write, const Store& store) {
  if (write.error) return *write.error;
  return {ErrorCategory::conflict, "commit/conflict",
          text("somebody else changed ", store.url(), " at the same time")};
}
}  // namespace

Done create_database(Store& store, const format::Config& config, const std::string& branch,
                     Deadline deadline) {
  auto bytes = format::encode_snapshot(first_snapshot(config, branch));
  auto write = store.swap_head(branch, HeadVersion{}, bytes, deadline);
  if (write.outcome == HeadWrite::Outcome::written) return {};
  if (write.outcome == HeadWrite::Outcome::conflict) {
    return Error(ErrorCategory::conflict, "db-already-exists",
                 text("there is a database in ", store.url(),
                      " already; connect to it, or delete it first"));
  }
  return write_error(write, store);
}

Done delete_database(Store& store, Deadline deadline) {
  // Tombstones first: a connection that writes at the same moment loses its swap.
  STELE_TRY(auto names, store.head_names(deadline));
  for (const auto& name : names) {
    STELE_TRY(auto head, store.read_head(name, HeadVersion{}, 0, deadline));
    format::Snapshot tombstone;
    tombstone.branch = name;
    tombstone.deleted = true;
    auto write = store.swap_head(name, head.version, format::encode_snapshot(tombstone), deadline);
    if (write.outcome != HeadWrite::Outcome::written) return write_error(write, store);
  }
  return store.destroy(deadline);
}

Connection::Connection(std::shared_ptr<store::CountingStore> store, base::Environment& environment,
                       const ConnectionOptions& options)
    : store_(std::move(store)),
      environment_(environment),
      options_(options),
      source_(tree::make_store_source(
          store_, std::make_shared<tree::NodeCache>(options.cache_bytes),
          [store = store_, branch = options.branch](const base::Hash& pack, const Error& error) {
            return explain_missing(store, branch, pack, error);
          })),
      tracker_(store_, source_, options.branch, environment),
      writer_id_(environment.random_u64()) {}

Result<std::shared_ptr<Connection>> Connection::open(std::shared_ptr<Store> store,
                                                     base::Environment& environment,
                                                     const ConnectionOptions& options) {
  std::shared_ptr<Connection> connection(new Connection(
      std::make_shared<store::CountingStore>(std::move(store)), environment, options));
  STELE_TRY(auto head, connection->tracker_.refresh(Deadline{}));
  connection->config_ = head.state->config;
  connection->refreshed_steady_ms_ = environment.steady_ms();
  return connection;
}

Done Connection::check_open() const {
  if (!released_) return {};
  return Error(ErrorCategory::closed, "connection-has-been-released",
               text("this connection to ", url(), " was released; open another"));
}

tree::Reader Connection::reader(Deadline deadline) const {
  return tree::Reader({.deadline = deadline, .cancel = nullptr, .environment = &environment_});
}

Result<Db> Connection::db(const DbOptions& options) {
  STELE_DO(check_open());
  const auto now = environment_.steady_ms();
  if (options.max_age_ms > 0 && !ahead_of_disk_ &&
      now - refreshed_steady_ms_ <= options.max_age_ms) {
    return Db(tracker_.known().state, nullptr);
  }
  STELE_TRY(auto head, tracker_.refresh(options.deadline));
  refreshed_steady_ms_ = now;
  return Db(std::move(head.state), nullptr);
}

Result<TxReport> Connection::transact(const Value& forms, const TransactOptions& options) {
  STELE_DO(check_open());
  STELE_TRY(auto input, tx::read_input(forms));
  if (!store_->traits().writable) {
    return invalid("store/read-only",
                   text(url(), " can be read but not written; transact where it can be"));
  }
  const auto deadline =
      options.timeout_ms > 0 ? base::deadline_after(environment_, options.timeout_ms) : Deadline{};
  Pending mine{.input = std::move(input),
               .nonce = options.nonce ? *options.nonce : environment_.random_uuid(),
               .named = options.nonce.has_value(),
               .searched_up_to = options.nonce_after,
               .deadline = deadline,
               .result = std::nullopt};

  // Whoever finds nobody leading commits for all who wait, himself among them.
  base::Lock lock(queue_mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (leading_ || folds_waiting_ > 0) {
      queue_moved_.wait(lock);
      continue;
    }
    leading_ = true;
    gather(lock);
    std::vector<Pending*> batch(queue_.begin(), queue_.end());
    queue_.clear();
    lock.unlock();
    lead(batch);
    lock.lock();
    for (auto* pending : batch) pending->done = true;
    callers_lately_ = batch.size() + queue_.size();
    callers_seen_steady_ms_ = environment_.steady_ms();
    leading_ = false;
    queue_moved_.notify_all();
  }
  lock.unlock();
  fold_if_due();
  return std::move(*mine.result);
}

void Connection::take_lead() {
  base::Lock lock(queue_mutex_);
  while (leading_ || folds_waiting_ > 0) queue_moved_.wait(lock);
  leading_ = true;
}

void Connection::leave_lead() {
  const base::Lock lock(queue_mutex_);
  leading_ = false;
  queue_moved_.notify_all();
}

// Before all callers: without it a fold would lose to each batch of them in turn.
void Connection::take_lead_for_fold() {
  base::Lock lock(queue_mutex_);
  ++folds_waiting_;
  while (leading_) queue_moved_.wait(lock);
  --folds_waiting_;
  leading_ = true;
}

// Callers that come and go together share one write, instead of taking turns by halves: the leader
// waits until as many are there as were lately, but no longer than the delay.
void Connection::gather(base::Lock& queue) {
  const auto delay_ms = options_.gather_ms.value_or(store_->traits().gather_ms);
  if (delay_ms <= 0 || queue_.size() >= callers_lately_) return;
  const auto now = environment_.steady_ms();
  if (now - callers_seen_steady_ms_ > kCallersLatelyMs) return;
  while (queue_.size() < callers_lately_ && environment_.steady_ms() < now + delay_ms) {
    queue.unlock();
    environment_.sleep_ms(1);
    queue.lock();
  }
}

Result<GarbageReport> Connection::collect_garbage(const GarbageOptions& options) {
  STELE_DO(check_open());
  return conn::collect_garbage(store_, options, environment_);
}

StoreStatistics Connection::statistics() const {
  using store::Operation;
  const auto counts = store_->counts();
  StoreStatistics s;
  s.reads = counts[Operation::read].requests;
  s.bytes_read = counts[Operation::read].bytes + counts[Operation::read_head].bytes;
  s.head_reads = counts[Operation::read_head].requests;
  s.head_writes = counts[Operation::swap_head].requests + counts[Operation::append_head].requests;
  s.object_writes = counts[Operation::write_once].requests;
  s.bytes_written = counts[Operation::swap_head].bytes + counts[Operation::append_head].bytes +
                    counts[Operation::write_once].bytes;
  s.rounds = counts[Operation::read].rounds;
  return s;
}

}  // namespace stele::conn
