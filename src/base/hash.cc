#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/check.h"
#if defined(STELE_WASM)
#include "base/sha256_portable.h"
#else
#include <openssl/evp.h>
#endif

namespace stele::base {

#if defined(STELE_WASM)

struct Sha256::State {
  PortableSha256 sha;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
void Sha256::update(ByteView bytes) { state_->sha.update(bytes); }
Hash Sha256::finish() { return {state_->sha.finish()}; }

Hash sha256(ByteView bytes) {
  PortableSha256 sha;
  sha.update(bytes);
  return {sha.finish()};
}

#else

namespace {

// Fetched once: OpenSSL 3 looks an algorithm up anew whenever EVP_sha256() is used, which costs
// more than hashing a small record. Never freed, because others may hash while the process ends.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  STELE_CHECK(fetched != nullptr);
  return fetched;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  STELE_CHECK(EVP_DigestInit_ex2(state_->context, algorithm(), nullptr) == 1);
}

void Sha256::update(ByteView bytes) {
  STELE_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Hash Sha256::finish() {
  Hash hash;
  unsigned size = 0;
  STELE_CHECK(EVP_DigestFinal_ex(state_->context, hash.bytes.data(), &size) == 1 && size == 32);
  return hash;
}

Hash sha256(ByteView bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.finish();
}

#endif

Sha256::~Sha256() = default;

std::uint64_t xxh3(ByteView bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace stele::base
