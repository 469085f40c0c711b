#include "backend/s3/s3_dialect.h"

#include <map>

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {

using base::text;

namespace {

base::Mutex known_mutex;
std::map<std::string, Dialect>& known() {
  static auto& map = *new std::map<std::string, Dialect>;
  return map;
}

constexpr std::string_view kDoing = "trying out conditional writes";

// One trial: an object of its own, removed in the end.
class Trial {
 public:
  Trial(S3Client& client, Deadline deadline)
      : client_(client),
        deadline_(deadline),
        object_(client.address().object(
            text("tmp/trial-", to_string(client.environment().random_uuid())))) {}

  ~Trial() {
    // What is left behind by a failure is small, and goes when the database goes.
    if (made_) (void)client_.send({.method = "DELETE", .object = object_}, deadline_);
  }

  Result<Dialect> run() {
    STELE_TRY(auto first, put({"If-None-Match", "*"}));
    if (first.status != 200) return refused(first);
    made_ = true;
    STELE_TRY(auto again, put({"If-None-Match", "*"}));
    if (again.status == 200) return ignores("If-None-Match");
    const std::string etag = etag_of(first);
    for (const auto dialect : {Dialect::quoted, Dialect::unquoted}) {
      STELE_TRY(auto right, put({"If-Match", if_match(dialect, etag)}));
      if (right.status != 200) continue;
      STELE_TRY(auto wrong, put({"If-Match", if_match(dialect, std::string(32, '0'))}));
      if (wrong.status == 200) return ignores("If-Match");
      return dialect;
    }
    return Error(ErrorCategory::invalid, "store/unsafe",
                 unsafe("does not accept If-Match with the ETag that it gave itself"));
  }

 private:
  Result<S3Client::Response> put(net::Header condition) {
    // Every write is another, so that a server's answer cannot be that to the one before.
    const std::string body = text("A trial of conditional writes by stele, no. ", ++count_, ".\n");
    auto response = client_.send({.method = "PUT",
                                  .object = object_,
                                  .headers = {std::move(condition)},
                                  .body = base::view(body)},
                                 deadline_);
    const bool told = response.ok() && response.status != 403 && response.status < 500;
    if (!told && response.status != 501) return client_.error_of(response, kDoing, deadline_);
    return response;
  }

  Error refused(const S3Client::Response& response) {
    if (response.status == 501) return invalid("store/unsafe", unsafe("refuses If-None-Match"));
    return client_.error_of(response, kDoing, deadline_);
  }
  Error ignores(std::string_view header) {
    return invalid("store/unsafe", unsafe(text("ignores ", header)));
  }
  std::string unsafe(std::string_view what) {
    return text("The server at ", client_.address().endpoint(), ' ', what,
                ": two who write at the same time would silently overwrite each other, so stele "
                "does not write there. Reading is safe. Use a server with conditional writes.");
  }

  S3Client& client_;
  const Deadline deadline_;
  const std::string object_;
  int count_ = 0;
  bool made_ = false;
};

}  // namespace

Result<Dialect> try_dialect(S3Client& client, Deadline deadline) {
  return Trial(client, deadline).run();
}

std::optional<Dialect> known_dialect(const std::string& place) {
  base::Lock lock(known_mutex);
  const auto found = known().find(place);
  if (found == known().end()) return std::nullopt;
  return found->second;
}

void know_dialect(const std::string& place, Dialect dialect) {
  base::Lock lock(known_mutex);
  known()[place] = dialect;
}

void forget_dialect(const std::string& place) {
  base::Lock lock(known_mutex);
  known().erase(place);
}

std::string if_match(Dialect dialect, const std::string& etag) {
  return dialect == Dialect::quoted ? text('"', etag, '"') : etag;
}

std::string etag_of(const net::HttpResponse& response) {
  const auto* header = response.header("etag");
  if (!header) return {};
  std::string_view etag = *header;
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

}  // namespace stele::backend
