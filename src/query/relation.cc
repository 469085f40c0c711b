#include <algorithm>
#include <utility>

#include <stele/relation.h>

#include "base/text.h"
#include "query/relation_data.h"

namespace stele {
namespace {

// A caller that asks for what is not there has made a mistake that no later answer can mend.
[[noreturn]] void refuse(const std::string& message) {
  detail::throw_or_abort(invalid("relation/kind", message));
}

// The part of a keyword's or symbol's text behind its namespace.
std::string_view name_part(std::string_view text) { return text.substr(text.find('\0') + 1); }

}  // namespace

Relation::Relation() : Relation(std::make_shared<const Data>()) {}
Relation::Relation(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

std::size_t Relation::rows() const { return data_->rows; }
std::size_t Relation::columns() const { return data_->columns.size(); }
FindShape Relation::shape() const { return data_->shape; }
bool Relation::is_set() const { return data_->is_set; }
bool Relation::is_ordered() const { return data_->is_ordered; }

std::string_view Relation::name(std::size_t column) const {
  require_cell(0, column, /*any_row=*/true);
  return data_->names[column];
}

const QueryStatistics& Relation::statistics() const { return data_->statistics; }

std::span<const Value> Relation::keys() const { return data_->return_keys; }

Kind Relation::kind(std::size_t column) const {
  require_cell(0, column, /*any_row=*/true);
  if (const std::vector<Value>& values = data_->values[column]; !values.empty()) {
    const Kind first = values[0].kind();
    const bool is_one = std::all_of(values.begin(), values.end(),
                                    [&](const Value& value) { return value.kind() == first; });
    return is_one ? first : Kind::nil;
  }
  const query::Column& cells = *data_->columns[column];
  return cells.is_mixed() || cells.size() == 0 ? Kind::nil : cells.kind;
}

Kind Relation::kind(std::size_t row, std::size_t column) const {
  require_cell(row, column, /*any_row=*/false);
  if (!data_->values[column].empty()) return data_->values[column][row].kind();
  return data_->columns[column]->kind_at(row);
}

Value Relation::at(std::size_t row, std::size_t column) const {
  require_cell(row, column, /*any_row=*/false);
  if (!data_->values[column].empty()) return data_->values[column][row];
  const query::Item item = data_->columns[column]->at(row);
  return value::value_of(item.kind, item.cell);
}

std::uint64_t Relation::cell(std::size_t row, std::size_t column, Kind wanted,
                             Kind or_wanted) const {
  require_cell(row, column, /*any_row=*/false);
  const query::Column& cells = *data_->columns[column];
  const Kind actual = cells.kind_at(row);
  if (actual != wanted && actual != or_wanted) {
    refuse(base::text("The cell in row ", row, ", column ", column, " is a ", stele::name(actual),
                      ", not a ", stele::name(wanted), "."));
  }
  return cells.cells[row];
}

std::span<const std::int64_t> Relation::int64s(std::size_t column) const {
  require_cell(0, column, /*any_row=*/true);
  const query::Column& from = *data_->columns[column];
  if (from.size() > 0 && !from.is_all(Kind::int64)) {
    refuse(base::text("Column ", column, " holds other things than longs."));
  }
  // Signed and unsigned integers of one width may stand for each other.
  return {reinterpret_cast<const std::int64_t*>(from.cells.data()), from.size()};
}

template <>
Value Relation::get<Value>(std::size_t row, std::size_t column) const {
  return at(row, column);
}

template <>
bool Relation::get<bool>(std::size_t row, std::size_t column) const {
  return cell(row, column, Kind::boolean, Kind::boolean) != 0;
}

template <>
std::int64_t Relation::get<std::int64_t>(std::size_t row, std::size_t column) const {
  return value::int_of(cell(row, column, Kind::int64, Kind::int64));
}

template <>
double Relation::get<double>(std::size_t row, std::size_t column) const {
  return value::double_of(cell(row, column, Kind::float64, Kind::float32));
}

template <>
std::string_view Relation::get<std::string_view>(std::size_t row, std::size_t column) const {
  const Kind actual = kind(row, column);
  const bool is_name = actual == Kind::keyword || actual == Kind::symbol;
  const auto text =
      base::text(value::text_of(cell(row, column, Kind::string, is_name ? actual : Kind::string)));
  return is_name ? name_part(text) : text;
}

template <>
Instant Relation::get<Instant>(std::size_t row, std::size_t column) const {
  return Instant{value::int_of(cell(row, column, Kind::instant, Kind::instant))};
}

template <>
Uuid Relation::get<Uuid>(std::size_t row, std::size_t column) const {
  const std::uint64_t text = cell(row, column, Kind::uuid, Kind::uuid);
  return value::value_of(Kind::uuid, text).as_uuid();
}

// A row as a vector of its elements, or as a map with the keys that were asked for.
Value Relation::row_value(std::size_t row) const {
  if (data_->return_keys.empty()) {
    std::vector<Value> items;
    items.reserve(columns());
    for (std::size_t column = 0; column < columns(); ++column) items.push_back(at(row, column));
    return Value::vector(std::move(items));
  }
  std::vector<Value::Entry> entries;
  entries.reserve(columns());
  for (std::size_t column = 0; column < columns(); ++column) {
    entries.emplace_back(data_->return_keys[column], at(row, column));
  }
  return Value::map(std::move(entries));
}

Value Relation::to_value() const {
  if (shape() == FindShape::scalar) return empty() ? Value() : at(0, 0);
  if (shape() == FindShape::tuple) return empty() ? Value() : row_value(0);
  std::vector<Value> items;
  items.reserve(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    items.push_back(shape() == FindShape::collection ? at(row, 0) : row_value(row));
  }
  return is_set() ? Value::set(std::move(items)) : Value::vector(std::move(items));
}

void Relation::require_columns(std::size_t n) const {
  if (n == columns()) return;
  refuse(base::text("The relation has ", columns(), " columns, not ", n, "."));
}

void Relation::require_cell(std::size_t row, std::size_t column, bool any_row) const {
  if (column < columns() && (any_row || row < rows())) return;
  refuse(base::text("There is no row ", row, ", column ", column, " in a relation of ", rows(),
                    " rows and ", columns(), " columns."));
}

}  // namespace stele
