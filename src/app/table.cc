#include "app/table.h"

#include <algorithm>

#include "base/text.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

constexpr std::size_t kCellWidthMax = 60;

std::string cell_text(const Value& value) {
  if (value.is(Kind::string)) return std::string(value.as_string());
  if (value.is(Kind::instant)) return to_string(value.as_instant());
  return edn::write(value);
}

std::string cut(std::string text) {
  if (width(text) <= kCellWidthMax) return text;
  std::size_t at = 0, columns = 0;
  while (columns < kCellWidthMax - 1) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    ++columns;
  }
  return text.substr(0, at) + "…";
}

std::string padded(const std::string& text, std::size_t columns, bool right) {
  const std::string space(columns - width(text), ' ');
  return right ? space + text : text + space;
}

void append_line(std::string& out, const TextTable& table, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    line += c ? "   " : " ";
    line += padded(cells[c], widths[c], table.right[c]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::size_t width(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string draw(const TextTable& table) {
  std::vector<std::size_t> widths;
  for (const auto& head : table.heads) widths.push_back(width(head));
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string out;
  append_line(out, table, table.heads, widths);
  std::size_t rule = 2;
  for (std::size_t c = 0; c < widths.size(); ++c) rule += widths[c] + (c ? 3 : 0);
  for (std::size_t i = 0; i < rule; ++i) out += "─";
  out += "\n";
  for (const auto& row : table.rows) append_line(out, table, row, widths);
  return out;
}

std::string table(const Relation& relation) {
  TextTable text;
  for (std::size_t c = 0; c < relation.columns(); ++c) {
    text.heads.emplace_back(relation.name(c));
    text.right.push_back(true);
  }
  std::vector<std::vector<Value>> rows(relation.rows());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < relation.columns(); ++c) {
      rows[r].push_back(relation.at(r, c));
      if (!rows[r][c].is_number()) text.right[c] = false;
    }
  }
  if (!relation.is_ordered()) {
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      for (std::size_t c = 0; c < a.size(); ++c) {
        if (int order = compare_canonical(a[c], b[c])) return order < 0;
      }
      return false;
    });
  }
  for (const auto& row : rows) {
    auto& cells = text.rows.emplace_back();
    for (const auto& value : row) cells.push_back(cut(cell_text(value)));
  }
  std::string out = draw(text);
  out += base::text(relation.rows(), relation.rows() == 1 ? " row\n" : " rows\n");
  return out;
}

}  // namespace stele::app
