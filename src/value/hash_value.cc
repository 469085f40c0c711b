// hash(): equal values have equal hashes, whatever their kinds.

#include <limits>

#include "base/hash.h"
#include "value/bignum.h"
#include "value/inline_stack.h"
#include "value/items.h"
#include "value/order.h"

namespace stele {
namespace value {
namespace {

__extension__ using Uint128 = unsigned __int128;

// Values that can be equal begin with the same seed. Nodes may keep hashes, so they never change.
enum Seed : std::uint64_t {
  kNil = 1,
  kBoolean,
  kInteger,
  kFloat,
  kDecimal,
  kInstant,
  kCharacter,
  kSequential,
  kSet,
  kMap,
  kTagged,
  kText = 100,  // and the kind's number
};

// Decimals are hashed modulo a prime, where dividing by ten is multiplying by its inverse: so 1.0M
// and 1.00M come to the same without stripping zeros from a long number.
constexpr std::uint64_t kPrime = (1ull << 61) - 1;

constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>(Uint128(a) * b % kPrime);
}

constexpr std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1, base = times(base, base)) {
    if (exponent & 1) result = times(result, base);
  }
  return result;
}

constexpr std::uint64_t kTenth = power(10, kPrime - 2);
static_assert(times(10, kTenth) == 1);

std::uint64_t hash_decimal(BigView big) {
  std::uint64_t residue = 0;
  for (const std::uint8_t byte : big.magnitude) residue = (times(residue, 256) + byte) % kPrime;
  if (big.scale > 0) {
    residue = times(residue, power(kTenth, static_cast<std::uint64_t>(big.scale)));
  } else {
    residue = times(residue, power(10, static_cast<std::uint64_t>(-big.scale)));
  }
  return base::mix(kDecimal + (big.negative ? 1000 : 0), residue);
}

std::uint64_t hash_double(double d) { return base::mix(kFloat, d == 0 ? 0 : cell_of(d)); }

// Of anything but a collection.
std::uint64_t hash_leaf(Item item) {
  switch (item.kind) {
    case Kind::nil:
      return base::mix(kNil, 0);
    case Kind::boolean:
      return base::mix(kBoolean, item.cell);
    case Kind::int64:
      return base::mix(kInteger, item.cell);
    case Kind::float64:
    case Kind::float32:
      return hash_double(double_of(item.cell));
    case Kind::instant:
      return base::mix(kInstant, item.cell);
    case Kind::character:
      return base::mix(kCharacter, item.cell);
    case Kind::bigint: {
      const base::ByteView text = text_of(item.cell);
      const auto small = int64_of(big_of(Kind::bigint, text));
      if (small) return base::mix(kInteger, static_cast<std::uint64_t>(*small));
      return base::xxh3(text, kInteger);
    }
    case Kind::bigdec:
      return hash_decimal(big_of(Kind::bigdec, text_of(item.cell)));
    default:
      return base::xxh3(text_of(item.cell), kText + static_cast<std::uint64_t>(item.kind));
  }
}

std::uint64_t seed_of(Kind collection) {
  switch (collection) {
    case Kind::set:
      return kSet;
    case Kind::map:
      return kMap;
    case Kind::tagged:
      return kTagged;
    default:
      return kSequential;
  }
}

// Sets and maps lie in canonical order, so members are mixed one after the other in all
// collections.
template <typename Items>
std::uint64_t hash_collection(Item item) {
  struct Open {
    Items items;
    std::uint64_t hash;
  };
  const auto begin = [](Item collection) {
    Open open = {Items(collection), seed_of(collection.kind)};
    if (collection.kind == Kind::tagged) open.hash = base::xxh3(Items::tag(collection), kTagged);
    return open;
  };
  InlineStack<Open, 6> open;
  open.push(begin(item));
  for (;;) {
    Open& top = open.top();
    if (top.items.next(item)) {
      if (is_collection(item.kind)) {
        open.push(begin(item));
      } else {
        top.hash = base::mix(top.hash, hash_leaf(item));
      }
      continue;
    }
    const std::uint64_t done = base::mix(top.hash, kText);
    open.pop();
    if (open.empty()) return done;
    open.top().hash = base::mix(open.top().hash, done);
  }
}

}  // namespace

std::uint64_t hash_cell(Kind kind, Cell cell) {
  const Item item = {kind, cell};
  return is_collection(kind) ? hash_collection<TextItems>(item) : hash_leaf(item);
}

}  // namespace value

std::uint64_t hash(const Value& value) {
  const value::Item item = value::item_of(value);
  if (value::is_collection(item.kind)) return value::hash_collection<value::BlockItems>(item);
  return value::hash_leaf(item);
}

}  // namespace stele
