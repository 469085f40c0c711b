#include "tree/leaf_search.h"

#include <algorithm>

namespace stele::tree {

using format::Tree;

namespace {
// So near the row found before it is not worth while to guess.
constexpr std::uint32_t kCloseRows = 8;
}  // namespace

LeafSearch::LeafSearch(const Leaf& leaf, std::uint32_t begin, std::uint32_t end)
    : leaf_(leaf), all_{begin, end}, at_(begin) {}

LeafSearch::Rows LeafSearch::find(const Key& key) {
  if (key.parts == 0) return all_;
  switch (leaf_.tree()) {
    case Tree::eavt:
    case Tree::past_eavt:
      return find_by_entity(key);
    case Tree::aevt:
    case Tree::past_aevt:
      return find_by_attribute(key);
    case Tree::avet:
    case Tree::past_avet:
      return find_by_value(key);
    case Tree::log:
      return find_log(key);
  }
  return {};
}

// The first row in `in` that is not `before`, which holds for the first rows and for no others.
// Searches from `from` in both directions.
template <typename Before>
std::uint32_t LeafSearch::gallop(Rows in, std::uint32_t from, Before before) const {
  // All rows in [in.begin, low) are before, none from `high` on is.
  std::uint32_t low = std::clamp(from, in.begin, in.end);
  std::uint32_t high = in.end;
  std::uint32_t step = 1;
  if (low > in.begin && !before(low - 1)) {
    high = low - 1;
    while (step <= high - in.begin && !before(high - step)) {
      high -= step;
      step *= 2;
    }
    low = step <= high - in.begin ? high - step + 1 : in.begin;
  } else {
    while (step <= high - low && before(low + step - 1)) {
      low += step;
      step *= 2;
    }
    high = std::min(high, low + step - 1);
  }
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const bool right = before(middle);
    low = right ? middle + 1 : low;
    high = right ? high : middle;
  }
  return low;
}

// Where to look for an entity first: where the one before was if that is close, else where it would
// lie if entities were spread evenly, as they mostly are.
std::uint32_t LeafSearch::guess_entity(Rows in, std::uint64_t e) const {
  const std::uint64_t* es = leaf_.e().data();
  const std::uint32_t at = std::clamp(at_, in.begin, in.end);
  const std::uint32_t close = in.end - at;
  if (close <= kCloseRows || es[at + kCloseRows] >= e) return at;
  const std::uint64_t first = es[at];
  const std::uint64_t last = es[in.end - 1];
  if (e >= last) return in.end - 1;
  if (e <= first) return at;
  const double share = static_cast<double>(e - first) / static_cast<double>(last - first);
  return at + static_cast<std::uint32_t>(share * static_cast<double>(close - 1));
}

// For what is left of a key once the rows are few.
LeafSearch::Rows LeafSearch::rows_beginning_with(Rows in, const Key& key) const {
  Rows rows;
  rows.begin = format::lower_row(leaf_, in.begin, in.end, key);
  rows.end = format::upper_row(leaf_, rows.begin, in.end, key);
  return rows;
}

LeafSearch::Rows LeafSearch::rows_of_entity(Rows in, std::uint64_t e) {
  const std::uint64_t* es = leaf_.e().data();
  Rows rows;
  rows.begin = gallop(in, guess_entity(in, e), [&](std::uint32_t row) { return es[row] < e; });
  rows.end =
      gallop({rows.begin, in.end}, rows.begin, [&](std::uint32_t row) { return es[row] == e; });
  at_ = rows.begin;
  return rows;
}

LeafSearch::Rows LeafSearch::find_log(const Key& key) { return rows_of_entity(all_, key.e); }

LeafSearch::Rows LeafSearch::find_by_entity(const Key& key) {
  const Rows entity = rows_of_entity(all_, key.e);
  if (key.parts == 1 || entity.begin == entity.end) return entity;
  if (!has_attribute_ || !(attribute_ == key.a)) {
    has_attribute_ = true;
    attribute_ = key.a;
    code_ = leaf_.code_of(key.a);
  }
  if (code_ < 0) return {entity.begin, entity.begin};
  const std::uint16_t* codes = leaf_.a().data();
  const auto code = static_cast<std::uint16_t>(code_);
  Rows rows;
  rows.begin = gallop(entity, entity.begin, [&](std::uint32_t row) { return codes[row] < code; });
  rows.end = gallop({rows.begin, entity.end}, rows.begin,
                    [&](std::uint32_t row) { return codes[row] == code; });
  return key.parts == 2 ? rows : rows_beginning_with(rows, key);
}

// In the trees by attribute its rows lie together.
void LeafSearch::enter_attribute(const Value& attribute) {
  if (has_attribute_ && attribute_ == attribute) return;
  has_attribute_ = true;
  attribute_ = attribute;
  code_ = leaf_.code_of(attribute);
  const auto codes = leaf_.a().subspan(all_.begin, all_.end - all_.begin);
  const auto before = leaf_.attributes_before(attribute);
  const auto begin = std::partition_point(codes.begin(), codes.end(),
                                          [&](std::uint16_t code) { return code < before; });
  const auto end = std::partition_point(
      begin, codes.end(), [&](std::uint16_t code) { return static_cast<int>(code) == code_; });
  attribute_rows_.begin = all_.begin + static_cast<std::uint32_t>(begin - codes.begin());
  attribute_rows_.end = all_.begin + static_cast<std::uint32_t>(end - codes.begin());
}

LeafSearch::Rows LeafSearch::find_by_attribute(const Key& key) {
  enter_attribute(key.a);
  if (key.parts == 1) return attribute_rows_;
  const Rows rows = rows_of_entity(attribute_rows_, key.e);
  return key.parts == 2 ? rows : rows_beginning_with(rows, key);
}

LeafSearch::Rows LeafSearch::rows_of_value(Rows in, const Key& key) {
  const value::Cell* cells = leaf_.v().data();
  Rows rows;
  const bool numbers = code_ >= 0 && !leaf_.attributes()[static_cast<std::size_t>(code_)].mixed &&
                       leaf_.attributes()[static_cast<std::size_t>(code_)].kind == key.kind &&
                       (key.kind == Kind::int64 || key.kind == Kind::instant);
  if (numbers) {
    const std::int64_t v = value::int_of(key.v);
    rows.begin = gallop(in, at_, [&](std::uint32_t row) { return value::int_of(cells[row]) < v; });
    rows.end = gallop({rows.begin, in.end}, rows.begin,
                      [&](std::uint32_t row) { return value::int_of(cells[row]) == v; });
  } else {
    const auto order = [&](std::uint32_t row) {
      return value::compare_cells(leaf_.kind(row), cells[row], key.kind, key.v);
    };
    rows.begin = gallop(in, at_, [&](std::uint32_t row) { return order(row) < 0; });
    rows.end = gallop({rows.begin, in.end}, rows.begin,
                      [&](std::uint32_t row) { return order(row) == 0; });
  }
  at_ = rows.begin;
  return rows;
}

LeafSearch::Rows LeafSearch::find_by_value(const Key& key) {
  enter_attribute(key.a);
  if (key.parts == 1) return attribute_rows_;
  const Rows rows = rows_of_value(attribute_rows_, key);
  return key.parts == 2 ? rows : rows_beginning_with(rows, key);
}

}  // namespace stele::tree
