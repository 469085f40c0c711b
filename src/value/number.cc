#include "value/number.h"

#include <cmath>
#include <optional>

#include "base/text.h"
#include "base/try.h"
#include "value/bignum.h"
#include "value/block.h"

namespace stele::value {
namespace {

// The kind in which two operands meet; nil where one of them is no number.
Kind common_kind(const Value& a, const Value& b) {
  if (!a.is_number() || !b.is_number()) return Kind::nil;
  const auto either = [&](Kind kind) { return a.is(kind) || b.is(kind); };
  if (either(Kind::float64) || either(Kind::float32)) return Kind::float64;
  if (either(Kind::bigdec)) return Kind::bigdec;
  return either(Kind::bigint) ? Kind::bigint : Kind::int64;
}

Error not_numbers(std::string_view verb, const Value& a, const Value& b) {
  return invalid("query/function",
                 base::text("cannot ", verb, " a ", stele::name(a.kind()), " and a ",
                            stele::name(b.kind()), ": both must be numbers"));
}
Error arithmetic(std::string message) { return invalid("query/arithmetic", std::move(message)); }
Error overflow(std::string_view verb) {
  return arithmetic(base::text("integer overflow: cannot ", verb,
                               " these longs within 64 bits; a bigint (5N) has no such bound"));
}
Error divided_by_zero() { return arithmetic("division by zero"); }
Error too_long() {
  return arithmetic(base::text("the result has more than about ", kDigitsMax,
                               " digits or an exponent beyond 32 bits"));
}

// An int64, bigint or bigdec as a big number, borrowing from the value or from itself.
class AsBig {
 public:
  explicit AsBig(const Value& number) : small_(number.is(Kind::int64) ? number.as_int64() : 0) {
    if (number.is(Kind::int64)) {
      view_ = small_.view();
    } else {
      view_ = big_of(number.kind(), ValueBlocks::payload(number));
    }
  }
  AsBig(const AsBig&) = delete;
  AsBig& operator=(const AsBig&) = delete;
  BigView view() const { return view_; }

 private:
  Int64AsBig small_;
  BigView view_;
};

Result<Value> made(Kind kind, const std::optional<Big>& big) {
  if (!big) return too_long();
  return value_of(kind, big->view());
}

// One of +, - and *: the same operation on each kind.
struct Operation {
  std::string_view verb;
  bool (*on_int64)(std::int64_t, std::int64_t, std::int64_t*);  // true: overflow
  double (*on_double)(double, double);
  std::optional<Big> (*on_big)(BigView, BigView);
};

Result<Value> apply(const Operation& operation, const Value& a, const Value& b) {
  const Kind kind = common_kind(a, b);
  switch (kind) {
    case Kind::nil:
      return not_numbers(operation.verb, a, b);
    case Kind::int64: {
      std::int64_t x = 0;
      if (operation.on_int64(a.as_int64(), b.as_int64(), &x)) return overflow(operation.verb);
      return Value(x);
    }
    case Kind::float64:
      return Value(operation.on_double(to_double(a), to_double(b)));
    default:
      return made(kind, operation.on_big(AsBig(a).view(), AsBig(b).view()));
  }
}

bool is_zero(const Value& number) {
  return number.is(Kind::int64) ? number.as_int64() == 0 : AsBig(number).view().is_zero();
}

// The one int64 by which dividing can overflow.
bool is_minus_one(Kind kind, const Value& b) { return kind == Kind::int64 && b.as_int64() == -1; }

Result<Value> divide_integers(Kind kind, const Value& a, const Value& b) {
  if (kind == Kind::int64) {
    if (is_minus_one(kind, b)) return negate(a);
    const std::int64_t x = a.as_int64();
    const std::int64_t y = b.as_int64();
    if (x % y == 0) return Value(x / y);
    return Value(static_cast<double>(x) / static_cast<double>(y));
  }
  const AsBig x(a);
  const AsBig y(b);
  const auto division = divide_whole(x.view(), y.view());
  if (!division) return too_long();
  if (division->remainder.magnitude.empty()) return value_of(kind, division->quotient.view());
  return Value(divide_to_double(x.view(), y.view()));
}

Result<Value> divide_decimals(const Value& a, const Value& b) {
  const DecimalQuotient result = divide_decimal(AsBig(a).view(), AsBig(b).view());
  if (result.is_endless) {
    return arithmetic(base::text("the quotient of ", print_big(AsBig(a).view()), " and ",
                                 print_big(AsBig(b).view()),
                                 " has no end as a decimal; divide doubles instead"));
  }
  return made(Kind::bigdec, result.quotient);
}

// What quotient, remainder and modulo have in common: the division of two numbers of one kind into
// whole quotient and remainder.
struct Whole {
  Value quotient;
  Value remainder;
};

Result<Whole> divide_into_whole(const Value& a, const Value& b, std::string_view verb) {
  const Kind kind = common_kind(a, b);
  if (kind == Kind::nil) return not_numbers(verb, a, b);
  if (kind == Kind::float64) {
    const double x = to_double(a);
    const double y = to_double(b);
    if (y == 0) return divided_by_zero();
    return Whole{Value(std::trunc(x / y)), Value(std::fmod(x, y))};
  }
  if (is_zero(b)) return divided_by_zero();
  if (is_minus_one(kind, b)) {
    STELE_TRY(Value negated, negate(a));
    return Whole{std::move(negated), Value(0)};
  }
  if (kind == Kind::int64) {
    return Whole{Value(a.as_int64() / b.as_int64()), Value(a.as_int64() % b.as_int64())};
  }
  const auto division = divide_whole(AsBig(a).view(), AsBig(b).view());
  if (!division) return too_long();
  return Whole{value_of(kind, division->quotient.view()),
               value_of(kind, division->remainder.view())};
}

int sign_of(const Value& number) { return compare(number, Value(0)); }

}  // namespace

Result<Value> add(const Value& a, const Value& b) {
  constexpr Operation kAdd = {"add",
                              [](std::int64_t x, std::int64_t y, std::int64_t* z) {
                                return __builtin_add_overflow(x, y, z);
                              },
                              [](double x, double y) { return x + y; }, add};
  return apply(kAdd, a, b);
}

Result<Value> subtract(const Value& a, const Value& b) {
  constexpr Operation kSubtract = {"subtract",
                                   [](std::int64_t x, std::int64_t y, std::int64_t* z) {
                                     return __builtin_sub_overflow(x, y, z);
                                   },
                                   [](double x, double y) { return x - y; }, subtract};
  return apply(kSubtract, a, b);
}

Result<Value> multiply(const Value& a, const Value& b) {
  constexpr Operation kMultiply = {"multiply",
                                   [](std::int64_t x, std::int64_t y, std::int64_t* z) {
                                     return __builtin_mul_overflow(x, y, z);
                                   },
                                   [](double x, double y) { return x * y; }, multiply};
  return apply(kMultiply, a, b);
}

Result<Value> negate(const Value& a) {
  if (a.is(Kind::float64) || a.is(Kind::float32)) return Value(-a.as_double());
  return subtract(Value(0), a);
}

Result<Value> divide(const Value& a, const Value& b) {
  const Kind kind = common_kind(a, b);
  if (kind == Kind::nil) return not_numbers("divide", a, b);
  if (kind == Kind::float64) return Value(to_double(a) / to_double(b));
  if (is_zero(b)) return divided_by_zero();
  return kind == Kind::bigdec ? divide_decimals(a, b) : divide_integers(kind, a, b);
}

Result<Value> quotient(const Value& a, const Value& b) {
  STELE_TRY(Whole whole, divide_into_whole(a, b, "divide"));
  return std::move(whole.quotient);
}

Result<Value> remainder(const Value& a, const Value& b) {
  // Nothing remains, even where the quotient itself would overflow.
  if (is_minus_one(common_kind(a, b), b)) return Value(0);
  STELE_TRY(Whole whole, divide_into_whole(a, b, "take the remainder of"));
  return std::move(whole.remainder);
}

Result<Value> modulo(const Value& a, const Value& b) {
  STELE_TRY(const Value rest, remainder(a, b));
  if (sign_of(rest) == 0 || (sign_of(rest) < 0) == (sign_of(b) < 0)) return rest;
  return add(rest, b);
}

double to_double(const Value& number) {
  if (number.is(Kind::int64)) return static_cast<double>(number.as_int64());
  if (number.is(Kind::float64) || number.is(Kind::float32)) return number.as_double();
  return to_double(AsBig(number).view());
}

}  // namespace stele::value
