#include "backend/s3/s3_heads.h"

#include <algorithm>

#include "backend/s3/s3_dialect.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;
using Failure = net::HttpResponse::Failure;

namespace {

constexpr int kAttemptsMax = 8;
constexpr std::int64_t kFirstWaitMs = 10;
constexpr std::int64_t kWaitMaxMs = 1'000;
constexpr std::int64_t kAskedWaitMaxMs = 10'000;
// States of heads whose chains are kept: those that a writer may still expect.
constexpr std::size_t kChainsMax = 16;

// May it stand in a header?
bool is_etag(std::string_view token) {
  return std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
}

constexpr std::size_t kNonceDigits = 16;

HeadVersion version_of(const std::string& etag, std::uint64_t nonce) {
  base::Bytes bytes;
  base::ByteWriter(bytes).u64(nonce);
  return {text(etag, ':', base::to_hex(bytes))};
}

std::string etag_of(const HeadVersion& version) {
  return version.token.substr(0, version.token.rfind(':'));
}

// Nothing if it is not one of our versions.
std::optional<std::uint64_t> nonce_of(const HeadVersion& version) {
  const auto colon = version.token.rfind(':');
  base::Bytes bytes;
  if (colon == std::string::npos || version.token.size() - colon - 1 != kNonceDigits ||
      !base::from_hex(std::string_view(version.token).substr(colon + 1), bytes)) {
    return std::nullopt;
  }
  return base::load<std::uint64_t>(bytes.data());
}

}  // namespace

// One swap under way.
struct S3Heads::Swap {
  const std::string& name;
  const HeadVersion& expected;
  base::ByteView head;
  Deadline deadline;
  std::uint64_t nonce = 0;
  HeadEnvelope envelope;
  base::Bytes object;
  int attempts = 0;
  std::int64_t wait_ms = kFirstWaitMs;
  // An attempt before this one may have been written.
  bool open = false;
  HeadVersion written;  // what `look` found ours to be
  std::optional<Error> error;

  std::string doing() const { return text("replacing the head ", name); }
};

S3Heads::S3Heads(S3Client& client)
    : client_(client), place_(client.address().place()), server_(base::xxh3(base::view(place_))) {}

std::string S3Heads::object(const std::string& name) const {
  return client_.address().object("heads/" + name);
}

S3Client::Response S3Heads::get(const std::string& name, const std::string& unless,
                                Deadline deadline) {
  S3Request request{.object = object(name)};
  if (!unless.empty() && is_etag(unless)) {
    request.headers.push_back({"If-None-Match", text('"', unless, '"')});
  }
  return client_.send(request, deadline);
}

Result<HeadRead> S3Heads::read(const std::string& name, const HeadVersion& unless,
                               Deadline deadline) {
  const auto response = get(name, etag_of(unless), deadline);
  HeadRead read;
  read.unchanged = response.ok() && response.status == 304;
  if (read.unchanged) return read;
  if (response.ok() && response.status == 404 && s3_code(response) != "NoSuchBucket") return read;
  const std::string doing = text("reading the head ", name);
  if (!response.ok() || response.status != 200 || etag_of(response).empty()) {
    return client_.error_of(response, doing, deadline);
  }
  auto opened = open_envelope(response.body);
  if (!opened.ok()) {
    return opened.error().because(
        text("This is the object ", object(name), " in ", client_.address().url(), "."));
  }
  const auto& envelope = opened->envelope;
  if (envelope.server == server_ && !known_dialect(place_)) know_dialect(place_, envelope.dialect);
  read.version = version_of(etag_of(response), envelope.nonces.front());
  keep_nonces(read.version, envelope.nonces);
  read.unchanged = read.version == unless;
  if (!read.unchanged) read.bytes.assign(opened->head.begin(), opened->head.end());
  return read;
}

// --- writing -----------------------------------------------------------------------------------

HeadWrite S3Heads::swap(const std::string& name, const HeadVersion& expected, base::ByteView head,
                        Deadline deadline) {
  if (!is_etag(expected.token)) return store::conflict();
  auto known = dialect(deadline);
  if (!known.ok()) return store::failed(known.error());
  Swap swap{name, expected, head, deadline};
  do {
    swap.nonce = client_.environment().random_u64();
  } while (swap.nonce == HeadEnvelope::kOrigin);
  swap.envelope = {*known, server_, nonces_of(expected)};
  auto& nonces = swap.envelope.nonces;
  nonces.insert(nonces.begin(), swap.nonce);
  if (nonces.size() > HeadEnvelope::kNoncesMax) nonces.resize(HeadEnvelope::kNoncesMax);
  swap.object = swap.envelope.seal(head);
  auto write = run(swap);
  if (write.outcome == HeadWrite::Outcome::written) keep_nonces(write.version, nonces);
  return write;
}

HeadWrite S3Heads::run(Swap& swap) {
  for (;;) {
    ++swap.attempts;
    const net::Header condition =
        swap.expected.absent()
            ? net::Header{"If-None-Match", "*"}
            : net::Header{"If-Match", if_match(swap.envelope.dialect, etag_of(swap.expected))};
    const auto response = client_.send(
        {.method = "PUT", .object = object(swap.name), .headers = {condition}, .body = swap.object},
        swap.deadline);
    if (auto settled = settle(swap, response)) return std::move(*settled);
    if (!wait(swap)) return store::unknown(*swap.error);
  }
}

// What an answer means; nothing: it may be offered again after a while.
std::optional<HeadWrite> S3Heads::settle(Swap& swap, const S3Client::Response& response) {
  const bool sure = response.ok() && !response.sent_again;
  if (response.ok() && response.status == 200 && !etag_of(response).empty()) {
    return store::written(version_of(etag_of(response), swap.nonce));
  }
  const bool gone = response.status == 404 && !swap.expected.absent();
  const bool refused = response.status == 412 || (gone && s3_code(response) != "NoSuchBucket");
  if (sure && refused && !swap.open) return conflict(swap);
  swap.error = client_.error_of(response, swap.doing(), swap.deadline);
  if (!response.ok() && !response.maybe_sent && !swap.open) return store::failed(*swap.error);
  const bool lasting = sure && response.status >= 300 && response.status < 500 &&
                       response.status != 412 && response.status != 409 && response.status != 429;
  if (lasting && !swap.open) return store::failed(*swap.error);
  swap.open = true;
  // Who has waited so long is better served by an answer than by more of it.
  if (response.failure == Failure::timed_out) return store::unknown(*swap.error);
  switch (look(swap)) {
    case Fate::written:
      return store::written(swap.written);
    case Fate::passed_by:
      return store::conflict();
    case Fate::unclear:
      return store::unknown(*swap.error);
    case Fate::unchanged:
      break;
  }
  return std::nullopt;
}

// What has become of a write whose answer told nothing.
S3Heads::Fate S3Heads::look(Swap& swap) {
  const auto response = get(swap.name, "", swap.deadline);
  if (response.ok() && response.status == 404 && s3_code(response) == "NoSuchKey") {
    return swap.expected.absent() ? Fate::unchanged : Fate::unclear;
  }
  // Not reachable now: perhaps after a while.
  if (!response.ok() || response.status != 200) return Fate::unchanged;
  const auto opened = open_envelope(response.body);
  if (!opened.ok()) return Fate::unclear;
  const auto& nonces = opened->envelope.nonces;
  const std::string etag = etag_of(response);
  if (etag == etag_of(swap.expected)) return Fate::unchanged;
  if (opened->envelope.has(swap.nonce)) {
    // Where others have built on ours, its ETag is not known; no state has the one we make up.
    const bool newest = nonces.front() == swap.nonce;
    swap.written = version_of(newest ? etag : "superseded", swap.nonce);
    return Fate::written;
  }
  const auto before =
      swap.expected.absent() ? std::optional(HeadEnvelope::kOrigin) : nonce_of(swap.expected);
  return before && opened->envelope.has(*before) ? Fate::passed_by : Fate::unclear;
}

// False if there is to be no further attempt.
bool S3Heads::wait(Swap& swap) {
  auto& environment = client_.environment();
  const auto half_ms = static_cast<std::uint64_t>(swap.wait_ms / 2);
  const auto asked_ms = std::min(store::retry_after_ms(*swap.error), kAskedWaitMaxMs);
  const auto ms =
      asked_ms + static_cast<std::int64_t>(half_ms + environment.random_u64() % (half_ms + 1));
  const auto end = base::deadline_after(environment, ms);
  if (swap.attempts >= kAttemptsMax || end.steady_ms >= swap.deadline.steady_ms) return false;
  environment.sleep_ms(ms);
  swap.wait_ms = std::min(swap.wait_ms * 2, kWaitMaxMs);
  return true;
}

// A plain refusal. If the same state is refused twice in a row although it still is the head's, it
// is the comparison that fails: the server may have changed its ways.
HeadWrite S3Heads::conflict(Swap& swap) {
  {
    base::Lock lock(mutex_);
    if (swap.expected.absent() || refused_ != swap.expected.token) {
      refused_ = swap.expected.token;
      return store::conflict();
    }
    refused_.clear();
  }
  if (!has_other_dialect(swap)) return store::conflict();
  return run(swap);
}

bool S3Heads::has_other_dialect(Swap& swap) {
  const auto response = get(swap.name, "", swap.deadline);
  if (!response.ok() || etag_of(response) != etag_of(swap.expected)) return false;
  forget_dialect(place_);
  const auto now = dialect(swap.deadline);
  if (!now.ok() || *now == swap.envelope.dialect) return false;
  swap.envelope.dialect = *now;
  swap.object = swap.envelope.seal(swap.head);
  return true;
}

// Where the envelope is damaged nobody knows where the head begins; whoever reads the run finds the
// records in it.
Result<Store::Salvage> S3Heads::salvage(const std::string& name, Deadline deadline) {
  const auto response = get(name, "", deadline);
  Store::Salvage salvage;
  if (response.ok() && response.status == 404 && s3_code(response) != "NoSuchBucket")
    return salvage;
  if (!response.ok() || response.status != 200)
    return client_.error_of(response, text("salvaging the head ", name), deadline);
  const auto opened = open_envelope(response.body);
  if (!opened.ok()) salvage.damage = opened.error().message();
  const base::ByteView head = opened.ok() ? opened->head : base::ByteView(response.body);
  salvage.runs.emplace_back(head.begin(), head.end());
  return salvage;
}

Done S3Heads::restore(const std::string& name, base::ByteView head, Deadline deadline) {
  const std::string doing = text("restoring the head ", name);
  const auto damaged = get(name, "", deadline);
  if (!damaged.ok() || damaged.status != 200) return client_.error_of(damaged, doing, deadline);
  const auto kept =
      client_.send({.method = "PUT",
                    .object = client_.address().object(text("tmp/", name, ".damaged")),
                    .body = damaged.body},
                   deadline);
  if (!kept.ok() || kept.status != 200) return client_.error_of(kept, doing, deadline);
  // It has an ETag, but no nonce that could be believed.
  auto write = swap(name, {etag_of(damaged) + ":"}, head, deadline);
  if (write.outcome == HeadWrite::Outcome::written) return {};
  if (write.error) return *write.error;
  return Error(ErrorCategory::conflict, "store/head-moved",
               text("Somebody else wrote the head ", name, " in ", client_.address().url(),
                    " at the same time. Look again whether it needs repair."));
}

// --- what is remembered ------------------------------------------------------------------------

Result<Dialect> S3Heads::dialect(Deadline deadline) {
  if (const auto known = known_dialect(place_)) return *known;
  STELE_TRY(const auto found, try_dialect(client_, deadline));
  know_dialect(place_, found);
  return found;
}

S3Heads::Nonces S3Heads::nonces_of(const HeadVersion& version) const {
  if (version.absent()) return {HeadEnvelope::kOrigin};
  {
    base::Lock lock(mutex_);
    const auto found = chains_.find(version.token);
    if (found != chains_.end()) return found->second;
  }
  // A version that another Store object has seen: the chain begins with it.
  const auto nonce = nonce_of(version);
  return nonce ? Nonces{*nonce} : Nonces();
}

void S3Heads::keep_nonces(const HeadVersion& version, const Nonces& nonces) {
  base::Lock lock(mutex_);
  if (!chains_.emplace(version.token, nonces).second) return;
  chain_order_.push_back(version.token);
  if (chain_order_.size() <= kChainsMax) return;
  chains_.erase(chain_order_.front());
  chain_order_.erase(chain_order_.begin());
}

}  // namespace stele::backend
