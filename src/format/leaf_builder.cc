// LeafBuilder: rows in, leaf out. While it grows, attributes have codes in the order in which they
// came; finish() sorts them and forgets those that no row uses.

#include <algorithm>
#include <array>
#include <numeric>

#include "base/check.h"
#include "format/leaf.h"
#include "format/limits.h"

namespace stele::format {
namespace {

// What a row adds to an encoded leaf besides its text, roughly: for estimates.
constexpr std::size_t kRowBytesEstimate = 8;
// Leaves with larger rows on average are measured text by text: one row may be most of the leaf.
constexpr std::size_t kRowBytesEven = 64;

std::size_t text_bytes(Kind kind, Cell cell) {
  return value::is_pointer(kind) ? value::text_of(cell).size() + 1 : 0;
}

}  // namespace

struct LeafBuilder::State {
  State(Tree tree, std::size_t rows_expected) : leaf(new Leaf(tree)) { reserve(rows_expected); }

  void reserve(std::size_t rows);
  std::uint16_t code_for(const Value& attribute, Kind kind);
  std::uint16_t add_attribute(std::size_t place, const Value& attribute, Kind kind);
  void expect_kind(std::uint16_t code, Kind kind);
  void begin_kinds();

  void take_source(const Leaf& from);
  void add_codes(const Leaf& from, std::uint32_t begin, std::uint32_t end);
  void add_kinds(const Leaf& from, std::uint32_t begin, std::uint32_t end);
  void add_estimate(const Leaf& from, std::uint32_t begin, std::uint32_t end);
  void add_facts(const Leaf& from, std::uint32_t begin, std::uint32_t end);

  void settle_kinds();
  void settle_codes();

  std::shared_ptr<Leaf> leaf;
  std::vector<std::uint16_t> sorted;  // codes, ascending by attribute
  std::vector<std::uint8_t> used;     // by code: has it a row?
  std::uint16_t latest = 0;           // code of the row added last
  std::size_t estimate = 0;

  // The leaf that rows came from last, and its codes here.
  const Leaf* source = nullptr;
  std::vector<std::uint16_t> codes;
  std::vector<std::uint8_t> occurs;  // by its code, in the rows that are being added
  bool same_codes = false;
  bool same_kinds = false;  // all its attributes are used here, and of the same kinds
};

void LeafBuilder::State::reserve(std::size_t rows) {
  leaf->e_.reserve(rows);
  leaf->a_.reserve(rows);
  leaf->v_.reserve(rows);
  leaf->tx_.reserve(rows);
  if (has_ended(leaf->tree())) leaf->ended_.reserve(rows);
}

std::uint16_t LeafBuilder::State::add_attribute(std::size_t place, const Value& attribute,
                                                Kind kind) {
  auto& attributes = leaf->attributes_;
  STELE_CHECK(attributes.size() <= kLeafRowsMax);
  const auto code = static_cast<std::uint16_t>(attributes.size());
  attributes.push_back({attribute, kind, false});
  used.push_back(0);
  sorted.insert(sorted.begin() + static_cast<std::ptrdiff_t>(place), code);
  return code;
}

// The attribute's code. Rows mostly have the attribute of the row before, or the one that came
// after it the last time.
std::uint16_t LeafBuilder::State::code_for(const Value& attribute, Kind kind) {
  const auto& attributes = leaf->attributes_;
  const std::size_t count = attributes.size();
  for (const std::size_t guess : {std::size_t{latest}, std::size_t{latest} + 1}) {
    const std::size_t code = guess == count ? 0 : guess;
    if (code < count && compare(attributes[code].attribute, attribute) == 0) {
      return static_cast<std::uint16_t>(code);
    }
  }
  const auto place = std::partition_point(sorted.begin(), sorted.end(), [&](std::uint16_t code) {
    return compare(attributes[code].attribute, attribute) < 0;
  });
  if (place != sorted.end() && compare(attributes[*place].attribute, attribute) == 0) return *place;
  return add_attribute(static_cast<std::size_t>(place - sorted.begin()), attribute, kind);
}

// From now on every row has its kind written down.
void LeafBuilder::State::begin_kinds() {
  if (!leaf->kinds_.empty()) return;
  leaf->kinds_.resize(leaf->a_.size());
  for (std::size_t i = 0; i < leaf->a_.size(); ++i) {
    leaf->kinds_[i] = leaf->attributes_[leaf->a_[i]].kind;
  }
}

void LeafBuilder::State::expect_kind(std::uint16_t code, Kind kind) {
  LeafAttribute& attribute = leaf->attributes_[code];
  if (attribute.mixed || attribute.kind == kind) return;
  if (used[code] == 0) {
    attribute.kind = kind;
    return;
  }
  begin_kinds();
  attribute.mixed = true;
}

void LeafBuilder::State::take_source(const Leaf& from) {
  if (source == &from) return;
  source = &from;
  codes.clear();
  same_codes = true;
  same_kinds = false;
  for (const LeafAttribute& each : from.attributes_) {
    const std::uint16_t code = code_for(each.attribute, each.kind);
    same_codes &= code == codes.size();
    codes.push_back(code);
    latest = code;
  }
  leaf->owned_bytes_ += from.arena_.bytes() + from.owned_bytes_;
}

void LeafBuilder::State::add_codes(const Leaf& from, std::uint32_t begin, std::uint32_t end) {
  const auto rows = from.a().subspan(begin, end - begin);
  if (same_codes) {
    leaf->a_.append(rows);
  } else {
    std::uint16_t* to = leaf->a_.extend(rows.size());
    for (const std::uint16_t code : rows) *to++ = codes[code];
  }
  latest = leaf->a_[leaf->a_.size() - 1];
}

// Marks the attributes of these rows as used, and sees to it that their kinds are known. Comes
// before the rows are added.
void LeafBuilder::State::add_kinds(const Leaf& from, std::uint32_t begin, std::uint32_t end) {
  if (same_kinds && leaf->kinds_.empty()) return;
  occurs.assign(from.attributes_.size(), 0);
  for (const std::uint16_t code : from.a().subspan(begin, end - begin)) occurs[code] = 1;
  bool any_mixed = false;
  same_kinds = true;
  for (std::size_t i = 0; i < occurs.size(); ++i) {
    if (occurs[i] == 0) {
      same_kinds = false;
      continue;
    }
    const LeafAttribute& theirs = from.attributes_[i];
    if (theirs.mixed) {
      begin_kinds();
      leaf->attributes_[codes[i]].mixed = any_mixed = true;
      same_kinds = false;
    } else {
      expect_kind(codes[i], theirs.kind);
    }
    used[codes[i]] = 1;
  }
  if (leaf->kinds_.empty() && !any_mixed) return;
  // With no rows before, begin_kinds() had nothing to write: this is where kinds begin.
  Kind* to = leaf->kinds_.extend(end - begin);
  for (std::uint32_t row = begin; row < end; ++row) *to++ = from.kind(row);
}

void LeafBuilder::State::add_estimate(const Leaf& from, std::uint32_t begin, std::uint32_t end) {
  const std::size_t rows = end - begin;
  const std::size_t each = from.bytes_estimate_ / from.size();
  if (each < kRowBytesEven) {
    estimate += rows * (each + 1);
    return;
  }
  for (std::uint32_t row = begin; row < end; ++row) {
    const bool repeats = row > 0 && from.v()[row] == from.v()[row - 1];
    estimate += kRowBytesEstimate + (repeats ? 0 : text_bytes(from.kind(row), from.v()[row]));
  }
}

LeafBuilder::LeafBuilder(Tree tree, std::size_t rows_expected)
    : state_(std::make_unique<State>(tree, rows_expected)) {}
LeafBuilder::~LeafBuilder() = default;

base::Arena& LeafBuilder::arena() { return state_->leaf->arena_; }
void LeafBuilder::own(std::shared_ptr<const void> owner) {
  auto& owners = state_->leaf->owners_;
  if (owners.empty() || owners.back() != owner) owners.push_back(std::move(owner));
}
std::uint32_t LeafBuilder::size() const { return state_->leaf->size(); }
std::size_t LeafBuilder::bytes_estimate() const { return state_->estimate; }

void LeafBuilder::add(std::uint64_t e, const Value& attribute, Kind kind, Cell v, std::uint64_t tx,
                      std::uint64_t ended) {
  State& s = *state_;
  Leaf& leaf = *s.leaf;
  const std::uint16_t code = s.code_for(attribute, kind);
  s.expect_kind(code, kind);
  s.used[code] = 1;
  s.latest = code;
  if (!leaf.kinds_.empty()) leaf.kinds_.push_back(kind);
  leaf.e_.push_back(e);
  leaf.a_.push_back(code);
  leaf.v_.push_back(v);
  leaf.tx_.push_back(tx);
  if (has_ended(leaf.tree())) leaf.ended_.push_back(ended);
  s.estimate += kRowBytesEstimate + text_bytes(kind, v);
}

// All columns but those of transactions.
void LeafBuilder::State::add_facts(const Leaf& from, std::uint32_t begin, std::uint32_t end) {
  take_source(from);
  add_kinds(from, begin, end);
  add_codes(from, begin, end);
  leaf->e_.append(from.e().subspan(begin, end - begin));
  leaf->v_.append(from.v().subspan(begin, end - begin));
  add_estimate(from, begin, end);
}

void LeafBuilder::add_rows(const Leaf& from, std::uint32_t begin, std::uint32_t end) {
  Leaf& leaf = *state_->leaf;
  STELE_CHECK(begin <= end && end <= from.size() &&
              has_ended(from.tree()) == has_ended(leaf.tree()));
  if (begin == end) return;
  state_->add_facts(from, begin, end);
  leaf.tx_.append(from.tx().subspan(begin, end - begin));
  if (has_ended(leaf.tree())) leaf.ended_.append(from.ended().subspan(begin, end - begin));
}

void LeafBuilder::add_rows(const Leaf& from, std::uint32_t begin, std::uint32_t end,
                           std::span<const std::uint64_t> tx, std::uint64_t ended) {
  Leaf& leaf = *state_->leaf;
  STELE_CHECK(begin <= end && end <= from.size() && end <= tx.size());
  if (begin == end) return;
  state_->add_facts(from, begin, end);
  leaf.tx_.append(tx.subspan(begin, end - begin));
  if (!has_ended(leaf.tree())) return;
  std::uint64_t* to = leaf.ended_.extend(end - begin);
  std::fill(to, to + (end - begin), ended);
}

// Which attributes are mixed indeed, now that all rows are known.
void LeafBuilder::State::settle_kinds() {
  if (leaf->kinds_.empty()) return;
  std::vector<std::uint8_t> seen(leaf->attributes_.size());
  for (LeafAttribute& each : leaf->attributes_) each.mixed = false;
  bool any_mixed = false;
  for (std::size_t i = 0; i < leaf->a_.size(); ++i) {
    LeafAttribute& attribute = leaf->attributes_[leaf->a_[i]];
    if (seen[leaf->a_[i]] == 0) attribute.kind = leaf->kinds_[i];
    seen[leaf->a_[i]] = 1;
    attribute.mixed |= attribute.kind != leaf->kinds_[i];
    any_mixed |= attribute.mixed;
  }
  for (LeafAttribute& each : leaf->attributes_) {
    if (each.mixed) each.kind = Kind::nil;
  }
  if (!any_mixed) leaf->kinds_ = {};
}

// Attributes ascending, without the unused.
void LeafBuilder::State::settle_codes() {
  std::vector<std::uint16_t> codes_after(leaf->attributes_.size());
  std::vector<LeafAttribute> attributes;
  bool changed = false;
  for (const std::uint16_t code : sorted) {
    if (used[code] == 0) continue;
    codes_after[code] = static_cast<std::uint16_t>(attributes.size());
    changed |= codes_after[code] != code;
    attributes.push_back(std::move(leaf->attributes_[code]));
  }
  leaf->attributes_ = std::move(attributes);
  if (!changed) return;
  for (std::uint16_t& code : leaf->a_.all()) code = codes_after[code];
}

LeafPtr LeafBuilder::finish() {
  State& s = *state_;
  s.settle_kinds();
  s.settle_codes();
  s.leaf->bytes_estimate_ = s.estimate;
  s.leaf->count_bytes();
  const Tree tree = s.leaf->tree();
  LeafPtr done = std::move(s.leaf);
  state_ = std::make_unique<State>(tree, 0);
  return done;
}

}  // namespace stele::format
