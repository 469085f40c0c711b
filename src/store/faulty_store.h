// A store between the tested code and a good store that does what storage does on a bad day.
//
// What goes wrong, and when, is decided by a FaultPlan: scripted ("the third head write loses its
// response") or drawn from a seed. The same plan and the same calls give the same faults.
//
//   unavailable    refused: nothing happened, and the answer says so
//   error_before   failed before it had an effect; a head write answers `unknown`, as the caller
//                  of a server that answers 500 cannot tell
//   error_after    done, but the answer is lost; a head write answers `unknown`
//   late           answered like error_after, but it lands only some operations later, if its
//                  condition holds then. Reads and lists: as error_before
//   delay          done, after the hook has been called
//   torn           half of an object arrives and is thrown away by the store; as error_before
//   stale_list     a list without the objects written last; others: none
//
// Thread safety: as every store; which caller meets a fault then depends on the interleaving.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include <stele/store.h>

#include "base/mutex.h"
#include "store/counting_store.h"

namespace stele::store {

enum class Fault : std::uint8_t {
  none,
  unavailable,
  error_before,
  error_after,
  late,
  delay,
  torn,
  stale_list,
};

class FaultPlan {
 public:
  virtual ~FaultPlan() = default;
  // The fault for the index-th call (from 0) of the store. Called one at a time, in order.
  virtual Fault next(Operation operation, std::uint64_t index) = 0;
  // How many calls later a late write lands; at least 1.
  virtual std::uint64_t lateness() { return 1; }
};

// The faults of calls by their index; others go well.
class ScriptedFaults final : public FaultPlan {
 public:
  explicit ScriptedFaults(std::map<std::uint64_t, Fault> faults, std::uint64_t lateness = 1)
      : faults_(std::move(faults)), lateness_(lateness) {}
  Fault next(Operation operation, std::uint64_t index) override;
  std::uint64_t lateness() override { return lateness_; }

 private:
  const std::map<std::uint64_t, Fault> faults_;
  const std::uint64_t lateness_;
};

// How many of a thousand calls meet each fault.
struct FaultRates {
  int unavailable = 0;
  int error_before = 0;
  int error_after = 0;
  int late = 0;
  int delay = 0;
  int torn = 0;
  int stale_list = 0;
};

class SeededFaults final : public FaultPlan {
 public:
  SeededFaults(std::uint64_t seed, FaultRates rates) : state_(seed), rates_(rates) {}
  Fault next(Operation operation, std::uint64_t index) override;
  std::uint64_t lateness() override { return 1 + draw() % 6; }

 private:
  std::uint64_t draw();
  std::uint64_t state_;
  const FaultRates rates_;
};

class FaultyStore final : public Store {
 public:
  using DelayHook = std::function<void(Operation)>;

  FaultyStore(std::shared_ptr<Store> inner, std::unique_ptr<FaultPlan> plan, DelayHook hook = {});

  // From now on all goes well; what is late still comes.
  void heal();
  // Lets everything land that is late.
  void settle();
  // Calls so far, and how many of them met a fault.
  std::uint64_t calls() const;
  std::uint64_t faults() const;

  std::string url() const override { return inner_->url(); }
  StoreTraits traits() const override { return inner_->traits(); }
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
  // Repair meets no faults.
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override {
    return inner_->salvage_head(name, deadline);
  }
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override {
    return inner_->restore_head(name, bytes, deadline);
  }
  Done destroy(Deadline deadline) override;

 private:
  struct LateWrite {
    std::uint64_t lands_at;
    std::function<void()> write;
  };

  // Begins a call: lets land what is due, and says what goes wrong with this one.
  Fault begin(Operation operation);
  void be_late(std::function<void()> write);
  Error error(Operation operation, std::string_view what) const;

  // The three shapes a call has.
  template <typename Call>
  auto answer(Operation operation, const Call& call) -> decltype(call());
  template <typename Call>
  Done change(Operation operation, Deadline deadline, Call call);
  template <typename Call>
  HeadWrite head_write(Operation operation, Deadline deadline, Call call);

  std::shared_ptr<Store> inner_;
  const DelayHook hook_;

  mutable base::Mutex mutex_;  // guards all below
  std::unique_ptr<FaultPlan> plan_;
  bool healed_ = false;
  std::uint64_t calls_ = 0;
  std::uint64_t faults_ = 0;
  std::vector<LateWrite> late_;
  std::deque<std::string> written_last_;  // keys, for stale lists
};

}  // namespace stele::store
