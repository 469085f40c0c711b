#include "query/leaf_rows.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"

namespace stele::query {
namespace {

using format::Leaf;

Item attribute_item(const Leaf& leaf, Row row) {
  // A keyword's or string's cell points into the value, which the leaf keeps.
  base::Arena unused;
  const Value& attribute = leaf.attribute(row);
  return {attribute.kind(), value::cell_of(attribute, unused)};
}

Item item_at(const Leaf& leaf, Row row, Part part) {
  switch (part) {
    case kE:
      return {Kind::int64, leaf.e()[row]};
    case kA:
      return attribute_item(leaf, row);
    case kV:
      return {leaf.kind(row), leaf.v()[row]};
    case kTx:
      return {Kind::int64, leaf.tx()[row]};
    default:
      return {Kind::boolean, db::is_added(leaf, row)};
  }
}

// Which cells equal a constant of the same kind. Equal texts of a leaf's dictionary are one cell,
// so what was found about a cell is remembered by its bits.
class EqualTo {
 public:
  explicit EqualTo(const Item& constant) : constant_(constant) {
    // In all slots but its own the constant stands for nothing: no other cell has its bits.
    std::fill(std::begin(verdicts_), std::end(verdicts_), Verdict{constant.cell, true});
  }

  bool operator()(Cell cell) {
    Verdict& verdict = verdicts_[(cell ^ cell >> 6) % kSlots];
    if (verdict.cell != cell) verdict = {cell, is_equal({constant_.kind, cell}, constant_)};
    return verdict.equal;
  }

 private:
  struct Verdict {
    Cell cell;
    bool equal;
  };
  static constexpr std::size_t kSlots = 64;

  Item constant_;
  Verdict verdicts_[kSlots];
};

// Below this many rows remembering does not pay.
constexpr std::size_t kRowsRemembered = 64;

template <typename Test>
void keep_rows(Batch& batch, const Test& test) {
  std::vector<Row>&rows = batch.leaf_rows, &left = batch.left_rows;
  std::size_t kept = 0;
  if (left.empty()) {
    for (const Row row : rows) {
      rows[kept] = row;
      kept += test(row, Row{0});
    }
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row row = rows[i], left_row = left[i];
      rows[kept] = row;
      left[kept] = left_row;
      kept += test(row, left_row);
    }
    left.resize(kept);
  }
  rows.resize(kept);
}

}  // namespace

bool LeafRows::takes_all(const Leaf& leaf, Row first) const {
  const std::optional<Kind> kind = kind_of_rows(leaf, first);
  return std::none_of(checks_.begin(), checks_.end(),
                      [&](const Check& check) { return needs(check, kind); });
}

LeafRows::LeafRows(const DbPattern& pattern, const Options& options, Run& run)
    : run_(run),
      is_search_exact_((options.searched & (1u << kV)) != 0),
      has_one_attribute_((options.searched & (1u << kA)) != 0) {
  for (int part = 0; part < kParts; ++part) plan_part(pattern, options, static_cast<Part>(part));
}

void LeafRows::plan_part(const DbPattern& pattern, const Options& options, Part part) {
  const Slot& slot = pattern.slots[part];
  if (slot.is_constant()) {
    // The storage order takes 1 and 1.0 for one value, unification does not: a searched value is
    // still checked where kinds differ.
    if (part == kV || !(options.searched & (1u << part))) {
      checks_.push_back({.with = Check::With::constant, .part = part, .constant = slot.constant});
    }
    return;
  }
  if (!slot.is_variable()) return;
  if (part == kV && pattern.bounds.any() && !(options.searched & (1u << kV))) {
    checks_.push_back({.with = Check::With::bounds, .part = part, .bounds = &pattern.bounds});
  }
  for (int earlier = 0; earlier < part; ++earlier) {
    const Slot& other = pattern.slots[static_cast<std::size_t>(earlier)];
    if (other.is_variable() && other.variable == slot.variable) {
      checks_.push_back(
          {.with = Check::With::part, .part = part, .other = static_cast<Part>(earlier)});
      return;
    }
  }
  const Column* left = options.left ? options.left->find(slot.variable) : nullptr;
  if (!left) {
    outputs_.push_back({part, slot.variable, {}});
  } else if (options.joined != part) {
    checks_.push_back({.with = Check::With::left, .part = part, .column = left});
  }
}

Done LeafRows::take(const format::LeafPtr& leaf, Batch& batch) {
  filter(*leaf, batch);
  STELE_DO(run_.reserve(batch.leaf_rows.size() * outputs_.size() * sizeof(Cell)));
  for (Output& output : outputs_) append(output, *leaf, batch.leaf_rows);
  rows_ += batch.leaf_rows.size();
  if (!batch.leaf_rows.empty()) pin(leaf, batch.leaf_rows[0]);
  return {};
}

Done LeafRows::take(const format::LeafPtr& leaf, Row begin, Row end) {
  if (begin == end) return {};
  if (!takes_all(*leaf, begin)) {
    Batch batch;
    batch.leaf_rows.resize(end - begin);
    std::iota(batch.leaf_rows.begin(), batch.leaf_rows.end(), begin);
    return take(leaf, batch);
  }
  STELE_DO(run_.reserve((end - begin) * outputs_.size() * sizeof(Cell)));
  for (Output& output : outputs_) append(output, *leaf, begin, end);
  rows_ += end - begin;
  pin(leaf, begin);
  return {};
}

Columns LeafRows::finish() {
  Columns out{{}, {}, rows_};
  for (Output& output : outputs_) out.add(output.variable, output.column.finish());
  return out;
}

std::optional<Kind> LeafRows::kind_of_rows(const Leaf& leaf, Row first) const {
  if (leaf.attributes().size() != 1 && !has_one_attribute_) return std::nullopt;
  const format::LeafAttribute& attribute = leaf.attributes()[leaf.a()[first]];
  if (attribute.mixed) return std::nullopt;
  return attribute.kind;
}

// A value that was searched is equal already if all are of its kind.
bool LeafRows::needs(const Check& check, std::optional<Kind> kind) const {
  if (check.with != Check::With::constant || check.part != kV || !is_search_exact_) return true;
  return kind != check.constant.kind;
}

bool LeafRows::passes(const Check& check, const Leaf& leaf, Row row, Row left) const {
  const Item item = item_at(leaf, row, check.part);
  switch (check.with) {
    case Check::With::constant:
      return unifies(item, check.constant);
    case Check::With::bounds:
      return check.bounds->hold(item);
    case Check::With::part:
      return unifies(item, item_at(leaf, row, check.other));
    default:
      return unifies(item, check.column->at(left));
  }
}

// Does it compare values of one kind with a constant of that kind, often enough to do it in a loop
// of its own?
bool LeafRows::is_value_check(const Check& check, std::optional<Kind> kind, const Batch& batch) {
  return check.with == Check::With::constant && check.part == kV && kind == check.constant.kind &&
         batch.leaf_rows.size() >= kRowsRemembered;
}

// Does it ask whether longs lie between two others?
bool LeafRows::is_int_check(const Check& check, std::optional<Kind> kind) {
  return check.with == Check::With::bounds && kind == Kind::int64 && check.bounds->is_int();
}

void LeafRows::filter(const Leaf& leaf, Batch& batch) const {
  if (batch.leaf_rows.empty()) return;
  const std::optional<Kind> kind = kind_of_rows(leaf, batch.leaf_rows[0]);
  for (const Check& check : checks_) {
    if (!needs(check, kind)) continue;
    if (is_value_check(check, kind, batch)) {
      const std::span<const Cell> values = leaf.v();
      EqualTo equal(check.constant);
      keep_rows(batch, [&](Row row, Row) { return equal(values[row]); });
    } else if (is_int_check(check, kind)) {
      const auto ints = check.bounds->ints();
      keep_rows(batch, [&, low = ints.first, high = ints.second](Row row, Row) {
        const std::int64_t v = value::int_of(leaf.v()[row]);
        return v >= low && v <= high;
      });
    } else {
      keep_rows(batch, [&](Row row, Row left) { return passes(check, leaf, row, left); });
    }
  }
}

void LeafRows::append(Output& output, const Leaf& leaf, std::span<const Row> rows) {
  if (rows.empty()) return;
  const std::optional<Kind> kind =
      output.part == kV ? kind_of_rows(leaf, rows[0]) : std::optional(Kind::int64);
  if (output.part == kE || output.part == kTx || (output.part == kV && kind)) {
    const auto from = output.part == kE ? leaf.e() : output.part == kV ? leaf.v() : leaf.tx();
    const std::span<Cell> to = output.column.extend(*kind, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
    return;
  }
  for (Row row : rows) output.column.add(item_at(leaf, row, output.part));
}

void LeafRows::append(Output& output, const Leaf& leaf, Row begin, Row end) {
  const std::size_t count = end - begin;
  switch (output.part) {
    case kE:
      return output.column.add(Kind::int64, leaf.e().subspan(begin, count));
    case kTx:
      return output.column.add(Kind::int64, leaf.tx().subspan(begin, count));
    case kV:
      if (const auto kind = kind_of_rows(leaf, begin)) {
        return output.column.add(*kind, leaf.v().subspan(begin, count));
      }
      [[fallthrough]];
    default:
      for (Row row = begin; row < end; ++row) output.column.add(item_at(leaf, row, output.part));
  }
}

// Texts lie in the leaf: it stays as long as the run does.
void LeafRows::pin(const format::LeafPtr& leaf, Row first) {
  const auto kind = kind_of_rows(*leaf, first);
  const bool has_texts = std::any_of(outputs_.begin(), outputs_.end(), [&](const Output& output) {
    if (output.part == kA) return true;
    return output.part == kV && !(kind && !value::is_pointer(*kind));
  });
  if (!has_texts || leaf.get() == pinned_) return;
  run_.owners.push_back(leaf);
  pinned_ = leaf.get();
}

}  // namespace stele::query
