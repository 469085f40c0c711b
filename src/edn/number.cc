#include "edn/number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/place.h"

namespace stele::edn {
namespace {

// A number between these powers of ten is written without an exponent.
constexpr int kPlainExponentMin = -3;
constexpr int kPlainExponentMax = 6;

Error refuse(std::string_view token, std::string_view why) {
  return invalid("edn/number", base::text(shown(token), " ", why));
}

// What stands where in a token; ends are offsets.
struct Anatomy {
  std::size_t integer_begin = 0;
  std::size_t integer_end = 0;
  bool has_fraction = false;
  bool has_exponent = false;
  std::size_t end = 0;  // of the digits: a suffix, or what should not be there, follows
};

std::size_t skip_digits(std::string_view token, std::size_t at) {
  while (at < token.size() && is_digit(token[at])) ++at;
  return at;
}

Anatomy dissect(std::string_view token) {
  Anatomy parts;
  parts.integer_begin = token[0] == '+' || token[0] == '-';
  std::size_t at = parts.integer_end = skip_digits(token, parts.integer_begin);
  if (at + 1 < token.size() && token[at] == '.' && is_digit(token[at + 1])) {
    parts.has_fraction = true;
    at = skip_digits(token, at + 1);
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    std::size_t digits = at + 1;
    if (digits < token.size() && (token[digits] == '+' || token[digits] == '-')) ++digits;
    if (digits < token.size() && is_digit(token[digits])) {
      parts.has_exponent = true;
      at = skip_digits(token, digits);
    }
  }
  parts.end = at;
  return parts;
}

// Why is `rest`, which is no suffix of a number, behind the digits?
Error refuse_rest(std::string_view token, std::string_view rest) {
  if (rest[0] == '/') {
    return refuse(token,
                  "is a ratio, and stele has no ratios: write a decimal, as 0.5M, or a "
                  "double, as 0.5");
  }
  if (rest[0] == '.' && rest.size() == 1) return refuse(token, "needs a digit behind its point");
  if (rest == "N") return refuse(token, "is no integer, and N stands behind integers only");
  return refuse(token, "is no number");
}

Result<Value> read_integer(std::string_view token, std::string_view digits) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec == std::errc()) return Value(number);
  if (parsed.ec == std::errc::result_out_of_range) return Value::bigint(digits);
  return refuse(token, "is no number");
}

}  // namespace

bool parse_double(std::string_view digits, double& out) {
#if defined(STELE_WASM)
  // No from_chars for doubles there; strtod knows no locale there.
  out = std::strtod(std::string(digits).c_str(), nullptr);
#else
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (parsed.ec != std::errc()) return false;
#endif
  if (std::isinf(out)) return false;
  const std::string_view mantissa = digits.substr(0, digits.find_first_of("eE"));
  return out != 0 || mantissa.find_first_of("123456789") == std::string_view::npos;
}

Result<Value> read_number(std::string_view token) {
  const Anatomy parts = dissect(token);
  const bool whole = !parts.has_fraction && !parts.has_exponent;
  const std::string_view digits = token.substr(token[0] == '+', parts.end - (token[0] == '+'));
  const std::string_view rest = token.substr(parts.end);
  if (!rest.empty() && rest != "M" && !(rest == "N" && whole)) return refuse_rest(token, rest);
  if (parts.integer_end - parts.integer_begin > 1 && token[parts.integer_begin] == '0')
    return refuse(token, "begins with a zero, which would be octal elsewhere: write it without");
  if (rest == "N") return Value::bigint(digits);
  if (rest == "M") return Value::bigdec(digits);
  if (whole) return read_integer(token, digits);
  double number = 0;
  if (!parse_double(digits, number)) {
    return refuse(token,
                  "is beyond what a double can hold: write it with an M behind it, for an "
                  "exact decimal");
  }
  return Value(number);
}

namespace {

// `scientific` is what std::to_chars writes, such as "-1.25e+10"; out comes "-1.25E10".
void append_shortest(std::string& out, std::string_view scientific) {
  if (scientific[0] == '-') {
    out += '-';
    scientific.remove_prefix(1);
  }
  const std::size_t e = scientific.find('e');
  int exponent = 0;
  const std::size_t sign = scientific[e + 1] == '+';
  std::from_chars(scientific.data() + e + 1 + sign, scientific.data() + scientific.size(),
                  exponent);
  std::string digits(scientific.substr(0, 1));
  if (e > 1) digits += scientific.substr(2, e - 2);
  if (exponent < kPlainExponentMin || exponent > kPlainExponentMax) {
    out += base::text(digits[0], '.', digits.size() > 1 ? digits.substr(1) : "0", 'E', exponent);
    return;
  }
  if (exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  const std::size_t whole = exponent < 0 ? 1 : static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
  out += base::text(digits.substr(0, whole), '.', digits.substr(whole));
}

template <typename Float>
void append_number(std::string& out, Float number) {
  if (std::isnan(number)) {
    out += "##NaN";
  } else if (std::isinf(number)) {
    out += number < 0 ? "##-Inf" : "##Inf";
  } else {
    char digits[40];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific).ptr;
    append_shortest(out, {digits, static_cast<std::size_t>(end - digits)});
  }
}

}  // namespace

void append_double(std::string& out, double number) { append_number(out, number); }

void append_float(std::string& out, float number) {
  const std::size_t begin = out.size();
  append_number(out, number);
  // The reader goes by way of a double. Should the two roundings ever disagree with the one that
  // chose the digits, the digits of the double settle it.
  double wide = 0;
  if (std::isfinite(number) && (!parse_double(std::string_view(out).substr(begin), wide) ||
                                static_cast<float>(wide) != number)) {
    out.resize(begin);
    append_number(out, static_cast<double>(number));
  }
}

}  // namespace stele::edn
