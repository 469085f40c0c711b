#include "app/output/table.h"

#include <algorithm>
#include <numeric>

#include "app/output/plain.h"
#include "app/output/text_width.h"
#include "base/text.h"
#include "edn/writer.h"

namespace stele::app {

namespace {

constexpr std::size_t kGap = 3;  // between columns; before the first is one, behind the last one
constexpr std::size_t kTextMin = 8, kNumberMin = 4;  // what a column is not cut below

struct Column {
  bool right = true;  // all its cells are numbers
  std::size_t width = 0;
  std::vector<std::string> cells;  // the head first
};

std::string cell_text(const Value& value) {
  if (value.is(Kind::string)) return on_one_line(value.as_string());
  if (value.is(Kind::instant)) return plain(value);
  return on_one_line(edn::write(value));
}

int compare_rows(const Grid& grid, std::size_t a, std::size_t b) {
  for (std::size_t c = 0; c < grid.heads.size(); ++c) {
    if (int order =
            compare_canonical(grid.at(a, c).value_or(Value()), grid.at(b, c).value_or(Value()))) {
      return order;
    }
  }
  return 0;
}

std::vector<std::size_t> order_of(const Grid& grid) {
  std::vector<std::size_t> order(grid.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (grid.is_set) {
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return compare_rows(grid, a, b) < 0; });
  }
  return order;
}

std::vector<Column> columns_of(const Grid& grid) {
  const auto order = order_of(grid);
  std::vector<Column> columns(grid.heads.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].cells.push_back(on_one_line(grid.heads[c].text));
    bool any_number = false;
    for (auto row : order) {
      const auto value = grid.at(row, c);
      columns[c].cells.push_back(value ? cell_text(*value) : std::string());
      any_number |= value && value->is_number();
      if (value && !value->is_number() && !value->is_nil()) columns[c].right = false;
    }
    columns[c].right &= any_number || grid.rows == 0;
  }
  return columns;
}

// A map lengthwise: its keys are a column, its values another.
std::vector<Column> lengthwise(const Grid& grid) {
  std::vector<Column> columns(2);
  columns[0].right = columns[1].right = false;
  columns[0].cells = {"attribute"};
  columns[1].cells = {"value"};
  for (std::size_t c = 0; c < grid.heads.size(); ++c) {
    columns[0].cells.push_back(on_one_line(grid.heads[c].text));
    columns[1].cells.push_back(cell_text(grid.at(0, c).value_or(Value())));
  }
  return columns;
}

std::size_t total_width(const std::vector<Column>& columns) {
  std::size_t total = 2;
  for (const auto& column : columns) total += column.width;
  return total + (columns.empty() ? 0 : kGap * (columns.size() - 1));
}

// The widest column that may still be cut, or null.
Column* widest(std::vector<Column>& columns, bool right, std::size_t least) {
  Column* found = nullptr;
  for (auto& column : columns) {
    if (column.right != right || column.width <= least) continue;
    if (!found || column.width > found->width) found = &column;
  }
  return found;
}

void fit(std::vector<Column>& columns, std::size_t width) {
  for (auto& column : columns) {
    for (const auto& cell : column.cells) column.width = std::max(column.width, text_width(cell));
  }
  if (width == 0) return;
  while (total_width(columns) > width) {
    Column* column = widest(columns, false, kTextMin);
    if (!column) column = widest(columns, true, kNumberMin);
    if (!column) return;
    --column->width;
  }
}

void append_line(std::string& out, const std::vector<Column>& columns, std::size_t line) {
  std::string text;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto cell = fitted(columns[c].cells[line], columns[c].width);
    const std::string space(columns[c].width - text_width(cell), ' ');
    text += c ? std::string(kGap, ' ') : " ";
    text += columns[c].right ? space + cell : cell + space;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  out += text + "\n";
}

}  // namespace

void write_table(Sink& out, const Grid& grid, std::size_t width) {
  const bool is_map = grid.shape == Grid::Shape::entity;
  auto columns = is_map ? lengthwise(grid) : columns_of(grid);
  if (!columns.empty()) {
    fit(columns, width);
    append_line(out.text(), columns, 0);
    for (std::size_t i = 0; i < total_width(columns); ++i) out.text() += "─";
    out << "\n";
    for (std::size_t line = 1; line < columns[0].cells.size(); ++line) {
      append_line(out.text(), columns, line);
      out.settle();
    }
  }
  if (!is_map) out << base::text(grid.rows, grid.rows == 1 ? " row\n" : " rows\n");
}

}  // namespace stele::app
