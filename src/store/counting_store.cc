#include "store/counting_store.h"

namespace stele::store {

std::string_view name(Operation operation) {
  static constexpr std::string_view kNames[kOperationCount] = {
      "read",      "write_once",  "list",       "remove",    "read_head",
      "swap_head", "append_head", "head_names", "lock_head", "destroy",
  };
  return kNames[static_cast<std::size_t>(operation)];
}

OperationCount StoreCounts::total() const {
  OperationCount sum;
  for (const OperationCount& one : by_operation) {
    sum.requests += one.requests;
    sum.rounds += one.rounds;
    sum.bytes += one.bytes;
    sum.errors += one.errors;
  }
  return sum;
}

StoreCounts CountingStore::counts() const {
  StoreCounts counts;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const Counters& from = counters_[i];
    counts.by_operation[i] = {from.requests, from.rounds, from.bytes, from.errors};
  }
  return counts;
}

void CountingStore::reset() {
  for (Counters& counters : counters_)
    counters.requests = counters.rounds = counters.bytes = counters.errors = 0;
}

void CountingStore::count(Operation operation, std::uint64_t requests, std::uint64_t bytes,
                          std::uint64_t errors) {
  Counters& counters = counters_[static_cast<std::size_t>(operation)];
  counters.requests += requests;
  counters.rounds += 1;
  counters.bytes += bytes;
  counters.errors += errors;
}

Result<Store::Bytes> CountingStore::read(const std::string& key, ByteRange range,
                                         Deadline deadline) {
  auto result = inner_->read(key, range, deadline);
  count(Operation::read, 1, result.ok() ? result->size() : 0, !result.ok());
  return result;
}

std::vector<Result<Store::Bytes>> CountingStore::read_many(std::span<const ReadRequest> requests,
                                                           Deadline deadline) {
  auto results = inner_->read_many(requests, deadline);
  if (requests.empty()) return results;
  std::uint64_t bytes = 0, errors = 0;
  for (const auto& result : results) {
    bytes += result.ok() ? result->size() : 0;
    errors += !result.ok();
  }
  count(Operation::read, requests.size(), bytes, errors);
  return results;
}

Done CountingStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  auto done = inner_->write_once(key, bytes, deadline);
  count(Operation::write_once, 1, bytes.size(), !done.ok());
  return done;
}

Result<ObjectPage> CountingStore::list(const std::string& prefix, const std::string& from,
                                       Deadline deadline) {
  auto page = inner_->list(prefix, from, deadline);
  count(Operation::list, 1, 0, !page.ok());
  return page;
}

Done CountingStore::remove(std::span<const std::string> keys, Deadline deadline) {
  auto done = inner_->remove(keys, deadline);
  count(Operation::remove, 1, 0, !done.ok());
  return done;
}

Result<HeadRead> CountingStore::read_head(const std::string& name, const HeadVersion& unless,
                                          std::uint64_t known_bytes, Deadline deadline) {
  auto head = inner_->read_head(name, unless, known_bytes, deadline);
  count(Operation::read_head, 1, head.ok() ? head->bytes.size() : 0, !head.ok());
  return head;
}

HeadWrite CountingStore::swap_head(const std::string& name, const HeadVersion& expected,
                                   ByteView bytes, Deadline deadline) {
  auto write = inner_->swap_head(name, expected, bytes, deadline);
  count(Operation::swap_head, 1, bytes.size(), write.error.has_value());
  return write;
}

HeadWrite CountingStore::append_head(const std::string& name, const HeadVersion& expected,
                                     ByteView known, ByteView more, Deadline deadline) {
  auto write = inner_->append_head(name, expected, known, more, deadline);
  // What travels: the whole again where appending is not cheap.
  const std::size_t bytes = more.size() + (traits().cheap_append ? 0 : known.size());
  count(Operation::append_head, 1, bytes, write.error.has_value());
  return write;
}

Result<std::vector<std::string>> CountingStore::head_names(Deadline deadline) {
  auto names = inner_->head_names(deadline);
  count(Operation::head_names, 1, 0, !names.ok());
  return names;
}

Result<std::unique_ptr<HeadLock>> CountingStore::lock_head(const std::string& name,
                                                           Deadline deadline) {
  auto lock = inner_->lock_head(name, deadline);
  count(Operation::lock_head, 1, 0, !lock.ok());
  return lock;
}

Done CountingStore::destroy(Deadline deadline) {
  auto done = inner_->destroy(deadline);
  count(Operation::destroy, 1, 0, !done.ok());
  return done;
}

}  // namespace stele::store
