#include "app/output/json.h"

#include <algorithm>
#include <cmath>

#include "app/output/plain.h"
#include "base/text.h"

namespace stele::app {

namespace {

constexpr std::int64_t kExactMax = std::int64_t{1} << 53;  // what a double still counts one by one

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          out += c;
        } else {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        }
    }
  }
  out += '"';
}

bool is_json_number(const Value& value) {
  if (value.is(Kind::int64)) {
    return value.as_int64() >= -kExactMax && value.as_int64() <= kExactMax;
  }
  if (value.is(Kind::float64) || value.is(Kind::float32)) return std::isfinite(value.as_double());
  return false;
}

template <typename Items, typename Append>
void append_array(std::string& out, const Items& items, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

void append_object(std::string& out, const Value& map) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map.entries()) {
    if (!first) out += ',';
    first = false;
    append_quoted(out, plain_key(key));
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

// The plain heads; the second of the same name gets _2, and so on.
std::vector<std::string> keys_of(const Grid& grid) {
  std::vector<std::string> keys;
  for (const auto& head : grid.heads) {
    std::string free = head.plain;
    for (int n = 2; std::find(keys.begin(), keys.end(), free) != keys.end(); ++n) {
      free = base::text(head.plain, '_', n);
    }
    keys.push_back(free);
  }
  return keys;
}

void append_row(std::string& out, const Grid& grid, const std::vector<std::string>& keys,
                std::size_t row) {
  out += '{';
  bool first = true;
  for (std::size_t c = 0; c < keys.size(); ++c) {
    const auto cell = grid.at(row, c);
    if (!cell) continue;
    if (!first) out += ',';
    first = false;
    append_quoted(out, keys[c]);
    out += ':';
    append_json(out, *cell);
  }
  out += '}';
}

bool holds_values(const Grid& grid) {
  return grid.shape == Grid::Shape::values || grid.shape == Grid::Shape::value;
}

void append_item(std::string& out, const Grid& grid, const std::vector<std::string>& keys,
                 std::size_t row) {
  if (holds_values(grid)) {
    append_json(out, grid.at(row, 0).value_or(Value()));
  } else {
    append_row(out, grid, keys, row);
  }
}

bool is_many(const Grid& grid) {
  return grid.shape == Grid::Shape::rows || grid.shape == Grid::Shape::values;
}

}  // namespace

void append_json(std::string& out, const Value& value) {
  const auto append_item = [&](const Value& item) { append_json(out, item); };
  const auto append_float = [&](auto item) { append_json(out, Value(static_cast<double>(item))); };
  const auto append_single = [&](float item) { append_json(out, Value::float32(item)); };
  switch (value.kind()) {
    case Kind::vector:
    case Kind::list:
    case Kind::set:
      return append_array(out, value.items(), append_item);
    case Kind::float_array:
      return append_array(out, value.as_floats(), append_single);
    case Kind::double_array:
      return append_array(out, value.as_doubles(), append_float);
    case Kind::map:
      return append_object(out, value);
    case Kind::tagged:
      out += '{';
      append_quoted(out, base::text('#', value.name()));
      out += ':';
      append_json(out, value.tagged_value());
      out += '}';
      return;
    default:
      break;
  }
  if (value.is_nil() || value.is(Kind::boolean) || is_json_number(value)) {
    out += plain(value);
  } else {
    append_quoted(out, plain(value));
  }
}

void write_json(Sink& out, const Grid& grid) {
  const auto keys = keys_of(grid);
  if (!is_many(grid)) {
    if (grid.rows == 0) out.text() += "null";
    if (grid.rows > 0) append_item(out.text(), grid, keys, 0);
    out << "\n";
    return;
  }
  out.text() += '[';
  for (std::size_t row = 0; row < grid.rows; ++row) {
    if (row) out.text() += ",\n ";
    append_item(out.text(), grid, keys, row);
    out.settle();
  }
  out << "]\n";
}

void write_ndjson(Sink& out, const Grid& grid) {
  const auto keys = keys_of(grid);
  for (std::size_t row = 0; row < grid.rows; ++row) {
    append_item(out.text(), grid, keys, row);
    out << "\n";
  }
}

}  // namespace stele::app
