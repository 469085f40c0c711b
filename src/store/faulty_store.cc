#include "store/faulty_store.h"

#include <algorithm>

#include "base/text.h"
#include "store/answers.h"

namespace stele::store {
namespace {

// How many of the objects written last a stale list leaves out.
constexpr std::size_t kStaleObjects = 8;

}  // namespace

Fault ScriptedFaults::next(Operation, std::uint64_t index) {
  auto found = faults_.find(index);
  return found == faults_.end() ? Fault::none : found->second;
}

std::uint64_t SeededFaults::draw() {
  // splitmix64 by Sebastiano Vigna: every seed gives a good sequence.
  std::uint64_t x = (state_ += 0x9e3779b97f4a7c15ull);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

Fault SeededFaults::next(Operation, std::uint64_t) {
  const std::pair<Fault, int> rates[] = {
      {Fault::unavailable, rates_.unavailable},
      {Fault::error_before, rates_.error_before},
      {Fault::error_after, rates_.error_after},
      {Fault::late, rates_.late},
      {Fault::delay, rates_.delay},
      {Fault::torn, rates_.torn},
      {Fault::stale_list, rates_.stale_list},
  };
  auto drawn = static_cast<int>(draw() % 1000);
  for (auto [fault, rate] : rates) {
    if (drawn < rate) return fault;
    drawn -= rate;
  }
  return Fault::none;
}

FaultyStore::FaultyStore(std::shared_ptr<Store> inner, std::unique_ptr<FaultPlan> plan,
                         DelayHook hook)
    : inner_(std::move(inner)), hook_(std::move(hook)), plan_(std::move(plan)) {}

void FaultyStore::heal() {
  base::Lock lock(mutex_);
  healed_ = true;
}

void FaultyStore::settle() {
  std::vector<LateWrite> all;
  {
    base::Lock lock(mutex_);
    all.swap(late_);
  }
  for (const LateWrite& late : all) late.write();
}

std::uint64_t FaultyStore::calls() const {
  base::Lock lock(mutex_);
  return calls_;
}

std::uint64_t FaultyStore::faults() const {
  base::Lock lock(mutex_);
  return faults_;
}

Fault FaultyStore::begin(Operation operation) {
  std::vector<LateWrite> due;
  Fault fault = Fault::none;
  {
    base::Lock lock(mutex_);
    const std::uint64_t index = calls_++;
    auto first_due = std::stable_partition(
        late_.begin(), late_.end(), [&](const LateWrite& late) { return late.lands_at > index; });
    due.assign(std::make_move_iterator(first_due), std::make_move_iterator(late_.end()));
    late_.erase(first_due, late_.end());
    if (!healed_) fault = plan_->next(operation, index);
    faults_ += fault != Fault::none;
  }
  // The inner store may block, so it is called without our mutex.
  for (const LateWrite& late : due) late.write();
  if (fault != Fault::delay) return fault;
  if (hook_) hook_(operation);
  return Fault::none;
}

void FaultyStore::be_late(std::function<void()> write) {
  base::Lock lock(mutex_);
  late_.push_back({calls_ - 1 + std::max<std::uint64_t>(plan_->lateness(), 1), std::move(write)});
}

Error FaultyStore::error(Operation operation, std::string_view what) const {
  return unavailable("store/fault",
                     base::text("Injected fault in ", name(operation), " of ", url(), ": ", what));
}

template <typename Call>
auto FaultyStore::answer(Operation operation, const Call& call) -> decltype(call()) {
  const Fault fault = begin(operation);
  if (fault == Fault::none || fault == Fault::stale_list) return call();
  if (fault == Fault::error_after) (void)call();
  return error(operation, "no answer.");
}

template <typename Call>
Done FaultyStore::change(Operation operation, Deadline deadline, Call call) {
  switch (begin(operation)) {
    case Fault::none:
    case Fault::delay:
    case Fault::stale_list:
      return call(deadline);
    case Fault::error_after:
      (void)call(deadline);
      return error(operation, "the answer was lost.");
    case Fault::late:
      be_late([call] { (void)call(Deadline{}); });  // it has all the time it wants
      return error(operation, "the answer was lost.");
    case Fault::torn:
      return error(operation, "the connection broke half-way.");
    case Fault::unavailable:
    case Fault::error_before:
      break;
  }
  return error(operation, "no answer.");
}

template <typename Call>
HeadWrite FaultyStore::head_write(Operation operation, Deadline deadline, Call call) {
  switch (begin(operation)) {
    case Fault::none:
    case Fault::delay:
    case Fault::stale_list:
      return call(deadline);
    case Fault::unavailable:
      return failed(error(operation, "refused."));
    case Fault::error_after:
      (void)call(deadline);
      break;
    case Fault::late:
      be_late([call] { (void)call(Deadline{}); });  // it has all the time it wants
      break;
    case Fault::error_before:
    case Fault::torn:
      break;
  }
  return unknown(error(operation, "no answer."));
}

Result<Store::Bytes> FaultyStore::read(const std::string& key, ByteRange range, Deadline deadline) {
  return answer(Operation::read, [&] { return inner_->read(key, range, deadline); });
}

std::vector<Result<Store::Bytes>> FaultyStore::read_many(std::span<const ReadRequest> requests,
                                                         Deadline deadline) {
  // Each request meets its own fault.
  return Store::read_many(requests, deadline);
}

Done FaultyStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  {
    base::Lock lock(mutex_);
    written_last_.push_back(key);
    if (written_last_.size() > kStaleObjects) written_last_.pop_front();
  }
  // A late write outlives the caller's bytes.
  return change(Operation::write_once, deadline,
                [inner = inner_, key, copy = Bytes(bytes.begin(), bytes.end())](Deadline until) {
                  return inner->write_once(key, copy, until);
                });
}

Result<ObjectPage> FaultyStore::list(const std::string& prefix, const std::string& from,
                                     Deadline deadline) {
  const Fault fault = begin(Operation::list);
  if (fault != Fault::none && fault != Fault::stale_list)
    return error(Operation::list, "no answer.");
  auto page = inner_->list(prefix, from, deadline);
  if (fault == Fault::none || !page.ok()) return page;
  base::Lock lock(mutex_);
  std::erase_if(page->objects, [&](const ObjectInfo& object) {
    return std::ranges::find(written_last_, object.key) != written_last_.end();
  });
  return page;
}

Done FaultyStore::remove(std::span<const std::string> keys, Deadline deadline) {
  return change(Operation::remove, deadline,
                [inner = inner_, copy = std::vector<std::string>(keys.begin(), keys.end())](
                    Deadline until) { return inner->remove(copy, until); });
}

Result<HeadRead> FaultyStore::read_head(const std::string& name, const HeadVersion& unless,
                                        std::uint64_t known_bytes, Deadline deadline) {
  return answer(Operation::read_head,
                [&] { return inner_->read_head(name, unless, known_bytes, deadline); });
}

HeadWrite FaultyStore::swap_head(const std::string& name, const HeadVersion& expected,
                                 ByteView bytes, Deadline deadline) {
  return head_write(Operation::swap_head, deadline,
                    [inner = inner_, name, expected, copy = Bytes(bytes.begin(), bytes.end())](
                        Deadline until) { return inner->swap_head(name, expected, copy, until); });
}

HeadWrite FaultyStore::append_head(const std::string& name, const HeadVersion& expected,
                                   ByteView known, ByteView more, Deadline deadline) {
  return head_write(Operation::append_head, deadline,
                    [inner = inner_, name, expected, known_copy = Bytes(known.begin(), known.end()),
                     more_copy = Bytes(more.begin(), more.end())](Deadline until) {
                      return inner->append_head(name, expected, known_copy, more_copy, until);
                    });
}

Result<std::vector<std::string>> FaultyStore::head_names(Deadline deadline) {
  return answer(Operation::head_names, [&] { return inner_->head_names(deadline); });
}

Result<std::unique_ptr<HeadLock>> FaultyStore::lock_head(const std::string& name,
                                                         Deadline deadline) {
  return answer(Operation::lock_head, [&] { return inner_->lock_head(name, deadline); });
}

Done FaultyStore::destroy(Deadline deadline) {
  return change(Operation::destroy, deadline,
                [inner = inner_](Deadline until) { return inner->destroy(until); });
}

}  // namespace stele::store
