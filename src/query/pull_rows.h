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

  // Gives the question's number. At least the first `rows_max` rows are wanted. One lookup takes
  // questions about whole entities or about attributes, not both.
  std::uint32_t ask(EntityId e, std::uint32_t attribute, std::uint64_t rows_max);
  std::uint32_t asked() const { return static_cast<std::uint32_t>(questions_.size()); }
  Done read(Run& run);
  // In the order of the index; appended to `out`.
  void rows(std::uint32_t question, std::vector<RowSpan>& out);
  // Does the entity have any of them? More is found than was asked for where entities were read as
  // a whole; then it says whether the entity has anything.
  bool has_rows(std::uint32_t question) const { return found_.slices[key_at(question)].size() > 0; }
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
  bool is_cheaper_whole() const;
  void keep_entities();
  format::Key key_of(const Question& question) const;
  void probe(std::span<const format::Key> keys, Run& run);
  void probe_some(std::span<const format::Key> keys, const std::vector<bool>& is_large, Run& run);
  void scan_to_limit(std::uint32_t key, const format::Key& prefix, Run& run);
  void append(const tree::Slice& slice, std::uint32_t attribute, std::vector<RowSpan>& out);
  int code_in(const format::Leaf& leaf, std::uint32_t attribute);

  const db::View& view_;
  IndexOrder order_;
  std::span<const Value> attributes_;
  std::vector<Question> questions_;
  std::vector<Question> keys_;          // ascending, each once
  std::vector<std::uint32_t> key_at_;   // of each question; empty: its own number
  bool is_whole_ = false;               // keys are entities, whatever was asked
  tree::Probes found_;                  // by key
  const format::Leaf* leaf_ = nullptr;  // whose codes are known
  std::vector<int> codes_;              // by attribute
};

}  // namespace stele::query
