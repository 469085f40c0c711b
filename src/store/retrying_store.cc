#include "store/retrying_store.h"

#include <algorithm>

#include "base/text.h"
#include "store/answers.h"

namespace stele::store {

bool is_worth_retrying(const Error& error) {
  static constexpr std::string_view kLasting[] = {
      "store/missing", "store/full", "store/denied",  "store/poisoned",
      "store/foreign", "store/tls",  "store/library",
  };
  return error.category() == ErrorCategory::unavailable &&
         std::ranges::find(kLasting, error.code()) == std::end(kLasting);
}

namespace {

// The waits of one call. Not thread safe.
class Patience {
 public:
  Patience(const RetryOptions& options, base::Environment& environment, Deadline deadline)
      : left_(options.attempts_max - 1),
        wait_ms_(options.first_wait_ms),
        wait_max_ms_(options.wait_max_ms),
        asked_wait_max_ms_(options.asked_wait_max_ms),
        environment_(environment),
        deadline_(deadline) {}

  // Sleeps before another attempt; false if there is to be none.
  bool wait(std::int64_t asked_ms) {
    if (left_-- <= 0) return false;
    // Between half of the wait and all of it, behind what was asked for.
    const auto half_ms = static_cast<std::uint64_t>(wait_ms_ / 2);
    const auto ms = static_cast<std::int64_t>(half_ms + environment_.random_u64() % (half_ms + 1)) +
                    std::min(asked_ms, asked_wait_max_ms_);
    if (deadline_.steady_ms != Deadline::kNever &&
        deadline_.steady_ms - environment_.steady_ms() <= ms)
      return false;
    environment_.sleep_ms(ms);
    wait_ms_ = std::min(wait_ms_ * 2, wait_max_ms_);
    return true;
  }

 private:
  int left_;
  std::int64_t wait_ms_;
  const std::int64_t wait_max_ms_;
  const std::int64_t asked_wait_max_ms_;
  base::Environment& environment_;
  const Deadline deadline_;
};

class RetryingStore final : public Store {
 public:
  RetryingStore(std::shared_ptr<Store> inner, RetryOptions options, base::Environment& environment)
      : inner_(std::move(inner)), options_(options), environment_(environment) {}

  std::string url() const override { return inner_->url(); }
  StoreTraits traits() const override { return inner_->traits(); }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->read(key, range, deadline); });
  }
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override;
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->write_once(key, bytes, deadline); });
  }
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override {
    return retry(deadline, [&] { return inner_->list(prefix, from, deadline); });
  }
  Done remove(std::span<const std::string> keys, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->remove(keys, deadline); });
  }
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->read_head(name, unless, known_bytes, deadline); });
  }
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override {
    return inner_->swap_head(name, expected, bytes, deadline);
  }
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override {
    return inner_->append_head(name, expected, known, more, deadline);
  }
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    return retry(deadline, [&] { return inner_->head_names(deadline); });
  }
  Result<std::unique_ptr<HeadLock>> lock_head(const std::string& name, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->lock_head(name, deadline); });
  }
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override {
    return retry(deadline, [&] { return inner_->salvage_head(name, deadline); });
  }
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override {
    return inner_->restore_head(name, bytes, deadline);
  }
  Done destroy(Deadline deadline) override {
    return retry(deadline, [&] { return inner_->destroy(deadline); });
  }

 private:
  template <typename Call>
  auto retry(Deadline deadline, const Call& call) -> decltype(call()) {
    Patience patience(options_, environment_, deadline);
    for (int attempts = 1;; ++attempts) {
      auto result = call();
      if (result.ok() || !is_worth_retrying(result.error())) return result;
      if (patience.wait(retry_after_ms(result.error()))) continue;
      if (attempts == 1) return result;
      return result.error().because(base::text("This was attempt ", attempts, "."));
    }
  }

  std::shared_ptr<Store> inner_;
  const RetryOptions options_;
  base::Environment& environment_;
};

std::vector<Result<Store::Bytes>> RetryingStore::read_many(std::span<const ReadRequest> requests,
                                                           Deadline deadline) {
  Patience patience(options_, environment_, deadline);
  auto results = inner_->read_many(requests, deadline);
  for (;;) {
    std::vector<std::size_t> places;  // of what failed
    std::vector<ReadRequest> again;
    std::int64_t asked_ms = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].ok() || !is_worth_retrying(results[i].error())) continue;
      asked_ms = std::max(asked_ms, retry_after_ms(results[i].error()));
      places.push_back(i);
      again.push_back(requests[i]);
    }
    if (again.empty() || !patience.wait(asked_ms)) return results;
    auto answers = inner_->read_many(again, deadline);
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(answers[i]);
  }
}

}  // namespace

std::shared_ptr<Store> make_retrying_store(std::shared_ptr<Store> inner, RetryOptions options,
                                           base::Environment& environment) {
  return std::make_shared<RetryingStore>(std::move(inner), options, environment);
}

}  // namespace stele::store
