// Vectors, lists, sets, maps and tagged values.

#include <algorithm>

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

bool comes_before(const Value& a, const Value& b) { return compare_canonical(a, b) < 0; }

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
  // Stable, so that of equal items (1 and 1N) it is always the first that stays.
  std::stable_sort(items.begin(), items.end(), comes_before);
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return ValueBlocks::items(Kind::set, items);
}

Value Value::map(std::vector<Entry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return comes_before(a.first, b.first); });
  std::vector<Value> values;
  values.reserve(entries.size() * 2);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool is_last = i + 1 == entries.size() || entries[i].first != entries[i + 1].first;
    if (!is_last) continue;
    values.push_back(std::move(entries[i].first));
    values.push_back(std::move(entries[i].second));
  }
  return ValueBlocks::items(Kind::map, values);
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
