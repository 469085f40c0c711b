// + - * / quot rem mod inc dec. Integers are exact: an overflow is an error, not a wrong number; a
// double among the arguments makes the answer a double. [4.9.1, J-22]

#include <cmath>
#include <optional>

#include "base/text.h"
#include "query/functions.h"

namespace stele::query {
namespace {

struct Number {
  bool is_double = false;
  std::int64_t i = 0;
  double d = 0;

  double real() const { return is_double ? d : static_cast<double>(i); }
};

Number integer(std::int64_t i) { return {false, i, 0}; }
Number real(double d) { return {true, 0, d}; }

bool read_number(const Item& item, Number& out, CallContext& context) {
  if (item.kind == Kind::int64) {
    out = integer(value::int_of(item.cell));
    return true;
  }
  if (item.kind == Kind::float64 || item.kind == Kind::float32) {
    out = real(value::double_of(item.cell));
    return true;
  }
  if (item.kind == Kind::bigint || item.kind == Kind::bigdec) {
    context.code = "query/unsupported";
    return context.fail(base::text("arithmetic on a ", name(item.kind), " is not supported yet"));
  }
  return context.fail(base::text("a ", name(item.kind), " is no number"));
}

bool write_number(const Number& number, Item& out) {
  out = number.is_double ? Item{Kind::float64, value::cell_of(number.d)}
                         : Item{Kind::int64, value::cell_of(number.i)};
  return true;
}

bool arithmetic_error(CallContext& context, std::string_view why) {
  context.code = "query/arithmetic";
  return context.fail(why);
}

using Operation = bool (*)(const Number& a, const Number& b, Number& out, CallContext& context);

bool overflow(CallContext& context) {
  return arithmetic_error(context, "the answer does not fit into a 64-bit integer");
}

bool add(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) return out = real(a.real() + b.real()), true;
  return !__builtin_add_overflow(a.i, b.i, &out.i) || overflow(context);
}

bool subtract(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) return out = real(a.real() - b.real()), true;
  return !__builtin_sub_overflow(a.i, b.i, &out.i) || overflow(context);
}

bool multiply(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) return out = real(a.real() * b.real()), true;
  return !__builtin_mul_overflow(a.i, b.i, &out.i) || overflow(context);
}

// Can a be divided by b as integers at all? The least integer by -1 has no answer.
bool can_divide(const Number& a, const Number& b, CallContext& context) {
  if (b.i == 0) return arithmetic_error(context, "divided by zero");
  return !(a.i == INT64_MIN && b.i == -1) || overflow(context);
}

// Integers that divide evenly give an integer, others a double. [J-22]
bool divide(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) return out = real(a.real() / b.real()), true;
  if (!can_divide(a, b, context)) return false;
  out = a.i % b.i == 0 ? integer(a.i / b.i) : real(a.real() / b.real());
  return true;
}

bool quotient(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) {
    if (b.real() == 0) return arithmetic_error(context, "divided by zero");
    return out = real(std::trunc(a.real() / b.real())), true;
  }
  return can_divide(a, b, context) && (out = integer(a.i / b.i), true);
}

// The sign is that of the dividend.
bool remainder(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (a.is_double || b.is_double) {
    if (b.real() == 0) return arithmetic_error(context, "divided by zero");
    return out = real(std::fmod(a.real(), b.real())), true;
  }
  if (b.i == -1) return out = integer(0), true;
  return can_divide(a, b, context) && (out = integer(a.i % b.i), true);
}

// The sign is that of the divisor.
bool modulo(const Number& a, const Number& b, Number& out, CallContext& context) {
  if (!remainder(a, b, out, context)) return false;
  if (out.real() != 0 && (out.real() < 0) != (b.real() < 0)) return add(out, b, out, context);
  return true;
}

// Folds the arguments from the left; a single one stands behind `unit`: (- 3) is 0 - 3.
template <Operation kOperation, int kUnit>
bool fold(std::span<const Item> args, Item& out, CallContext& context) {
  Number sum = integer(kUnit), next;
  std::size_t i = 0;
  if (args.size() > 1) {
    if (!read_number(args[i++], sum, context)) return false;
  }
  for (; i < args.size(); ++i) {
    const Number left = sum;
    sum = Number{};
    if (!read_number(args[i], next, context)) return false;
    if (!kOperation(left, next, sum, context)) return false;
  }
  return write_number(sum, out);
}

template <Operation kOperation>
bool binary(std::span<const Item> args, Item& out, CallContext& context) {
  Number a, b, answer;
  return read_number(args[0], a, context) && read_number(args[1], b, context) &&
         kOperation(a, b, answer, context) && write_number(answer, out);
}

template <int kStep>
bool step(std::span<const Item> args, Item& out, CallContext& context) {
  Number a, answer;
  return read_number(args[0], a, context) && add(a, integer(kStep), answer, context) &&
         write_number(answer, out);
}

constexpr Function kFunctions[] = {
    {"+", 0, kArgsUnlimited, fold<add, 0>},
    {"-", 1, kArgsUnlimited, fold<subtract, 0>},
    {"*", 0, kArgsUnlimited, fold<multiply, 1>},
    {"/", 1, kArgsUnlimited, fold<divide, 1>},
    {"quot", 2, 2, binary<quotient>},
    {"rem", 2, 2, binary<remainder>},
    {"mod", 2, 2, binary<modulo>},
    {"inc", 1, 1, step<1>},
    {"dec", 1, 1, step<-1>},
};

}  // namespace

std::span<const Function> arithmetic_functions() { return kFunctions; }

}  // namespace stele::query
