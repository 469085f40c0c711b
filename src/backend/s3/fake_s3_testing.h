// A server of S3's kind in memory, for tests: objects, conditions, ranges, lists, removals. It does
// not check signatures; a test can have it compare conditions in any way, and misbehave.
//
// Thread safety: full.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "backend/s3/s3_store.h"
#include "base/mutex.h"
#include "net/http_server_testing.h"

namespace stele::backend {

// What a test may change while the server's threads look at it.
template <typename T>
class Adjustable {
 public:
  explicit Adjustable(T value = T()) : value_(std::move(value)) {}
  template <typename V>
  Adjustable& operator=(V value) {
    const base::Lock lock(mutex_);
    value_ = std::move(value);
    return *this;
  }
  T get() const {
    const base::Lock lock(mutex_);
    return value_;
  }

 private:
  mutable base::Mutex mutex_;
  T value_;
};

class FakeS3 {
 public:
  enum class Conditions { quoted, unquoted, ignored, refused };
  using Request = net::ServedRequest;
  using Response = net::ServedResponse;
  // Instead of what it would do, and instead of what it would answer once it has done it.
  using Hook = std::function<std::optional<Response>(const Request&)>;

  explicit FakeS3(Conditions conditions = Conditions::quoted);

  // A store in its bucket "bucket", with short waits.
  S3StoreOptions options(const std::string& prefix = "stele") const;
  std::shared_ptr<Store> open(const std::string& prefix = "stele") const;

  std::string url() const { return server_->url(); }
  int requests() const { return server_->requests(); }
  // How many of that method since the last call.
  int take_count(const std::string& method);
  std::map<std::string, std::string> objects() const;
  void put(const std::string& name, const std::string& content);

  Adjustable<Hook> before;
  Adjustable<Hook> after;
  Adjustable<Conditions> conditions;
  Adjustable<std::string> date;  // of the Date header, if not the true one

 private:
  Response answer(const Request& request);
  Response serve(const Request& request);
  Response put(const Request& request, const std::string& name);
  Response get(const Request& request, const std::string& name);
  Response list(const std::string& query);
  Response remove_all(const Request& request);
  bool matches(const std::string& condition, const std::string& etag) const;

  mutable base::Mutex mutex_;
  std::map<std::string, std::string> objects_;
  std::map<std::string, int> counts_;
  std::unique_ptr<net::TestHttpServer> server_;  // last: it ends first
};

// <Error><Code>code</Code>…: what S3 answers when it refuses.
net::ServedResponse s3_error(int status, const std::string& code);

namespace testing_s3 {

Store::Bytes bytes(std::string_view text);
std::string text_of(const Store::Bytes& bytes);
// A swap of the head "db" that must succeed.
HeadVersion swap(Store& store, const HeadVersion& expected, std::string_view content);

}  // namespace testing_s3
}  // namespace stele::backend
