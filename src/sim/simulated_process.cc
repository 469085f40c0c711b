#include "sim/simulated_process.h"

#include "base/text.h"
#include "store/answers.h"

namespace stele::sim {

namespace {
constexpr std::int64_t kLockPollUs = 500;

Error dead() { return {ErrorCategory::unavailable, "sim/killed", "this process has been killed"}; }
}  // namespace

void SimulatedProcess::travel() {
  auto& random = scheduler_.draws();
  const bool stopped = random.chance(static_cast<std::uint64_t>(latency_.stops), 1000);
  const auto most = stopped ? latency_.stop_us : latency_.usual_us;
  scheduler_.wait_us(1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most))));
}

// False: the process is dead, and nothing happens.
bool SimulatedProcess::begin_call() {
  if (killed() || scheduler_.given_up()) return false;
  travel();
  if (--calls_left_ > 0) return true;
  say("is killed");
  free_locks();
  return false;
}

class SimulatedStore final : public Store {
 public:
  SimulatedStore(std::shared_ptr<Store> shared, SimulatedProcess& process, bool with_locks)
      : shared_(std::move(shared)), process_(process), with_locks_(with_locks) {}

  std::string url() const override { return shared_->url(); }
  StoreTraits traits() const override {
    auto traits = shared_->traits();
    traits.cheap_append = with_locks_;
    return traits;
  }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    return call([&] { return shared_->read(key, range, deadline); });
  }
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override {
    if (!process_.begin_call()) return std::vector<Result<Bytes>>(requests.size(), dead());
    auto answers = shared_->read_many(requests, deadline);
    process_.travel();
    return answers;
  }
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override {
    return call([&] { return shared_->write_once(key, bytes, deadline); });
  }
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override {
    return call([&] { return shared_->list(prefix, from, deadline); });
  }
  Done remove(std::span<const std::string> keys, Deadline deadline) override {
    return call([&] { return shared_->remove(keys, deadline); });
  }
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override {
    return call([&] { return shared_->read_head(name, unless, known_bytes, deadline); });
  }
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override {
    return write("swap", name, [&] { return shared_->swap_head(name, expected, bytes, deadline); });
  }
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override {
    if (!with_locks_) return Store::append_head(name, expected, known, more, deadline);
    return write("append", name,
                 [&] { return shared_->append_head(name, expected, known, more, deadline); });
  }
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    return call([&] { return shared_->head_names(deadline); });
  }
  Result<std::unique_ptr<HeadLock>> lock_head(const std::string& name, Deadline deadline) override;
  Done destroy(Deadline deadline) override {
    return call([&] { return shared_->destroy(deadline); });
  }

 private:
  class Held final : public HeadLock {
   public:
    Held(SimulatedProcess& process, std::string name) : process_(process), name_(std::move(name)) {}
    ~Held() override {
      const auto lock = process_.locks_.find(name_);
      if (lock != process_.locks_.end() && lock->second == &process_) process_.locks_.erase(lock);
    }

   private:
    SimulatedProcess& process_;
    const std::string name_;
  };

  template <typename Effect>
  auto call(const Effect& effect) -> decltype(effect()) {
    if (!process_.begin_call()) return dead();
    auto answer = effect();
    process_.travel();
    return answer;
  }

  // A head that another process has locked is written when that one lets go.
  template <typename Effect>
  HeadWrite write(const char* verb, const std::string& name, const Effect& effect) {
    if (!process_.begin_call()) return store::failed(dead());
    while (is_locked_by_others(name)) {
      if (process_.scheduler_.given_up()) return store::failed(dead());
      process_.scheduler_.wait_us(kLockPollUs);
    }
    auto answer = effect();
    process_.say(verb, " ", name, ": ", outcome_name(answer.outcome));
    process_.travel();
    return answer;
  }

  bool is_locked_by_others(const std::string& name) const {
    const auto lock = process_.locks_.find(name);
    return lock != process_.locks_.end() && lock->second != &process_;
  }
  static const char* outcome_name(HeadWrite::Outcome outcome) {
    constexpr const char* kNames[] = {"written", "conflict", "unknown", "failed"};
    return kNames[static_cast<int>(outcome)];
  }

  const std::shared_ptr<Store> shared_;
  SimulatedProcess& process_;
  const bool with_locks_;
};

Result<std::unique_ptr<HeadLock>> SimulatedStore::lock_head(const std::string& name,
                                                            Deadline deadline) {
  if (!with_locks_) return std::unique_ptr<HeadLock>();
  if (!process_.begin_call()) return dead();
  while (process_.locks_.contains(name)) {
    if (base::passed(deadline, process_) || process_.scheduler_.given_up()) {
      return Error(ErrorCategory::limit, "store/timeout", "the head stayed locked");
    }
    process_.scheduler_.wait_us(kLockPollUs);
  }
  process_.locks_[name] = &process_;
  return std::unique_ptr<HeadLock>(std::make_unique<Held>(process_, name));
}

std::shared_ptr<Store> SimulatedProcess::reach(std::shared_ptr<Store> shared, bool with_locks) {
  return std::make_shared<SimulatedStore>(std::move(shared), *this, with_locks);
}

}  // namespace stele::sim
