#include "query/pull_rows.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"

namespace stele::query {
namespace {

// A key whose rows are no more than this is read as a whole, whatever the limit: about two leaves.
constexpr std::uint64_t kRowsPerKey = 4096;
// So few keys are scanned one after the other rather than guessed at.
constexpr std::size_t kKeysFew = 4;

}  // namespace

std::uint32_t RowLookup::ask(EntityId e, std::uint32_t attribute, std::uint64_t rows_max) {
  const bool by_entity = order_ == IndexOrder::eavt;
  questions_.push_back({by_entity ? e : attribute, by_entity ? attribute : e, rows_max});
  is_limited_ = is_limited_ || rows_max != UINT64_MAX;
  return asked() - 1;
}

void RowLookup::clear() {
  questions_.clear();
  key_at_.clear();
  is_limited_ = false;
  found_.slices.clear();
  found_.more.clear();
}

// Questions mostly come in order, since children are in the order of the index.
void RowLookup::sort() {
  const auto not_before = [](const Question& x, const Question& y) { return !before(x, y); };
  if (std::adjacent_find(questions_.begin(), questions_.end(), not_before) == questions_.end()) {
    return;
  }
  std::vector<std::uint32_t> order(questions_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t x, std::uint32_t y) { return before(questions_[x], questions_[y]); });
  std::vector<Question> sorted;
  key_at_.resize(questions_.size());
  for (const std::uint32_t i : order) {
    const Question& question = questions_[i];
    if (sorted.empty() || before(sorted.back(), question)) {
      sorted.push_back(question);
    } else {
      sorted.back().rows_max = std::max(sorted.back().rows_max, question.rows_max);
    }
    key_at_[i] = static_cast<std::uint32_t>(sorted.size() - 1);
  }
  questions_ = std::move(sorted);
}

format::Key RowLookup::key_of(const Question& question) const {
  if (order_ == IndexOrder::avet) {
    return format::Key::avet(attributes_[question.major], Kind::int64, question.minor);
  }
  if (question.minor == kWholeEntity) return format::Key::eavt(question.major);
  return format::Key::eavt(question.major, attributes_[question.minor]);
}

Done RowLookup::read(Run& run) {
  if (questions_.empty()) return {};
  STELE_DO(run.reserve(questions_.size() * (sizeof(format::Key) + 2 * sizeof(Question))));
  sort();
  std::vector<format::Key> keys;
  keys.reserve(questions_.size());
  for (const Question& question : questions_) keys.push_back(key_of(question));
  const std::vector<bool> is_large = find_large(keys);
  if (std::find(is_large.begin(), is_large.end(), true) != is_large.end()) {
    read_some(keys, is_large, run);
  } else {
    found_ = db::probe(view_, order_, keys, run.reader, kEachFactOnce);
  }
  return run.keep_going();
}

// A value that millions refer to is not read as a whole where a few of them are wanted. What is in
// memory says how many there are; of a cold tree that is a guess.
std::vector<bool> RowLookup::find_large(std::span<const format::Key> keys) const {
  const tree::Range all{keys.front(), keys.back(), true};
  if (!is_limited_ || rows_in_all() <= keys.size() * kRowsPerKey) return {};
  std::vector<bool> is_large(keys.size());
  const bool are_few = keys.size() <= kKeysFew;
  if (!are_few && db::estimate_rows(view_, order_, all) <= keys.size() * kRowsPerKey) return {};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint64_t rows_max = questions_[i].rows_max;
    if (rows_max == UINT64_MAX) continue;
    is_large[i] = are_few || db::estimate_rows(view_, order_, tree::Range::prefix(keys[i])) >
                                 rows_max + kRowsPerKey;
  }
  return is_large;
}

std::uint64_t RowLookup::rows_in_all() const {
  return db::estimate_rows(view_, order_, tree::Range::all());
}

// Large keys are scanned as far as is needed, the others probed.
void RowLookup::read_some(std::span<const format::Key> keys, const std::vector<bool>& is_large,
                          Run& run) {
  std::vector<format::Key> small;
  std::vector<std::uint32_t> key_at;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (is_large[i]) continue;
    small.push_back(keys[i]);
    key_at.push_back(i);
  }
  tree::Probes probes = db::probe(view_, order_, small, run.reader, kEachFactOnce);
  found_.slices.resize(keys.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    found_.slices[key_at[i]] = std::move(probes.slices[i]);
  }
  for (auto& [i, slice] : probes.more) found_.more.emplace_back(key_at[i], std::move(slice));
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (is_large[i]) scan_to_limit(i, keys[i], run);
  }
  std::stable_sort(found_.more.begin(), found_.more.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
}

void RowLookup::scan_to_limit(std::uint32_t key, const format::Key& prefix, Run& run) {
  db::Scan scan(view_, order_, tree::Range::prefix(prefix), run.reader,
                db::Scan::Direction::ascending, kEachFactOnce);
  std::uint64_t rows = 0;
  for (tree::Slice slice; rows < questions_[key].rows_max && scan.next(slice);) {
    rows += slice.size();
    if (found_.slices[key].size() == 0) {
      found_.slices[key] = slice;
    } else {
      found_.more.emplace_back(key, slice);
    }
  }
}

void RowLookup::rows(std::uint32_t question, std::vector<RowSpan>& out) const {
  const std::uint32_t key = key_at(question);
  const tree::Slice& first = found_.slices[key];
  if (first.size() == 0) return;
  out.push_back({first.leaf.get(), first.begin, first.end});
  if (found_.more.empty()) return;
  auto more = std::lower_bound(found_.more.begin(), found_.more.end(), key,
                               [](const auto& x, std::uint32_t k) { return x.first < k; });
  for (; more != found_.more.end() && more->first == key; ++more) {
    out.push_back({more->second.leaf.get(), more->second.begin, more->second.end});
  }
}

}  // namespace stele::query
