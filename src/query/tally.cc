#include "query/tally.h"

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "value/number.h"

namespace stele::query {
namespace {

using Numbers = std::span<const std::uint32_t>;

__extension__ using Wide = __int128;

// Neighbouring rows of one group add to different lanes, so that no addition waits for the one
// before it. Many groups seldom meet themselves, and lanes would only cost memory.
constexpr std::size_t kLanes = 4;
constexpr std::size_t kGroupsWithLanesMax = 1024;

class CountTally final : public Tally {
 public:
  void add(const CellSpan&, Numbers) override {}
  bool finish(std::span<const std::uint64_t> sizes, ColumnBuilder& out, CallContext&) override {
    out.add(Kind::int64, sizes);
    return true;
  }
};

// Sums by group. Integers are added exactly; what is neither int64 nor float, number by number.
class Sums {
 public:
  explicit Sums(std::size_t groups)
      : groups_(groups), lanes_(groups <= kGroupsWithLanesMax ? kLanes : 1) {}

  void add(const CellSpan& values, Numbers numbers) {
    if (values.kinds.empty() && values.kind == Kind::int64) return add_ints(values.cells, numbers);
    if (values.kinds.empty() && is_float(values.kind)) return add_reals(values.cells, numbers);
    for (std::size_t i = 0; i < values.cells.size(); ++i) {
      const std::uint32_t group = numbers.empty() ? 0 : numbers[i];
      add_item(values.at(i), {&group, 1});
    }
  }

  // Why there is no sum; empty if there is.
  const std::string& why() const { return why_; }
  bool has_reals(std::size_t group) const { return !is_real_.empty() && is_real_[group] != 0; }

  // Of the integers that fit into 64 bits.
  Wide ints(std::size_t group) const {
    Wide sum = wide_.empty() ? 0 : wide_[group];
    if (!small_.empty()) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) sum += small_[group * lanes_ + lane];
    }
    return sum;
  }
  double reals(std::size_t group) const {
    double sum = 0;
    if (reals_.empty()) return sum;
    for (std::size_t lane = 0; lane < lanes_; ++lane) sum += reals_[group * lanes_ + lane];
    return sum;
  }
  // Of bigints and bigdecs; null if there are none.
  const Value* bigs(std::size_t group) const {
    return bigs_.empty() || bigs_[group].is_nil() ? nullptr : &bigs_[group];
  }
  double as_double(std::size_t group) const {
    double sum = static_cast<double>(ints(group)) + reals(group);
    if (const Value* big = bigs(group)) sum += value::to_double(*big);
    return sum;
  }

 private:
  static bool is_float(Kind kind) { return kind == Kind::float64 || kind == Kind::float32; }

  // small_ holds sums of at most small_rows_ integers of at most small_bits_ bits, so that they
  // cannot overflow; before they could they go over to wide_.
  void add_ints(std::span<const Cell> cells, Numbers numbers) {
    std::uint64_t bits = 0;
    for (const Cell cell : cells) bits |= cell ^ static_cast<Cell>(value::int_of(cell) >> 63);
    if (!fits_small(bits, cells.size())) spill();
    if (!fits_small(bits, cells.size())) return add_wide(cells, numbers);
    small_bits_ |= bits;
    small_rows_ += cells.size();
    small_.resize(groups_ * lanes_);
    add_lanes(small_.data(), cells, numbers, [](Cell cell) { return value::int_of(cell); });
  }

  bool fits_small(std::uint64_t bits, std::size_t rows) const {
    return std::bit_width(small_bits_ | bits) + std::bit_width(small_rows_ + rows) < 63;
  }

  void spill() {
    wide_.resize(groups_);
    for (std::size_t group = 0; group < groups_ && !small_.empty(); ++group) {
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        wide_[group] += std::exchange(small_[group * lanes_ + lane], 0);
      }
    }
    small_bits_ = 0;
    small_rows_ = 0;
  }

  void add_wide(std::span<const Cell> cells, Numbers numbers) {
    wide_.resize(groups_);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      wide_[numbers.empty() ? 0 : numbers[i]] += value::int_of(cells[i]);
    }
  }

  void add_reals(std::span<const Cell> cells, Numbers numbers) {
    reals_.resize(groups_ * lanes_);
    add_lanes(reals_.data(), cells, numbers, [](Cell cell) { return value::double_of(cell); });
    is_real_.resize(groups_);
    if (numbers.empty() && !cells.empty()) is_real_[0] = 1;
    for (const std::uint32_t group : numbers) is_real_[group] = 1;
  }

  template <typename Number, typename Read>
  void add_lanes(Number* sums, std::span<const Cell> cells, Numbers numbers, const Read& read) {
    if (numbers.empty()) return add_one_group(sums, cells, read);
    if (lanes_ == 1) {
      for (std::size_t i = 0; i < cells.size(); ++i) sums[numbers[i]] += read(cells[i]);
      return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      sums[numbers[i] * kLanes + i % kLanes] += read(cells[i]);
    }
  }

  template <typename Number, typename Read>
  static void add_one_group(Number* sums, std::span<const Cell> cells, const Read& read) {
    Number lanes[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= cells.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += read(cells[i + lane]);
    }
    for (; i < cells.size(); ++i) lanes[0] += read(cells[i]);
    for (const Number lane : lanes) sums[0] += lane;
  }

  void add_item(const Item& item, Numbers number) {
    if (item.kind == Kind::int64) return add_ints({&item.cell, 1}, number);
    if (is_float(item.kind)) return add_reals({&item.cell, 1}, number);
    if (item.kind == Kind::bigint || item.kind == Kind::bigdec) {
      bigs_.resize(groups_);
      Value& sum = bigs_[number[0]];
      const Value more = value::value_of(item.kind, item.cell);
      auto added = sum.is_nil() ? Result<Value>(more) : value::add(sum, more);
      if (!added.ok()) return fail(added.error().message());
      sum = std::move(*added);
      return;
    }
    fail(base::text("a ", name(item.kind), " is no number"));
  }

  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }

  std::size_t groups_;
  std::size_t lanes_;
  std::vector<std::int64_t> small_;  // by group and lane
  std::uint64_t small_bits_ = 0;
  std::size_t small_rows_ = 0;
  std::vector<Wide> wide_;     // by group
  std::vector<double> reals_;  // by group and lane
  std::vector<char> is_real_;  // by group
  std::vector<Value> bigs_;    // by group
  std::string why_;
};

// Exact, in the kinds of what is added; a double among them makes it a double.
class SumTally final : public Tally {
 public:
  explicit SumTally(std::size_t groups) : sums_(groups) {}
  void add(const CellSpan& values, Numbers numbers) override { sums_.add(values, numbers); }

  bool finish(std::span<const std::uint64_t> sizes, ColumnBuilder& out,
              CallContext& context) override {
    for (std::size_t group = 0; group < sizes.size(); ++group) {
      if (!sums_.why().empty()) return context.fail(sums_.why());
      Item sum;
      if (!sum_of(group, sum, context)) return false;
      out.add(sum);
    }
    return true;
  }

 private:
  bool sum_of(std::size_t group, Item& out, CallContext& context) const {
    if (sums_.has_reals(group)) {
      out = {Kind::float64, value::cell_of(sums_.as_double(group))};
      return true;
    }
    const Wide ints = sums_.ints(group);
    if (ints < INT64_MIN || ints > INT64_MAX) {
      context.code = "query/arithmetic";
      return context.fail("the sum does not fit into a 64-bit integer");
    }
    const auto sum = static_cast<std::int64_t>(ints);
    out = {Kind::int64, value::cell_of(sum)};
    const Value* bigs = sums_.bigs(group);
    if (!bigs) return true;
    auto all = value::add(*bigs, Value(sum));
    if (!all.ok()) return context.fail(all.error().message());
    out = item_of(*all, context.arena);
    return true;
  }

  Sums sums_;
};

class AvgTally final : public Tally {
 public:
  explicit AvgTally(std::size_t groups) : sums_(groups) {}
  void add(const CellSpan& values, Numbers numbers) override { sums_.add(values, numbers); }

  bool finish(std::span<const std::uint64_t> sizes, ColumnBuilder& out,
              CallContext& context) override {
    if (!sums_.why().empty()) return context.fail(sums_.why());
    for (std::size_t group = 0; group < sizes.size(); ++group) {
      const double mean = sums_.as_double(group) / static_cast<double>(sizes[group]);
      out.add({Kind::float64, value::cell_of(mean)});
    }
    return true;
  }

 private:
  Sums sums_;
};

// The least or the greatest in the order of storage; of numbers that are one there, by the order of
// their kinds, so that it does not depend on which came first. [1.4]
template <bool kGreatest>
class ExtremeTally final : public Tally {
 public:
  explicit ExtremeTally(std::size_t groups) : best_(groups), has_(groups) {}

  void add(const CellSpan& values, Numbers numbers) override {
    if (values.cells.empty()) return;
    const bool is_int =
        values.kinds.empty() && (values.kind == Kind::int64 || values.kind == Kind::instant);
    if (is_int && numbers.empty()) return add_ints(values);
    for (std::size_t i = 0; i < values.cells.size(); ++i) {
      add_item(values.at(i), numbers.empty() ? 0 : numbers[i]);
    }
  }

  bool finish(std::span<const std::uint64_t>, ColumnBuilder& out, CallContext&) override {
    for (const Item& item : best_) out.add(item);
    return true;
  }

 private:
  void add_ints(const CellSpan& values) {
    std::int64_t best = value::int_of(values.cells[0]);
    for (const Cell cell : values.cells) {
      const std::int64_t i = value::int_of(cell);
      best = kGreatest ? std::max(best, i) : std::min(best, i);
    }
    add_item({values.kind, value::cell_of(best)}, 0);
  }

  void add_item(const Item& item, std::uint32_t group) {
    if (has_[group] && !is_better(item, best_[group])) return;
    has_[group] = true;
    best_[group] = item;
  }

  static bool is_better(const Item& item, const Item& best) {
    if (item.kind == best.kind && (item.kind == Kind::int64 || item.kind == Kind::instant)) {
      const std::int64_t a = value::int_of(item.cell), b = value::int_of(best.cell);
      return kGreatest ? a > b : a < b;
    }
    const int order = value::compare_canonical_cells(item.kind, item.cell, best.kind, best.cell);
    return kGreatest ? order > 0 : order < 0;
  }

  std::vector<Item> best_;
  std::vector<char> has_;
};

}  // namespace

std::unique_ptr<Tally> tally_of(AggregateKind kind, std::size_t groups) {
  switch (kind) {
    case AggregateKind::count:
      return std::make_unique<CountTally>();
    case AggregateKind::sum:
      return std::make_unique<SumTally>(groups);
    case AggregateKind::avg:
      return std::make_unique<AvgTally>(groups);
    case AggregateKind::min:
      return std::make_unique<ExtremeTally<false>>(groups);
    case AggregateKind::max:
      return std::make_unique<ExtremeTally<true>>(groups);
    default:
      return nullptr;
  }
}

}  // namespace stele::query
