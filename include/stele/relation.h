// Relation: the result of a query, as columns.
//
// It owns all it shows: strings it gives out stay valid as long as any copy of it lives.
//
//   for (auto [name, price, stock] : rows.as<std::string_view, double, std::int64_t>()) …
//
// Thread safety: immutable; const use from any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include <stele/value.h>

namespace stele {

// How :find shapes the answer.
enum class FindShape : std::uint8_t {
  relation,    // [:find ?a ?b]      a set of tuples
  collection,  // [:find [?a ...]]   a vector of values
  tuple,       // [:find [?a ?b]]    one tuple, or nil
  scalar,      // [:find ?a .]       one value, or nil
};

// What a query has read.
struct QueryStatistics {
  std::uint64_t nodes = 0;     // asked for, whether or not they were in memory
  std::uint64_t requests = 0;  // made to stores
  std::uint64_t bytes = 0;     // read from stores
  std::uint64_t rounds = 0;    // requests issued together, none waiting for another, count as one
};

class Relation {
 public:
  struct Data;  // the columns; src/query

  Relation();
  explicit Relation(std::shared_ptr<const Data> data);

  std::size_t rows() const;
  std::size_t columns() const;
  bool empty() const { return rows() == 0; }
  FindShape shape() const;
  // No row is there twice, and their order means nothing. Where :find has aggregates or pulls, or
  // the query has :with, :order-by or :keys, rows are a sequence instead.
  bool is_set() const;
  // They come in the order of :order-by.
  bool is_ordered() const;
  std::string_view name(std::size_t column) const;  // as :find has it, e.g. "?name", "(count ?e)"
  // What making it took.
  const QueryStatistics& statistics() const;
  // By column, the keywords, strings or symbols of :keys, :strs or :syms; none without these. Valid
  // as long as any copy of the relation lives.
  std::span<const Value> keys() const;

  // A column's kind if all its rows have the same; nil for an empty or a mixed column.
  Kind kind(std::size_t column) const;
  Kind kind(std::size_t row, std::size_t column) const;

  // A cell as T: Value (any kind), bool, std::int64_t, double, std::string_view (strings, or the
  // text of a keyword's or symbol's name), Instant, Uuid. Another kind than the cell has is a
  // caller's error: throws Exception (or ends the process) with `:relation/kind`.
  template <typename T>
  T get(std::size_t row, std::size_t column) const;
  Value at(std::size_t row, std::size_t column) const;
  // A column of longs as it lies in memory; valid as long as any copy of the relation lives.
  // Another kind is a caller's error, as above.
  std::span<const std::int64_t> int64s(std::size_t column) const;

  // All rows as tuples of the given types, one per column.
  template <typename... Ts>
  class Tuples;
  template <typename... Ts>
  Tuples<Ts...> as() const {
    require_columns(sizeof...(Ts));
    return Tuples<Ts...>(*this);
  }

  // The shaped answer: a set or, if the rows are no set, a vector of vectors; a vector; a vector or
  // nil; a value or nil. With :keys, :strs or :syms there is a map in the place of each tuple.
  Value to_value() const;

 private:
  Value row_value(std::size_t row) const;
  void require_columns(std::size_t n) const;
  void require_cell(std::size_t row, std::size_t column, bool any_row) const;
  std::uint64_t cell(std::size_t row, std::size_t column, Kind wanted, Kind or_wanted) const;
  std::shared_ptr<const Data> data_;
};

template <>
Value Relation::get<Value>(std::size_t row, std::size_t column) const;
template <>
bool Relation::get<bool>(std::size_t row, std::size_t column) const;
template <>
std::int64_t Relation::get<std::int64_t>(std::size_t row, std::size_t column) const;
template <>
double Relation::get<double>(std::size_t row, std::size_t column) const;
template <>
std::string_view Relation::get<std::string_view>(std::size_t row, std::size_t column) const;
template <>
Instant Relation::get<Instant>(std::size_t row, std::size_t column) const;
template <>
Uuid Relation::get<Uuid>(std::size_t row, std::size_t column) const;

template <typename... Ts>
class Relation::Tuples {
 public:
  class Iterator {
   public:
    Iterator(const Relation* relation, std::size_t row) : relation_(relation), row_(row) {}
    std::tuple<Ts...> operator*() const { return read(std::index_sequence_for<Ts...>()); }
    Iterator& operator++() { return ++row_, *this; }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    template <std::size_t... I>
    std::tuple<Ts...> read(std::index_sequence<I...>) const {
      return {relation_->get<Ts>(row_, I)...};
    }
    const Relation* relation_;
    std::size_t row_;
  };

  explicit Tuples(Relation relation) : relation_(std::move(relation)) {}
  Iterator begin() const { return {&relation_, 0}; }
  Iterator end() const { return {&relation_, relation_.rows()}; }

 private:
  Relation relation_;
};

}  // namespace stele
