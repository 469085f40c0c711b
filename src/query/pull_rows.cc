#include "query/pull_rows.h"

#include <algorithm>
#include <numeric>

#include "base/try.h"

namespace stele::query {
namespace {

// A key whose rows are no more than this is read as a whole, whatever the limit: about two leaves.
constexpr std::uint64_t kRowsPerKey = 4096;
// Entities are read as a whole when that passes by at most so many rows for each that is wanted,
// and where enough is wanted for it to matter.
constexpr std::uint64_t kRowsPassedBy = 16;
constexpr std::size_t kKeysMany = 64;

constexpr int kUnknown = -2;

}  // namespace

std::uint32_t RowLookup::ask(EntityId e, std::uint32_t attribute, std::uint64_t rows_max) {
  Question question{e, attribute, rows_max};
  if (order_ == IndexOrder::avet) std::swap(question.major, question.minor);
  questions_.push_back(question);
  return static_cast<std::uint32_t>(questions_.size() - 1);
}

void RowLookup::clear() {
  questions_.clear();
  keys_.clear();
  key_at_.clear();
  is_whole_ = false;
  found_ = {};
  leaf_ = nullptr;
}

// Questions mostly come in order, since children are in the order of the index.
void RowLookup::sort() {
  const auto not_before = [](const Question& x, const Question& y) { return !before(x, y); };
  if (std::adjacent_find(questions_.begin(), questions_.end(), not_before) == questions_.end()) {
    keys_ = questions_;
    return;
  }
  std::vector<std::uint32_t> order(questions_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t x, std::uint32_t y) { return before(questions_[x], questions_[y]); });
  key_at_.resize(questions_.size());
  for (const std::uint32_t i : order) {
    const Question& question = questions_[i];
    if (keys_.empty() || before(keys_.back(), question)) {
      keys_.push_back(question);
    } else {
      keys_.back().rows_max = std::max(keys_.back().rows_max, question.rows_max);
    }
    key_at_[i] = static_cast<std::uint32_t>(keys_.size() - 1);
  }
}

// Where entities lie close together and are small, one search for each is enough.
bool RowLookup::is_cheaper_whole() const {
  if (order_ != IndexOrder::eavt || keys_.size() < kKeysMany) return false;
  const tree::Range range{format::Key::eavt(keys_.front().major),
                          format::Key::eavt(keys_.back().major), true};
  return db::estimate_rows(view_, order_, range) <= keys_.size() * kRowsPassedBy;
}

void RowLookup::keep_entities() {
  std::vector<Question> entities;
  std::vector<std::uint32_t> entity_of(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (entities.empty() || entities.back().major != keys_[i].major) {
      entities.push_back({keys_[i].major, kWholeEntity, UINT64_MAX});
    }
    entity_of[i] = static_cast<std::uint32_t>(entities.size() - 1);
  }
  if (key_at_.empty()) {
    key_at_ = std::move(entity_of);
  } else {
    for (std::uint32_t& key : key_at_) key = entity_of[key];
  }
  keys_ = std::move(entities);
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
  is_whole_ = keys_[0].minor != kWholeEntity && is_cheaper_whole();
  if (is_whole_) keep_entities();
  std::vector<format::Key> keys;
  keys.reserve(keys_.size());
  for (const Question& key : keys_) keys.push_back(key_of(key));
  probe(keys, run);
  return run.keep_going();
}

// A value that millions refer to is not read as a whole where a few of them are wanted.
void RowLookup::probe(std::span<const format::Key> keys, Run& run) {
  const std::uint64_t rows = db::estimate_rows(view_, order_, {keys.front(), keys.back(), true});
  std::vector<bool> is_large(keys.size());
  bool any = false;
  if (rows > keys.size() * kRowsPerKey) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys_[i].rows_max > rows) continue;
      is_large[i] = db::estimate_rows(view_, order_, tree::Range::prefix(keys[i])) >
                    keys_[i].rows_max + kRowsPerKey;
      any = any || is_large[i];
    }
  }
  if (any) return probe_some(keys, is_large, run);
  found_ = db::probe(view_, order_, keys, run.reader);
}

void RowLookup::probe_some(std::span<const format::Key> keys, const std::vector<bool>& is_large,
                           Run& run) {
  std::vector<format::Key> small;
  std::vector<std::uint32_t> key_at;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (is_large[i]) continue;
    small.push_back(keys[i]);
    key_at.push_back(i);
  }
  tree::Probes probes = db::probe(view_, order_, small, run.reader);
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
  db::Scan scan(view_, order_, tree::Range::prefix(prefix), run.reader);
  std::uint64_t rows = 0;
  for (tree::Slice slice; rows < keys_[key].rows_max && scan.next(slice);) {
    rows += slice.size();
    if (found_.slices[key].size() == 0) {
      found_.slices[key] = slice;
    } else {
      found_.more.emplace_back(key, slice);
    }
  }
}

void RowLookup::rows(std::uint32_t question, std::vector<RowSpan>& out) {
  const std::uint32_t key = key_at(question);
  const tree::Slice& first = found_.slices[key];
  if (first.size() == 0) return;
  const std::uint64_t asked = order_ == IndexOrder::avet ? 0 : questions_[question].minor;
  const auto attribute = static_cast<std::uint32_t>(asked);
  append(first, attribute, out);
  if (found_.more.empty()) return;
  auto more = std::lower_bound(found_.more.begin(), found_.more.end(), key,
                               [](const auto& x, std::uint32_t k) { return x.first < k; });
  for (; more != found_.more.end() && more->first == key; ++more) {
    append(more->second, attribute, out);
  }
}

// Of a whole entity only the rows of the attribute, which lie together.
void RowLookup::append(const tree::Slice& slice, std::uint32_t attribute,
                       std::vector<RowSpan>& out) {
  RowSpan rows{slice.leaf.get(), slice.begin, slice.end};
  if (is_whole_) {
    const int code = code_in(*slice.leaf, attribute);
    const std::uint16_t* const codes = slice.leaf->a().data();
    const auto is = [&](std::uint32_t row) { return static_cast<int>(codes[row]) == code; };
    while (rows.begin < rows.end && !is(rows.begin)) ++rows.begin;
    std::uint32_t end = rows.begin;
    while (end < rows.end && is(end)) ++end;
    rows.end = end;
  }
  if (rows.size() > 0) out.push_back(rows);
}

int RowLookup::code_in(const format::Leaf& leaf, std::uint32_t attribute) {
  if (leaf_ != &leaf) {
    leaf_ = &leaf;
    codes_.assign(attributes_.size(), kUnknown);
  }
  int& code = codes_[attribute];
  if (code == kUnknown) code = leaf.code_of(attributes_[attribute]);
  return code;
}

}  // namespace stele::query
