// Vectors, lists, sets, maps and tagged values.

#include <algorithm>
#include <functional>

#include <stele/value.h>

#include "base/bytes.h"
#include "base/check.h"
#include "value/block.h"
#include "value/name_text.h"
#include "value/order.h"

namespace stele {
namespace {

// A map's keys and values alternate in its block; this is how they are shown as pairs.
static_assert(sizeof(Value::Entry) == 2 * sizeof(Value) && alignof(Value::Entry) == alignof(Value));

// Pointers to these in canonical order, equal ones in the order in which they were given. Sorting
// pointers moves no value more than once.
template <typename T, typename KeyOf>
std::vector<T*> in_order(std::vector<T>& given, KeyOf key_of) {
  std::vector<T*> order;
  order.reserve(given.size());
  for (T& each : given) order.push_back(&each);
  std::sort(order.begin(), order.end(), [&](const T* a, const T* b) {
    const int sign = compare_canonical(key_of(*a), key_of(*b));
    return sign != 0 ? sign < 0 : a < b;
  });
  return order;
}

// Binary search among every `stride`th of these values for the one to which `order_of` gives 0;
// it gives less for what comes before.
template <typename OrderOf>
const Value* search(std::span<const Value> values, std::size_t stride, OrderOf order_of) {
  std::size_t low = 0;
  std::size_t high = values.size() / stride;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const Value* const at = &values[middle * stride];
    const int order = order_of(*at);
    if (order == 0) return at;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return nullptr;
}

std::span<const Value> values_of(const Value& collection) {
  const ValueBlocks::Items& block = ValueBlocks::items_block(collection);
  return {block.values(), block.count};
}

}  // namespace

Value Value::vector(std::vector<Value> items) { return ValueBlocks::items(Kind::vector, items); }
Value Value::list(std::vector<Value> items) { return ValueBlocks::items(Kind::list, items); }

Value Value::set(std::vector<Value> items) {
  std::vector<Value> kept;
  kept.reserve(items.size());
  for (Value* const item : in_order(items, std::identity())) {
    // Of equal items (1 and 1N) the first stays.
    if (kept.empty() || kept.back() != *item) kept.push_back(std::move(*item));
  }
  return ValueBlocks::items(Kind::set, kept);
}

Value Value::map(std::vector<Entry> entries) {
  std::vector<Value> kept;
  kept.reserve(entries.size() * 2);
  const auto key_of = [](const Entry& entry) -> const Value& { return entry.first; };
  for (Entry* const entry : in_order(entries, key_of)) {
    if (!kept.empty() && kept[kept.size() - 2] == entry->first) kept.resize(kept.size() - 2);
    kept.push_back(std::move(entry->first));
    kept.push_back(std::move(entry->second));
  }
  return ValueBlocks::items(Kind::map, kept);
}

Value Value::tagged(std::string_view tag, Value value) {
  STELE_CHECK(!tag.empty());
  return ValueBlocks::tagged(base::view(tag), std::move(value));
}

std::span<const Value> Value::items() const {
  if (kind_ != Kind::list && kind_ != Kind::set) expect(Kind::vector);
  return values_of(*this);
}

std::span<const Value::Entry> Value::entries() const {
  expect(Kind::map);
  const std::span<const Value> values = values_of(*this);
  return {reinterpret_cast<const Entry*>(values.data()), values.size() / 2};
}

const Value& Value::tagged_value() const {
  expect(Kind::tagged);
  return ValueBlocks::tagged_block(*this).value;
}

const Value* Value::find(const Value& key) const {
  expect(Kind::map);
  const auto order_of = [&](const Value& each) { return compare_canonical(each, key); };
  const Value* const found = search(values_of(*this), 2, order_of);
  return found == nullptr ? nullptr : found + 1;
}

const Value* Value::find_keyword(std::string_view key) const {
  expect(Kind::map);
  const value::NameParts parts = value::split_name(key);
  const auto order_of = [&](const Value& each) {
    if (!each.is(Kind::keyword)) return value::rank(each.kind()) - value::rank(Kind::keyword);
    const int order = each.ns().compare(parts.ns);
    return order != 0 ? order : each.name().compare(parts.name);
  };
  const Value* const found = search(values_of(*this), 2, order_of);
  return found == nullptr ? nullptr : found + 1;
}

bool Value::contains(const Value& item) const {
  expect(Kind::set);
  const auto order_of = [&](const Value& each) { return compare_canonical(each, item); };
  return search(values_of(*this), 1, order_of) != nullptr;
}

}  // namespace stele
