// A store that counts what passes through it to another: for `explain`, metrics, and tests that
// say how many rounds an operation may take.
//
// A *round* is a set of requests issued together, none waiting for another: one read_many is one
// round of as many requests as it has; every other call is a round of one request.
//
// Thread safety: as every store; counters are read while others count.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include <stele/store.h>

namespace stele::store {

enum class Operation : std::uint8_t {
  read,
  write_once,
  list,
  remove,
  read_head,
  swap_head,
  append_head,
  head_names,
  lock_head,
  destroy,
};
inline constexpr int kOperationCount = 10;

std::string_view name(Operation operation);

struct OperationCount {
  std::uint64_t requests = 0;
  std::uint64_t rounds = 0;
  std::uint64_t bytes = 0;   // read or offered for writing
  std::uint64_t errors = 0;  // requests that were answered with an error; conflicts are none
  bool operator==(const OperationCount&) const = default;
};

struct StoreCounts {
  std::array<OperationCount, kOperationCount> by_operation;

  const OperationCount& operator[](Operation operation) const {
    return by_operation[static_cast<std::size_t>(operation)];
  }
  OperationCount total() const;
};

class CountingStore : public Store {
 public:
  explicit CountingStore(std::shared_ptr<Store> inner) : inner_(std::move(inner)) {}

  StoreCounts counts() const;
  void reset();

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
  // Repair is not counted.
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override {
    return inner_->salvage_head(name, deadline);
  }
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override {
    return inner_->restore_head(name, bytes, deadline);
  }
  Done destroy(Deadline deadline) override;

 private:
  struct Counters {
    std::atomic<std::uint64_t> requests{0}, rounds{0}, bytes{0}, errors{0};
  };
  void count(Operation operation, std::uint64_t requests, std::uint64_t bytes,
             std::uint64_t errors);

  std::shared_ptr<Store> inner_;
  std::array<Counters, kOperationCount> counters_;
};

}  // namespace stele::store
