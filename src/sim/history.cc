#include "sim/history.h"

#include <algorithm>

#include "base/text.h"

namespace stele::sim {
namespace {

using base::text;
using Outcome = Operation::Outcome;

class Judge {
 public:
  Judge(const History& history, const Lists& in_the_end)
      : history_(history), in_the_end_(in_the_end), edges_(history.size()) {}

  std::vector<std::string> judge() {
    find_writers();
    for (std::size_t i = 0; i < history_.size(); ++i) check_appends(i);
    for (std::size_t i = 0; i < history_.size(); ++i) check_reads(i);
    if (!violations_.empty()) return violations_;
    for (const auto& [key, list] : in_the_end_) order_appends(key, list);
    for (std::size_t i = 0; i < history_.size(); ++i) order_reads(i);
    order_by_time();
    find_cycle();
    return violations_;
  }

 private:
  std::string name(std::size_t i) const {
    const Operation& o = history_[i];
    return text("operation ", i, " of ", o.process, " (", o.began_us, " us)");
  }

  // Who appended the value that stands at each place of each list.
  void find_writers() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      for (const auto& [key, value] : history_[i].appends) writers_[{key, value}] = i;
    }
    for (const auto& [key, list] : in_the_end_) {
      for (const auto value : list) {
        if (!writers_.contains({key, value})) {
          violations_.push_back(text("nobody has appended ", value, " to list ", key));
        }
        if (std::ranges::count(list, value) > 1) {
          violations_.push_back(text(value, " stands twice in list ", key));
        }
      }
    }
  }

  void check_appends(std::size_t i) {
    const Operation& o = history_[i];
    std::size_t made = 0;
    for (const auto& [key, value] : o.appends) made += stands(key, value);
    if (o.outcome == Outcome::committed && made < o.appends.size()) {
      violations_.push_back(name(i) + " was acknowledged and is lost");
    }
    if (o.outcome == Outcome::refused && made > 0) {
      violations_.push_back(name(i) + " was refused and is there");
    }
    if (o.outcome == Outcome::unknown && made > 0 && made < o.appends.size()) {
      violations_.push_back(name(i) + " is there in part");
    }
  }

  bool stands(Key key, std::int64_t value) const {
    const auto list = in_the_end_.find(key);
    return list != in_the_end_.end() && std::ranges::count(list->second, value) > 0;
  }

  void check_reads(std::size_t i) {
    for (const auto& [key, seen] : history_[i].reads) {
      const auto at = in_the_end_.find(key);
      const List& list = at == in_the_end_.end() ? kEmpty : at->second;
      if (seen.size() > list.size() || !std::equal(seen.begin(), seen.end(), list.begin())) {
        violations_.push_back(text(name(i), " saw list ", key, " as it never was"));
      }
    }
  }

  void order_appends(Key key, const List& list) {
    for (std::size_t n = 1; n < list.size(); ++n) {
      edge(writers_[{key, list[n - 1]}], writers_[{key, list[n]}]);
    }
  }

  void order_reads(std::size_t i) {
    for (const auto& [key, seen] : history_[i].reads) {
      if (!seen.empty()) edge(writers_[{key, seen.back()}], i);
      const auto at = in_the_end_.find(key);
      if (at != in_the_end_.end() && seen.size() < at->second.size()) {
        edge(i, writers_[{key, at->second[seen.size()]}]);
      }
    }
  }

  void order_by_time() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!counts(i)) continue;
      for (std::size_t j = 0; j < history_.size(); ++j) {
        if (counts(j) && history_[i].ended_us < history_[j].began_us) edge(i, j);
      }
    }
  }

  // What was refused, or never came to be, has no place in the order.
  bool counts(std::size_t i) const {
    const Operation& o = history_[i];
    if (o.outcome != Outcome::unknown) return o.outcome == Outcome::committed;
    return !o.appends.empty() && stands(o.appends.begin()->first, o.appends.begin()->second);
  }

  void edge(std::size_t from, std::size_t to) {
    if (from != to) edges_[from].push_back(to);
  }

  // Takes away what nothing comes before, again and again: what stays lies on cycles or behind.
  void find_cycle() {
    std::vector<std::size_t> before(history_.size());
    for (const auto& nexts : edges_) {
      for (const auto next : nexts) ++before[next];
    }
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] == 0) free.push_back(i);
    }
    std::size_t taken = 0;
    while (!free.empty()) {
      const auto i = free.back();
      free.pop_back();
      ++taken;
      for (const auto next : edges_[i]) {
        if (--before[next] == 0) free.push_back(next);
      }
    }
    if (taken == history_.size()) return;
    const auto stuck = std::ranges::find_if(before, [](auto n) { return n > 0; });
    violations_.push_back(
        text("not strictly serializable: ", name(static_cast<std::size_t>(stuck - before.begin())),
             " comes before itself, or after what does"));
  }

  inline static const List kEmpty;
  const History& history_;
  const Lists& in_the_end_;
  std::map<std::pair<Key, std::int64_t>, std::size_t> writers_;
  std::vector<std::vector<std::size_t>> edges_;  // of operations that come before others
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> judge(const History& history, const Lists& in_the_end) {
  return Judge(history, in_the_end).judge();
}

}  // namespace stele::sim
