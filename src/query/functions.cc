#include "query/functions.h"

#include <algorithm>
#include <cstring>

namespace stele::query {
namespace {

bool identity(std::span<const Item> args, Item& out, CallContext&) {
  out = args[0];
  return true;
}

bool make_vector(std::span<const Item> args, Item& out, CallContext& context) {
  std::vector<Value> items;
  for (const Item& arg : args) items.push_back(value::value_of(arg.kind, arg.cell));
  out = item_of(Value::vector(std::move(items)), context.arena);
  return true;
}

constexpr Function kGeneral[] = {
    {"ground", 1, 1, identity},
    {"identity", 1, 1, identity},
    {"tuple", 0, kArgsUnlimited, make_vector},
    {"vector", 0, kArgsUnlimited, make_vector},
};

constexpr std::string_view kFuture[] = {
    "-differ?",    "after?",     "and",        "apply",   "array-map", "before?", "compare",
    "complement",  "contains?",  "empty?",     "even?",   "false?",    "get",     "get-else",
    "get-some",    "hash-map",   "identical?", "keyword", "like",      "list",    "max",
    "meta",        "min",        "missing?",   "name",    "namespace", "neg?",    "nil?",
    "not",         "not-empty",  "odd?",       "or",      "pos?",      "pr-str",  "print-str",
    "println-str", "prn-str",    "q",          "rand",    "rand-int",  "range",   "re-find",
    "re-matches",  "re-pattern", "re-seq",     "set",     "some?",     "true?",   "type",
    "untuple",     "zero?",
};

}  // namespace

const Function* function_named(std::string_view name) {
  for (std::span<const Function> group :
       {std::span<const Function>(kGeneral), comparison_functions(), arithmetic_functions(),
        text_functions()}) {
    for (const Function& function : group) {
      if (function.name == name) return &function;
    }
  }
  return nullptr;
}

bool is_future_function(std::string_view name) {
  return std::find(std::begin(kFuture), std::end(kFuture), name) != std::end(kFuture);
}

Item string_item(std::string_view text, base::Arena& arena) {
  base::Bytes length;
  base::ByteWriter(length).varint(text.size());
  std::uint8_t* at = arena.allocate(length.size() + text.size());
  std::memcpy(at, length.data(), length.size());
  if (!text.empty()) std::memcpy(at + length.size(), text.data(), text.size());
  return {Kind::string, value::cell_of_pointer(at)};
}

Item item_of(const Value& value, base::Arena& arena) {
  const Cell borrowed = value::cell_of(value, arena);
  return {value.kind(), value::copy_cell(value.kind(), borrowed, arena)};
}

}  // namespace stele::query
