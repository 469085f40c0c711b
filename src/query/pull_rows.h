// RowLookup: the rows that many entities have under some attributes, read together.
//
// First everything is asked for, then read() reads it in sorted batches, then rows() gives what
// was found for each question. Which order the index has decides what a question means:
//   eavt, kWholeEntity   all rows of the entity
//   eavt, an attribute   what the entity says of it
//   avet, an attribute   the rows of which the entity is the value: who refers to it
//
// Used by one thread. What it found stays in memory until clear().
#pragma once

#include <span>
#include <vector>

#include "query/run.h"

namespace stele::query {

// Pulling asks what is or was, not what happened to it: of a history's events each fact once.
// [P-24]
inline constexpr db::EventsWanted kEachFactOnce{.distinct = db::EventsWanted::Distinct::by_fact};

// Rows [begin, end) of a leaf.
struct RowSpan {
  const format::Leaf* leaf = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
};

class RowLookup {
 public:
  static constexpr std::uint32_t kWholeEntity = UINT32_MAX;

  // `attributes` ascend by compare(); questions name them by position.
  RowLookup(const db::View& view, IndexOrder order, std::span<const Value> attributes)
      : view_(view), order_(order), attributes_(attributes) {}

  // Gives the question's number, one more than the last one's. At least the first `rows_max` rows
  // are wanted. One lookup takes questions about whole entities or about attributes, not both.
  std::uint32_t ask(EntityId e, std::uint32_t attribute, std::uint64_t rows_max);
  std::uint32_t asked() const { return static_cast<std::uint32_t>(questions_.size()); }
  Done read(Run& run);
  bool has_rows(std::uint32_t question) const { return found_.slices[key_at(question)].size() > 0; }
  // In the order of the index; appended to `out`.
  void rows(std::uint32_t question, std::vector<RowSpan>& out) const;
  void clear();

 private:
  struct Question {
    std::uint64_t major;  // eavt: the entity; avet: the attribute
    std::uint64_t minor;
    std::uint64_t rows_max;
  };
  static bool before(const Question& x, const Question& y) {
    return x.major != y.major ? x.major < y.major : x.minor < y.minor;
  }
  std::uint32_t key_at(std::uint32_t question) const {
    return key_at_.empty() ? question : key_at_[question];
  }
  void sort();
  format::Key key_of(const Question& question) const;
  std::vector<bool> find_large(std::span<const format::Key> keys) const;
  std::uint64_t rows_in_all() const;
  void read_some(std::span<const format::Key> keys, const std::vector<bool>& is_large, Run& run);
  void scan_to_limit(std::uint32_t key, const format::Key& prefix, Run& run);

  const db::View& view_;
  IndexOrder order_;
  std::span<const Value> attributes_;
  std::vector<Question> questions_;    // sorted, and each once, when they have been read
  std::vector<std::uint32_t> key_at_;  // by question; empty: questions came sorted
  bool is_limited_ = false;            // some question wants less than all
  tree::Probes found_;                 // by sorted question
};

}  // namespace stele::query
