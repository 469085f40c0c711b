// Value: any datum that stele stores, reads or answers.
//
// A Value is one of the kinds below. It is immutable, 16 bytes wide and cheap to copy: scalars lie
// inside it, everything larger lies in a shared block that is freed with the last copy.
//
// Two relations hold between values, and they differ on purpose:
//   compare(a, b)  the *storage order*: total over all kinds; 0 means "the same stored fact".
//                  Numbers compare by exact numeric value whatever their kind (1 = 1.0 = 1M).
//   a == b         *unification*, what joins, sets and maps use: the numeric categories integer
//                  {int64, bigint}, float {float64, float32} and decimal {bigdec} are disjoint
//                  (1 != 1.0, 1 == 1N, 1.0M == 1.00M). NaN equals itself, 0.0 equals -0.0.
// a == b implies compare(a, b) == 0.
//
// Thread safety: const use from any number of threads.
#pragma once

#include <atomic>
#include <compare>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stele/result.h>

namespace stele {

// The numbers are persisted in nodes and records: they never change, and retire in place.
enum class Kind : std::uint8_t {
  nil = 0,
  boolean = 1,
  int64 = 2,
  float64 = 3,
  float32 = 4,
  instant = 5,
  character = 6,
  string = 7,
  keyword = 8,
  symbol = 9,
  uuid = 10,
  bytes = 11,
  bigint = 12,
  bigdec = 13,
  float_array = 14,
  double_array = 15,
  vector = 16,
  list = 17,
  set = 18,
  map = 19,
  tagged = 20,
};
inline constexpr int kKindCount = 21;

// The kind's name as errors and docs spell it, e.g. "long", "string", "instant".
std::string_view name(Kind kind);

// Milliseconds since 1970-01-01T00:00Z; negative before.
struct Instant {
  std::int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
};

// RFC 3339 in any precision from year to nanoseconds (digits below milliseconds are dropped), with
// an optional offset; a date alone means midnight UTC. Error: invalid `:edn/instant`.
Result<Instant> parse_instant(std::string_view text);
// "2025-11-01T00:00:00.000-00:00", the way EDN writes it.
std::string to_string(Instant instant);

namespace detail {
constexpr std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  // Days since 1970-01-01 in the proleptic Gregorian calendar; eras of 400 years keep it exact.
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(y - era * 400);
  const unsigned day_of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

constexpr unsigned days_in_month(std::int64_t y, unsigned m) {
  if (m == 2) return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : 28;
  return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

// Ends the process: an accessor was asked of a value of another kind.
[[noreturn]] void wrong_kind(Kind wanted, Kind actual);

// Never defined: a literal that reaches one of them is not a constant expression, and the
// compiler's message shows the name.
void write_instants_as_YYYY_MM_DD_or_with_THH_MM_SSZ();
void no_such_month_or_day();
void no_such_time_of_day();
}  // namespace detail

// An instant written in the source: "2025-11-01" or "2025-11-01T12:30:00Z". Anything else does not
// compile. For text known only at run time there is parse_instant.
consteval Instant instant(std::string_view text) {
  auto digits = [&](std::size_t at, std::size_t n) {
    std::int64_t x = 0;
    for (std::size_t i = at; i < at + n; ++i) {
      if (text[i] < '0' || text[i] > '9') detail::write_instants_as_YYYY_MM_DD_or_with_THH_MM_SSZ();
      x = x * 10 + (text[i] - '0');
    }
    return x;
  };
  if (text.size() != 10 && text.size() != 20)
    detail::write_instants_as_YYYY_MM_DD_or_with_THH_MM_SSZ();
  if (text[4] != '-' || text[7] != '-') detail::write_instants_as_YYYY_MM_DD_or_with_THH_MM_SSZ();
  const auto year = digits(0, 4);
  const auto month = static_cast<unsigned>(digits(5, 2)), day = static_cast<unsigned>(digits(8, 2));
  if (month < 1 || month > 12 || day < 1 || day > detail::days_in_month(year, month)) {
    detail::no_such_month_or_day();
  }
  std::int64_t seconds = detail::days_from_civil(year, month, day) * 86400;
  if (text.size() == 20) {
    if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
      detail::write_instants_as_YYYY_MM_DD_or_with_THH_MM_SSZ();
    const auto h = digits(11, 2), m = digits(14, 2), s = digits(17, 2);
    if (h > 23 || m > 59 || s > 59) detail::no_such_time_of_day();
    seconds += h * 3600 + m * 60 + s;
  }
  return Instant{seconds * 1000};
}

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Uuid&) const = default;
};
// "550e8400-e29b-41d4-a716-446655440000", any case. Error: invalid `:edn/uuid`.
Result<Uuid> parse_uuid(std::string_view text);
std::string to_string(const Uuid& uuid);

class Value {
 public:
  using Entry = std::pair<Value, Value>;

  Value() = default;  // nil
  // Exactly bool: a pointer must not become `true`.
  template <std::same_as<bool> B>
  Value(B b) : kind_(Kind::boolean) {
    scalar_.i = b;
  }
  template <std::integral I>
  requires(!std::same_as<I, bool> && !std::same_as<I, char> && sizeof(I) <= 8) Value(I i)
      : kind_(Kind::int64) {
    scalar_.i = static_cast<std::int64_t>(i);
  }
  Value(double d) : kind_(Kind::float64) { scalar_.d = d; }
  Value(Instant instant) : kind_(Kind::instant) { scalar_.i = instant.ms; }
  Value(const Uuid& uuid);
  Value(std::string_view utf8);
  Value(const char* utf8) : Value(std::string_view(utf8)) {}
  Value(const std::string& utf8) : Value(std::string_view(utf8)) {}

  static Value float32(float f);
  static Value character(char32_t code_point);
  // ":ns/name" as keyword("ns", "name") or keyword("ns/name"); the colon is not written.
  // Namespace may be empty. Programmer's error: a NUL in the text, or an empty name.
  static Value keyword(std::string_view ns, std::string_view name);
  static Value keyword(std::string_view text);
  static Value symbol(std::string_view ns, std::string_view name);
  static Value symbol(std::string_view text);
  static Value bytes(std::span<const std::uint8_t> bytes);
  static Value float_array(std::span<const float> floats);
  static Value double_array(std::span<const double> doubles);
  // Decimal digits with an optional sign; becomes bigint even where int64 would do.
  // Error: invalid `:edn/number`.
  static Result<Value> bigint(std::string_view decimal);
  // "-12.50", "1E+3": the scale is kept. Error: invalid `:edn/number`.
  static Result<Value> bigdec(std::string_view decimal);
  static Value vector(std::vector<Value> items);
  static Value list(std::vector<Value> items);
  // Duplicates (by ==) are dropped; of equal map keys the last entry stays.
  static Value set(std::vector<Value> items);
  static Value map(std::vector<Entry> entries);
  // An EDN tagged element that has no kind of its own; `tag` is "ns/name" without the '#'.
  static Value tagged(std::string_view tag, Value value);

  Value(const Value& other) : kind_(other.kind_), scalar_(other.scalar_) { retain(); }
  Value(Value&& other) noexcept : kind_(other.kind_), scalar_(other.scalar_) {
    other.kind_ = Kind::nil;
  }
  Value& operator=(const Value& other) { return *this = Value(other); }
  Value& operator=(Value&& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(scalar_, other.scalar_);
    return *this;
  }
  ~Value() { release(); }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_nil() const { return kind_ == Kind::nil; }
  bool is_number() const {
    return kind_ == Kind::int64 || kind_ == Kind::float64 || kind_ == Kind::float32 ||
           kind_ == Kind::bigint || kind_ == Kind::bigdec;
  }
  bool is_integer() const { return kind_ == Kind::int64 || kind_ == Kind::bigint; }
  bool is_sequential() const { return kind_ == Kind::vector || kind_ == Kind::list; }
  // The keyword or symbol that is written so; false for every other kind.
  bool is_keyword(std::string_view text) const;
  bool is_symbol(std::string_view text) const;

  // Accessors. Asking the wrong kind is a programmer's error (checked in every build).
  bool as_bool() const { return expect(Kind::boolean), scalar_.i != 0; }
  std::int64_t as_int64() const { return expect(Kind::int64), scalar_.i; }
  double as_double() const {  // float64 or float32
    if (kind_ != Kind::float32) expect(Kind::float64);
    return scalar_.d;
  }
  Instant as_instant() const { return expect(Kind::instant), Instant{scalar_.i}; }
  char32_t as_character() const {
    return expect(Kind::character), static_cast<char32_t>(scalar_.i);
  }
  std::string_view as_string() const;  // string; valid while any copy of the value lives
  std::string_view ns() const;         // keyword, symbol: the namespace, "" if none
  std::string_view name() const;       // keyword, symbol: the name. tagged: its tag
  Uuid as_uuid() const;
  std::span<const std::uint8_t> as_bytes() const;
  std::span<const float> as_floats() const;
  std::span<const double> as_doubles() const;
  std::span<const Value> items() const;    // vector, list; set in ascending order
  std::span<const Entry> entries() const;  // map in ascending order of keys
  const Value& tagged_value() const;       // tagged: what stands behind the tag
  std::string as_decimal() const;          // bigint, bigdec: digits (and exponent), no suffix

  // map: the value under `key`, or null. O(log n).
  const Value* find(const Value& key) const;
  const Value* find_keyword(std::string_view key) const;
  // set: is it a member? O(log n).
  bool contains(const Value& item) const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  friend class ValueBlocks;  // src/value/block.h: builds and reads the shared blocks
  // Every shared block begins so; what follows depends on the kind.
  struct Block {
    std::atomic<std::uint32_t> owners{1};
  };
  union Scalar {
    std::int64_t i = 0;
    double d;
    Block* block;
  };

  bool has_block() const { return kind_ >= Kind::string; }
  void retain() const {
    if (has_block()) scalar_.block->owners.fetch_add(1, std::memory_order_relaxed);
  }
  void release() {
    if (has_block() && scalar_.block->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }
  void destroy();
  void expect(Kind kind) const {
    if (kind_ != kind) detail::wrong_kind(kind, kind_);
  }

  Kind kind_ = Kind::nil;
  Scalar scalar_;
};
static_assert(sizeof(Value) == 16);

// The storage order: negative, 0 or positive. Total, by the fixed ranks
// nil < bytes < double-array < float-array < keyword < vector/list < symbol < boolean < number <
// string < character < instant < uuid < map < set < tagged.
int compare(const Value& a, const Value& b);

// The order in which sets and maps keep their items: compare(), with values that are one in
// storage but not equal put apart by category. 0 exactly when a == b.
int compare_canonical(const Value& a, const Value& b);

// Consistent with ==. The same in every process and on every machine.
std::uint64_t hash(const Value& value);

}  // namespace stele
