// bind: values taken apart by a binding form into rows of its variables.
//
//   [[?name [?x ...]]] with [["a" [1 2]] ["b" [3]]]   →   ?name "a" "a" "b"
//                                                          ?x     1   2   3
#pragma once

#include "query/run.h"

namespace stele::query {

class BindingRows {
 public:
  // Values given to `add` either outlive the run, or are copied into its arena.
  enum class Values { outlive_the_run, are_copied };
  BindingRows(const ast::Binding& binding, Values values, Run& run);

  // Appends the rows that a value stands for; answers how many.
  // Error: `invalid` `:query/binding`.
  Result<std::size_t> add(const Value& value);

  std::size_t rows() const { return rows_; }
  // Everything added, by the binding's variables in the order in which they are written.
  Columns finish();

 private:
  // A row that is being put together; nullopt: not bound yet.
  using Partial = std::vector<std::optional<Item>>;
  Done expand(const ast::Binding& binding, const Value& value, std::vector<Partial>& partials);
  void bind(Var variable, const Value& value, std::vector<Partial>& partials);
  Done expand_tuple(const ast::Binding& binding, const Value& value,
                    std::vector<Partial>& partials);
  Done expand_collection(const ast::Binding& binding, const Value& value,
                         std::vector<Partial>& partials);

  const ast::Binding& binding_;
  Values values_;
  Run& run_;
  std::vector<Var> variables_;
  std::vector<ColumnBuilder> builders_;
  std::size_t rows_ = 0;
};

// Does the binding stand for exactly one row, whatever the value?
bool is_single(const ast::Binding& binding);

// The elements of a collection; a map's are its entries as pairs. False: it is none.
bool elements_of(const Value& value, std::vector<Value>& out);

}  // namespace stele::query
