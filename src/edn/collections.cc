// Lists, vectors, sets and maps: the part of the parser that nests.
#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "edn/parser.h"
#include "edn/place.h"
#include "edn/writer.h"

namespace stele::edn {

// From the opening bracket's last byte to behind the closing one; the items end up on the stack,
// and where each begins on the stack of places if `with_places`.
bool Parser::read_items(const Opened& opened, bool with_places) {
  if (!enter(opened.offset)) return false;
  opened_.push_back(opened);
  ++at_;
  for (;;) {
    if (!skip_blanks()) return false;
    if (at_end()) {
      return fail(opened.offset, "edn/eof",
                  base::text("the ", opened.name, " opened here is never closed"));
    }
    if (text_[at_] == opened.closer) break;
    if (with_places) places_.push_back(at_);
    Value item;
    if (!read_value(item)) return false;
    items_.push_back(std::move(item));
  }
  ++at_;
  opened_.pop_back();
  --depth_;
  return true;
}

std::vector<Value> Parser::take_items(std::size_t base) {
  const auto first = items_.begin() + static_cast<std::ptrdiff_t>(base);
  std::vector<Value> items(std::make_move_iterator(first), std::make_move_iterator(items_.end()));
  items_.erase(first, items_.end());
  return items;
}

bool Parser::read_sequence(const Opened& opened, Value& out) {
  const std::size_t base = items_.size();
  if (!read_items(opened, false)) return false;
  out = opened.closer == ']' ? Value::vector(take_items(base)) : Value::list(take_items(base));
  return true;
}

bool Parser::read_set(Value& out) {
  const std::size_t base = items_.size();
  const std::size_t places_base = places_.size();
  const Opened opened{at_++, "set", '}'};
  if (!read_items(opened, true)) return false;
  const std::size_t count = items_.size() - base;
  out = Value::set(take_items(base));
  if (out.items().size() < count) {
    return fail_duplicate(
        {places_.begin() + static_cast<std::ptrdiff_t>(places_base), places_.end()}, {}, "set");
  }
  places_.resize(places_base);
  return true;
}

bool Parser::read_map(std::string_view ns, Value& out) {
  const std::size_t base = items_.size();
  const std::size_t places_base = places_.size();
  if (!read_items({at_, "map", '}'}, true)) return false;
  const std::size_t count = (items_.size() - base) / 2;
  if (items_.size() != base + 2 * count) {
    return fail(at_ - 1, "edn/syntax",
                base::text("a map needs a value for every key; ", write_short(items_.back(), 40),
                           " has none"));
  }
  std::vector<Value::Entry> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Value& key = items_[base + 2 * i];
    if (!qualify(ns, places_[places_base + 2 * i], key)) return false;
    entries.emplace_back(std::move(key), std::move(items_[base + 2 * i + 1]));
  }
  items_.resize(base);
  out = Value::map(std::move(entries));
  if (out.entries().size() < count) {
    std::vector<std::size_t> keys;
    for (std::size_t i = places_base; i < places_.size(); i += 2) keys.push_back(places_[i]);
    return fail_duplicate(keys, ns, "map");
  }
  places_.resize(places_base);
  return true;
}

// In #:ns{…} the keywords and symbols among the keys get the namespace, if they have none of their
// own; the namespace "_" says that they shall have none.
bool Parser::qualify(std::string_view ns, std::size_t place, Value& key) {
  if (ns.empty() || !(key.is(Kind::keyword) || key.is(Kind::symbol))) return true;
  const bool bare = key.ns() == "_";
  if (!bare && !key.ns().empty()) return true;
  const std::string_view colon = key.is(Kind::keyword) ? ":" : "";
  scratch_ = bare ? base::text(colon, key.name()) : base::text(colon, ns, "/", key.name());
  return intern(place, scratch_, key);
}

// The collection is gone into its value, which kept one of each: reads the items once more, to
// find the first that had occurred before.
bool Parser::fail_duplicate(const std::vector<std::size_t>& places, std::string_view ns,
                            std::string_view what) {
  struct Item {
    Value value;
    std::size_t place;
  };
  std::vector<Item> items;
  for (const std::size_t place : places) {
    at_ = place;
    Value value;
    if (!read_value(value) || !qualify(ns, place, value)) return false;
    items.push_back({std::move(value), place});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    const int order = compare_canonical(a.value, b.value);
    return order != 0 ? order < 0 : a.place < b.place;
  });
  const Item* again = nullptr;
  const Item* first = nullptr;
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (compare_canonical(items[i - 1].value, items[i].value) != 0) continue;
    if (again && again->place < items[i].place) continue;
    again = &items[i];
    first = &items[i - 1];
  }
  if (!again)
    return fail(places.front(), "edn/duplicate", base::text("the ", what, " repeats itself"));
  return fail(again->place, "edn/duplicate",
              base::text(write_short(again->value, 40), " is already in this ", what, ", at ",
                         to_string(place_of(text_, first->place))));
}

}  // namespace stele::edn
