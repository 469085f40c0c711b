#include "edn/writer.h"

#include <algorithm>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/escape.h"
#include "edn/number.h"
#include "edn/printer.h"
#include "value/inline_stack.h"

namespace stele::edn {
namespace {

constexpr std::string_view kEllipsis = "…";

void append_name(std::string& out, const Value& name) {
  if (!name.ns().empty()) {
    out += name.ns();
    out += '/';
  }
  out += name.name();
}

}  // namespace

std::string_view opener(Kind kind) {
  return kind == Kind::vector ? "[" : kind == Kind::list ? "(" : kind == Kind::set ? "#{" : "{";
}

std::string_view closer(Kind kind) {
  if (kind == Kind::tagged) return "";
  return kind == Kind::vector ? "]" : kind == Kind::list ? ")" : "}";
}

namespace {

bool is_nested(Kind kind) { return kind >= Kind::vector; }

// The `i`th of the values that are printed inside `value`; null behind the last. A map's keys and
// values take turns.
const Value* inner(const Value& value, std::size_t i) {
  if (value.is(Kind::tagged)) return i == 0 ? &value.tagged_value() : nullptr;
  if (value.is(Kind::map)) {
    const auto entries = value.entries();
    if (i / 2 >= entries.size()) return nullptr;
    return i % 2 == 0 ? &entries[i / 2].first : &entries[i / 2].second;
  }
  const auto items = value.items();
  return i < items.size() ? &items[i] : nullptr;
}

}  // namespace

// Values of any depth are printed, so what is open lies on a stack of ours.
void Printer::print(const Value& value) {
  struct Open {
    const Value* value;
    std::size_t next;
  };
  value::InlineStack<Open, 16> open;
  const Value* current = &value;
  while (!full()) {
    if (is_nested(current->kind())) {
      print_opening(*current);
      open.push({current, 0});
    } else {
      print_scalar(*current);
    }
    // On to the next value, out of every collection that ends here.
    current = nullptr;
    while (!current && !open.empty()) {
      Open& last = open.top();
      current = inner(*last.value, last.next);
      if (current && last.next++ > 0) out_ += ' ';
      if (current) break;
      out_ += closer(last.value->kind());
      open.pop();
    }
    if (!current) return;
  }
}

void Printer::print_opening(const Value& value) {
  if (value.is(Kind::tagged)) {
    out_ += base::text('#', value.name(), ' ');
  } else {
    out_ += opener(value.kind());
  }
}

template <typename Number, typename Append>
void Printer::print_array(std::string_view open, std::span<const Number> numbers, Append append) {
  out_ += open;
  for (std::size_t i = 0; i < numbers.size() && !full(); ++i) {
    if (i > 0) out_ += ' ';
    append(out_, numbers[i]);
  }
  out_ += ']';
}

// Of a text that cannot fit no more is looked at than shows that.
void Printer::print_text(std::string_view text) {
  const std::size_t room = length_max_ - std::min(length_max_, out_.size());
  append_string(out_, room == kNoLimit ? text : text.substr(0, room + 1));
}

void Printer::print_bytes(base::ByteView bytes) {
  const std::size_t room = length_max_ - std::min(length_max_, out_.size());
  out_ += base::text("#bytes \"", base::to_hex(bytes.first(std::min(bytes.size(), room))), '"');
}

void Printer::print_scalar(const Value& value) {
  switch (value.kind()) {
    case Kind::nil:
      out_ += "nil";
      return;
    case Kind::boolean:
      out_ += value.as_bool() ? "true" : "false";
      return;
    case Kind::int64:
      base::append_piece(out_, value.as_int64());
      return;
    case Kind::float64:
      append_double(out_, value.as_double());
      return;
    case Kind::float32:
      out_ += "#float ";
      append_float(out_, static_cast<float>(value.as_double()));
      return;
    case Kind::instant:
      out_ += base::text("#inst \"", to_string(value.as_instant()), '"');
      return;
    case Kind::character:
      append_character(out_, value.as_character());
      return;
    case Kind::string:
      print_text(value.as_string());
      return;
    case Kind::keyword:
      out_ += ':';
      [[fallthrough]];
    case Kind::symbol:
      append_name(out_, value);
      return;
    case Kind::uuid:
      out_ += base::text("#uuid \"", to_string(value.as_uuid()), '"');
      return;
    case Kind::bytes:
      print_bytes(value.as_bytes());
      return;
    case Kind::bigint:
      out_ += base::text(value.as_decimal(), 'N');
      return;
    case Kind::bigdec:
      out_ += base::text(value.as_decimal(), 'M');
      return;
    case Kind::float_array:
      print_array("#float-array [", value.as_floats(), append_float);
      return;
    case Kind::double_array:
      print_array("#double-array [", value.as_doubles(), append_double);
      return;
    case Kind::vector:
    case Kind::list:
    case Kind::set:
    case Kind::map:
    case Kind::tagged:
      return;  // print()'s business
  }
}

void append(std::string& out, const Value& value) { Printer(out).print(value); }

std::string write(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string write_short(const Value& value, std::size_t length_max) {
  std::string out;
  Printer printer(out, length_max);
  printer.print(value);
  if (!printer.full()) return out;
  if (length_max < kEllipsis.size()) return std::string(prefix(out, length_max));
  out.resize(prefix(out, length_max - kEllipsis.size()).size());
  return out += kEllipsis;
}

}  // namespace stele::edn
