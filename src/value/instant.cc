// Instants as text: RFC 3339, and years beyond four digits with a sign, as ECMAScript writes them.

#include <charconv>
#include <optional>
#include <string>

#include <stele/value.h>

#include "base/text.h"

namespace stele {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// Takes pieces off the front of a text. The first piece that is missing makes it fail for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  bool at(char c) const { return rest_.starts_with(c); }
  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char c) { ok_ = take(c) && ok_; }
  void fail() { ok_ = false; }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  // A number of `min` to `max` digits.
  std::int64_t digits(int min, int max) {
    std::int64_t x = 0;
    int n = 0;
    for (; n < max && at_digit(); ++n) {
      x = x * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    digits_taken_ = n;
    ok_ = ok_ && n >= min;
    return x;
  }
  int digits_taken() const { return digits_taken_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
  int digits_taken_ = 0;
};

struct DateTime {
  std::int64_t year = 1970;
  std::int64_t month = 1, day = 1;
  std::int64_t hour = 0, minute = 0, second = 0, ms = 0;
  std::int64_t offset_minutes = 0;

  bool is_valid() const {
    if (month < 1 || month > 12 || hour > 23 || minute > 59) return false;
    // A leap second counts as the first of the next minute.
    if (second > (minute == 59 ? 60 : 59)) return false;
    return day >= 1 && day <= detail::days_in_month(year, static_cast<unsigned>(month));
  }
};

std::int64_t scan_year(Scanner& in) {
  const bool negative = in.at('-');
  if (!in.take('-') && !in.take('+')) return in.digits(4, 4);
  const std::int64_t year = in.digits(4, 9);
  return negative ? -year : year;
}

std::int64_t scan_fraction_ms(Scanner& in) {
  std::int64_t fraction = in.digits(1, 9);
  int digits = in.digits_taken();
  for (; digits < 3; ++digits) fraction *= 10;
  for (; digits > 3; --digits) fraction /= 10;
  return fraction;
}

std::int64_t scan_offset_minutes(Scanner& in) {
  if (in.at_end() || in.take('Z') || in.take('z')) return 0;
  const bool negative = in.at('-');
  if (!in.take('-')) in.need('+');
  const std::int64_t hours = in.digits(2, 2);
  in.need(':');
  const std::int64_t minutes = in.digits(2, 2);
  if (hours > 23 || minutes > 59) in.fail();
  return (negative ? -1 : 1) * (hours * 60 + minutes);
}

void scan_time(Scanner& in, DateTime& t) {
  t.hour = in.digits(2, 2);
  if (!in.take(':')) return;
  t.minute = in.digits(2, 2);
  if (!in.take(':')) return;
  t.second = in.digits(2, 2);
  if (in.take('.')) t.ms = scan_fraction_ms(in);
}

// Each piece may be the last. After a year or a month a '-' begins the next piece, never an offset.
void scan_date_and_time(Scanner& in, DateTime& t) {
  t.year = scan_year(in);
  if (!in.take('-')) return;
  t.month = in.digits(2, 2);
  if (!in.take('-')) return;
  t.day = in.digits(2, 2);
  if (in.take('T') || in.take('t')) scan_time(in, t);
}

std::optional<DateTime> scan(std::string_view text) {
  Scanner in(text);
  DateTime t;
  scan_date_and_time(in, t);
  t.offset_minutes = scan_offset_minutes(in);
  if (!in.ok() || !in.at_end() || !t.is_valid()) return std::nullopt;
  return t;
}

std::optional<Instant> instant_of(const DateTime& t) {
  const std::int64_t days =
      detail::days_from_civil(t.year, static_cast<unsigned>(t.month), static_cast<unsigned>(t.day));
  const std::int64_t minutes = t.hour * 60 + t.minute - t.offset_minutes;
  const std::int64_t within_ms = (minutes * 60 + t.second) * 1000 + t.ms;
  Instant instant;
  // Before 1970 from the end of the day: the first day that fits begins before the first instant.
  const std::int64_t borrowed = days < 0 ? 1 : 0;
  if (__builtin_mul_overflow(days + borrowed, kDayMs, &instant.ms) ||
      __builtin_add_overflow(instant.ms, within_ms - borrowed * kDayMs, &instant.ms)) {
    return std::nullopt;
  }
  return instant;
}

void append_padded(std::string& out, std::int64_t x, std::size_t width) {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  const std::string_view shown(digits, static_cast<std::size_t>(end - digits));
  if (shown.size() < width) out.append(width - shown.size(), '0');
  out += shown;
}

void append_year(std::string& out, std::int64_t year) {
  if (year >= 0 && year <= 9999) return append_padded(out, year, 4);
  out += year < 0 ? '-' : '+';
  append_padded(out, year < 0 ? -year : year, 6);
}

struct Date {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};

// The inverse of days_from_civil, by the same eras of 400 years that begin in March.
Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

}  // namespace

Result<Instant> parse_instant(std::string_view text) {
  if (const auto scanned = scan(text)) {
    if (const auto instant = instant_of(*scanned)) return *instant;
  }
  return invalid("edn/instant", base::text("cannot read \"", text.substr(0, 80),
                                           "\" as an instant; write it as 2025-11-01 or "
                                           "2025-11-01T12:30:00.000Z"));
}

std::string to_string(Instant instant) {
  std::int64_t days = instant.ms / kDayMs;
  std::int64_t ms = instant.ms % kDayMs;
  if (ms < 0) {
    ms += kDayMs;
    --days;
  }
  const Date date = civil_from_days(days);
  std::string out;
  append_year(out, date.year);
  const auto piece = [&](char before, std::int64_t x, std::size_t width) {
    out += before;
    append_padded(out, x, width);
  };
  piece('-', date.month, 2);
  piece('-', date.day, 2);
  piece('T', ms / 3'600'000, 2);
  piece(':', ms / 60'000 % 60, 2);
  piece(':', ms / 1000 % 60, 2);
  piece('.', ms % 1000, 3);
  out += "-00:00";
  return out;
}

}  // namespace stele
