// A store that hands on to another what every store must do, for tests that change one thing of it.
// What Store has a default for keeps the default.
//
// Thread safety: the other store's.
#pragma once

#include <memory>

#include <stele/store.h>

namespace stele::store {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::shared_ptr<Store> inner) : inner_(std::move(inner)) {}

  std::string url() const override { return inner_->url(); }
  StoreTraits traits() const override { return inner_->traits(); }
  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    return inner_->read(key, range, deadline);
  }
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override {
    return inner_->write_once(key, bytes, deadline);
  }
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override {
    return inner_->list(prefix, from, deadline);
  }
  Done remove(std::span<const std::string> keys, Deadline deadline) override {
    return inner_->remove(keys, deadline);
  }
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override {
    return inner_->read_head(name, unless, known_bytes, deadline);
  }
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override {
    return inner_->swap_head(name, expected, bytes, deadline);
  }
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    return inner_->head_names(deadline);
  }
  Done destroy(Deadline deadline) override { return inner_->destroy(deadline); }

 protected:
  const std::shared_ptr<Store> inner_;
};

}  // namespace stele::store
