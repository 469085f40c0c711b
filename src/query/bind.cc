#include "query/bind.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/read.h"

namespace stele::query {
namespace {

Error cannot_bind(const Value& value, std::string_view to, const ast::Binding& binding) {
  return invalid("query/binding", base::text("Cannot bind value ", show(value), " to ", to, " ",
                                             show(binding.form)));
}

}  // namespace

bool elements_of(const Value& value, std::vector<Value>& out) {
  switch (value.kind()) {
    case Kind::vector:
    case Kind::list:
    case Kind::set:
      out.assign(value.items().begin(), value.items().end());
      return true;
    case Kind::map:
      for (const auto& [key, item] : value.entries()) out.push_back(Value::vector({key, item}));
      return true;
    case Kind::double_array:
      out.assign(value.as_doubles().begin(), value.as_doubles().end());
      return true;
    case Kind::float_array:
      for (float f : value.as_floats()) out.push_back(Value::float32(f));
      return true;
    default:
      return false;
  }
}

bool is_single(const ast::Binding& binding) {
  return binding.what != ast::Binding::What::collection &&
         std::all_of(binding.parts.begin(), binding.parts.end(), is_single);
}

BindingRows::BindingRows(const ast::Binding& binding, Values values, Run& run)
    : binding_(binding), values_(values), run_(run) {
  ast::collect_variables(binding, variables_);
  builders_.resize(variables_.size());
}

Result<std::size_t> BindingRows::add(const Value& value) {
  std::vector<Partial> partials(1, Partial(variables_.size()));
  STELE_DO(expand(binding_, value, partials));
  STELE_DO(run_.reserve(partials.size() * variables_.size() * sizeof(Cell)));
  for (const Partial& partial : partials) {
    for (std::size_t i = 0; i < builders_.size(); ++i) builders_[i].add(*partial[i]);
  }
  rows_ += partials.size();
  return partials.size();
}

Columns BindingRows::finish() {
  Columns out{{}, {}, rows_};
  for (std::size_t i = 0; i < builders_.size(); ++i) out.add(variables_[i], builders_[i].finish());
  return out;
}

Done BindingRows::expand(const ast::Binding& binding, const Value& value,
                         std::vector<Partial>& partials) {
  switch (binding.what) {
    case ast::Binding::What::ignore:
      return {};
    case ast::Binding::What::variable:
      bind(binding.variable, value, partials);
      return {};
    case ast::Binding::What::tuple:
      return expand_tuple(binding, value, partials);
    default:
      return expand_collection(binding, value, partials);
  }
}

// A variable that is bound already must have an equal value.
void BindingRows::bind(Var variable, const Value& value, std::vector<Partial>& partials) {
  const auto at = static_cast<std::size_t>(
      std::find(variables_.begin(), variables_.end(), variable) - variables_.begin());
  const Item item = values_ == Values::are_copied
                        ? item_of(value, run_.arena)
                        : Item{value.kind(), value::cell_of(value, run_.arena)};
  std::erase_if(partials, [&](Partial& partial) {
    if (partial[at]) return !is_equal(*partial[at], item);
    partial[at] = item;
    return false;
  });
}

Done BindingRows::expand_tuple(const ast::Binding& binding, const Value& value,
                               std::vector<Partial>& partials) {
  if (!value.is_sequential()) return cannot_bind(value, "tuple", binding);
  const std::span<const Value> items = value.items();
  if (items.size() < binding.parts.size()) {
    return invalid("query/binding", base::text("Not enough elements in a collection ", show(value),
                                               " to match tuple ", show(binding.form)));
  }
  for (std::size_t i = 0; i < binding.parts.size(); ++i) {
    STELE_DO(expand(binding.parts[i], items[i], partials));
  }
  return {};
}

Done BindingRows::expand_collection(const ast::Binding& binding, const Value& value,
                                    std::vector<Partial>& partials) {
  std::vector<Value> elements;
  if (!elements_of(value, elements)) return cannot_bind(value, "collection", binding);
  std::vector<Partial> all;
  for (const Value& element : elements) {
    std::vector<Partial> some = partials;
    STELE_DO(expand(binding.parts[0], element, some));
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  partials = std::move(all);
  return {};
}

}  // namespace stele::query
