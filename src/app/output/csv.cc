#include "app/output/csv.h"

#include "app/output/json.h"
#include "app/output/plain.h"

namespace stele::app {

namespace {

bool needs_quotes(std::string_view field) {
  if (field.empty() || field.front() == ' ' || field.back() == ' ') return true;
  return field.find_first_of(",\"\r\n") != std::string_view::npos;
}

void append_field(std::string& out, std::string_view field) {
  if (!needs_quotes(field)) {
    out += field;
    return;
  }
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_cell(std::string& out, const Value& value) {
  if (value.is_nil()) return;
  if (has_plain(value)) return append_field(out, plain(value));
  std::string nested;
  append_json(nested, value);
  append_field(out, nested);
}

}  // namespace

void write_csv(Sink& out, const Grid& grid) {
  for (std::size_t c = 0; c < grid.heads.size(); ++c) {
    if (c) out.text() += ',';
    append_field(out.text(), grid.heads[c].plain);
  }
  out << "\r\n";
  for (std::size_t row = 0; row < grid.rows; ++row) {
    for (std::size_t c = 0; c < grid.heads.size(); ++c) {
      if (c) out.text() += ',';
      append_cell(out.text(), grid.at(row, c).value_or(Value()));
    }
    out << "\r\n";
  }
}

}  // namespace stele::app
