#include "query/pull.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "query/pull_bind.h"
#include "query/pull_frames.h"
#include "query/pull_rows.h"

namespace stele::query {
namespace {

// So many references may follow one another. Paths are that long only in lists, and in mistakes.
constexpr std::uint32_t kLevelsMax = 10'000;
// What a value takes besides its text: a place in a map, and a block.
constexpr std::uint64_t kValueBytes = 64;
constexpr std::uint64_t kFrameBytes = 128;
// Entities are read as a whole where that passes by at most so many rows for each attribute that is
// wanted, and enough are wanted for it to matter.
constexpr std::uint64_t kRowsPassedBy = 16;
constexpr std::uint64_t kAttributesMany = 64;
constexpr std::uint32_t kNowhere = UINT32_MAX;

using What = PullEdge::What;
using Spans = std::vector<RowSpan>;

Error too_deep() {
  return Error(ErrorCategory::limit, "pull/depth",
               base::text("What was pulled is more than ", kLevelsMax,
                          " references deep. Give the recursion a number of levels."));
}

std::uint64_t rows_in(const Spans& spans) {
  std::uint64_t rows = 0;
  for (const RowSpan& span : spans) rows += span.size();
  return rows;
}

// Calls visit(leaf, row) for the first `limit` rows.
template <typename Visit>
void for_rows(const Spans& spans, std::uint64_t limit, const Visit& visit) {
  for (const RowSpan& span : spans) {
    for (std::uint32_t row = span.begin; row < span.end; ++row) {
      if (limit-- == 0) return;
      visit(*span.leaf, row);
    }
  }
}

class Puller {
 public:
  Puller(const db::View& view, BoundPull& pattern, Run& run)
      : view_(view),
        pattern_(pattern),
        run_(run),
        said_(view, IndexOrder::eavt, pattern.attributes()),
        whole_(view, IndexOrder::eavt, pattern.attributes()),
        known_(view, IndexOrder::eavt, pattern.attributes()),
        referring_(view, IndexOrder::avet, pattern.attributes()),
        frames_(pattern) {}

  Result<std::vector<Value>> pull(std::span<const EntityId> entities) {
    frames_.reserve(entities.size());
    for (const EntityId e : entities) frames_.add_root(e);
    std::uint32_t levels = 0;
    for (FrameId begin = 0, end = frames_.size(); begin < end; begin = end, end = frames_.size()) {
      if (++levels > kLevelsMax) return too_deep();
      STELE_DO(read(begin, end));
      STELE_DO(take(begin, end));
    }
    return frames_.finish(entities.size());
  }

 private:
  // The numbers of a frame's first questions.
  struct Questions {
    std::uint32_t said = 0;
    std::uint32_t whole = 0;
    std::uint32_t referring = 0;
    std::uint32_t known = kNowhere;
  };
  // An attribute of a leaf, as wildcards see it.
  struct Met {
    const PullEdge* edge = nullptr;
    std::uint32_t attribute = kNowhere;  // in the pattern
    bool before_id = false;              // comes before :db/id
  };
  // What an entity says of one attribute, in whole_spans_.
  struct Stretch {
    Met met;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  // ---- Reading a level

  Done read(FrameId begin, FrameId end) {
    for (RowLookup* lookup : {&said_, &whole_, &known_, &referring_}) lookup->clear();
    questions_.assign(end - begin, {});
    forget_leaves();
    reads_whole_ = is_cheaper_whole(begin, end);
    for (FrameId frame = begin; frame < end; ++frame) {
      if (!frames_.is_closed(frame)) ask(frame, questions_[frame - begin]);
    }
    STELE_DO(said_.read(run_));
    STELE_DO(whole_.read(run_));
    STELE_DO(referring_.read(run_));
    return read_known(begin, end);
  }

  // Where entities lie close together and are small, one search for each is enough.
  bool is_cheaper_whole(FrameId begin, FrameId end) const {
    std::uint64_t wanted = 0;
    EntityId first = UINT64_MAX, last = 0;
    for (FrameId frame = begin; frame < end; ++frame) {
      const BoundNode& node = frames_.node(frame);
      if (node.wildcard || frames_.is_closed(frame)) continue;
      wanted += node.edges.size();
      first = std::min(first, frames_.entity(frame));
      last = std::max(last, frames_.entity(frame));
    }
    if (wanted < kAttributesMany) return false;
    const tree::Range range{format::Key::eavt(first), format::Key::eavt(last), true};
    return db::estimate_rows(view_, IndexOrder::eavt, range) <= wanted * kRowsPassedBy;
  }

  void ask(FrameId frame, Questions& questions) {
    const BoundNode& node = frames_.node(frame);
    const EntityId e = frames_.entity(frame);
    questions.said = said_.asked();
    questions.whole = whole_.asked();
    questions.referring = referring_.asked();
    const bool whole = node.wildcard || reads_whole_;
    if (whole) whole_.ask(e, RowLookup::kWholeEntity, kPullUnlimited);
    for (const PullEdge& edge : node.edges) {
      if (edge.backwards) {
        referring_.ask(e, edge.attribute, edge.many ? edge.limit : 1);
      } else if (!whole && edge.what != What::id) {
        said_.ask(e, edge.attribute, edge.many ? edge.limit : kPullUnlimited);
      }
    }
  }

  // :db/id is told of entities that say something, be it nothing that was asked for. [P-9]
  Done read_known(FrameId begin, FrameId end) {
    if (reads_whole_) return {};
    for (FrameId frame = begin; frame < end; ++frame) {
      if (frames_.is_closed(frame) || !asks_only_id(frame, questions_[frame - begin])) continue;
      questions_[frame - begin].known =
          known_.ask(frames_.entity(frame), RowLookup::kWholeEntity, 1);
    }
    return known_.read(run_);
  }

  bool asks_only_id(FrameId frame, const Questions& questions) const {
    const BoundNode& node = frames_.node(frame);
    if (node.wildcard) return false;
    bool asks_id = false;
    std::uint32_t said = questions.said;
    for (const PullEdge& edge : node.edges) {
      if (edge.what == What::id) {
        asks_id = true;
      } else if (!edge.backwards && said_.has_rows(said++)) {
        return false;
      }
    }
    return asks_id;
  }

  // ---- Taking what was found

  Done take(FrameId begin, FrameId end) {
    for (FrameId frame = begin; frame < end; ++frame) {
      if (frames_.is_closed(frame)) continue;
      frame_ = frame;
      bytes_ = kFrameBytes;
      Questions& questions = questions_[frame - begin];
      STELE_DO(frames_.node(frame).wildcard ? take_all(questions) : take_some(questions));
      STELE_DO(run_.reserve(bytes_));
      frames_.close(frame, pairs_);
      if (frame % kRowsBetweenPolls == 0) STELE_DO(run_.keep_going());
    }
    return {};
  }

  Done take_some(Questions& questions) {
    whole_spans_.clear();
    if (reads_whole_) whole_.rows(questions.whole, whole_spans_);
    pairs_.are_sorted = true;
    for (const PullEdge& edge : frames_.node(frame_).edges) {
      if (edge.what == What::id) {
        STELE_DO(is_known(questions) ? add(edge, Value(frames_.entity(frame_)))
                                     : add_missing(edge));
        continue;
      }
      spans_.clear();
      if (edge.backwards) {
        referring_.rows(questions.referring++, spans_);
      } else if (reads_whole_) {
        find_said(edge.attribute);
      } else {
        said_.rows(questions.said++, spans_);
      }
      STELE_DO(add_rows(edge, spans_));
    }
    return {};
  }

  bool is_known(const Questions& questions) const {
    if (reads_whole_) return !whole_spans_.empty();
    return questions.known == kNowhere || known_.has_rows(questions.known);
  }

  // The rows of an attribute, which lie together, among those of the whole entity.
  void find_said(std::uint32_t attribute) {
    for (const RowSpan& span : whole_spans_) {
      const int code = code_in(*span.leaf, attribute);
      const std::uint16_t* const codes = span.leaf->a().data();
      const auto is = [&](std::uint32_t row) { return static_cast<int>(codes[row]) == code; };
      std::uint32_t begin = span.begin;
      while (begin < span.end && !is(begin)) ++begin;
      std::uint32_t end = begin;
      while (end < span.end && is(end)) ++end;
      if (begin < end) spans_.push_back({span.leaf, begin, end});
    }
  }

  int code_in(const format::Leaf& leaf, std::uint32_t attribute) {
    if (codes_leaf_ != &leaf) {
      codes_leaf_ = &leaf;
      codes_.clear();
      for (const Value& each : pattern_.attributes()) codes_.push_back(leaf.code_of(each));
    }
    return codes_[attribute];
  }

  // Attributes that the pattern has specs for are shown as those say, the others as they are.
  Done take_all(Questions& questions) {
    find_stretches(questions.whole);
    const BoundNode& node = frames_.node(frame_);
    pairs_.are_sorted = node.edges.empty();
    bool needs_id = std::none_of(node.edges.begin(), node.edges.end(),
                                 [](const PullEdge& edge) { return edge.what == What::id; });
    for (const Stretch& stretch : stretches_) {
      if (needs_id && !stretch.met.before_id) add_id(needs_id);
      if (!has_spec(node, stretch.met.attribute)) {
        STELE_DO(add_rows(*stretch.met.edge, spans_of(stretch)));
      }
    }
    if (needs_id) add_id(needs_id);
    for (const PullEdge& edge : node.edges) {
      if (edge.what == What::id) {
        STELE_DO(add(edge, Value(frames_.entity(frame_))));
      } else if (edge.backwards) {
        spans_.clear();
        referring_.rows(questions.referring++, spans_);
        STELE_DO(add_rows(edge, spans_));
      } else {
        STELE_DO(add_rows(edge, spans_of_attribute(edge.attribute)));
      }
    }
    return {};
  }

  void add_id(bool& needs_id) {
    pairs_.add(id_, Value(frames_.entity(frame_)));
    needs_id = false;
  }

  static bool has_spec(const BoundNode& node, std::uint32_t attribute) {
    return attribute != kNowhere &&
           std::any_of(node.edges.begin(), node.edges.end(), [&](const PullEdge& edge) {
             return edge.attribute == attribute && !edge.backwards;
           });
  }

  // Cuts the entity's rows where the attribute changes.
  void find_stretches(std::uint32_t question) {
    stretches_.clear();
    whole_spans_.clear();
    spans_.clear();
    whole_.rows(question, spans_);
    for (const RowSpan& span : spans_) {
      const std::uint16_t* const codes = span.leaf->a().data();
      for (std::uint32_t row = span.begin; row < span.end;) {
        std::uint32_t end = row + 1;
        while (end < span.end && codes[end] == codes[row]) ++end;
        add_stretch(met(*span.leaf, codes[row]), {span.leaf, row, end});
        row = end;
      }
    }
  }

  void add_stretch(const Met& met, const RowSpan& span) {
    whole_spans_.push_back(span);
    if (stretches_.empty() || stretches_.back().met.edge != met.edge) {
      stretches_.push_back({met, whole_spans_.size() - 1, 0});
    }
    stretches_.back().end = whole_spans_.size();
  }

  const Met& met(const format::Leaf& leaf, std::uint16_t code) {
    if (met_leaf_ != &leaf) {
      met_leaf_ = &leaf;
      met_.assign(leaf.attributes().size(), {});
    }
    Met& met = met_[code];
    if (!met.edge) {
      const Value& attribute = leaf.attributes()[code].attribute;
      met.edge = &pattern_.edge_of(attribute);
      met.attribute = pattern_.position_of(attribute).value_or(kNowhere);
      met.before_id = compare_canonical(attribute, id_) < 0;
    }
    return met;
  }

  const Spans& spans_of(const Stretch& stretch) {
    spans_.assign(whole_spans_.begin() + static_cast<std::ptrdiff_t>(stretch.begin),
                  whole_spans_.begin() + static_cast<std::ptrdiff_t>(stretch.end));
    return spans_;
  }

  const Spans& spans_of_attribute(std::uint32_t attribute) {
    for (const Stretch& stretch : stretches_) {
      if (stretch.met.attribute == attribute) return spans_of(stretch);
    }
    spans_.clear();
    return spans_;
  }

  // ---- Pairs

  Done add(const PullEdge& edge, Value value) {
    if (edge.xform) {
      STELE_TRY(value, transformed(edge, std::move(value)));
      if (value.is_nil()) return {};
    }
    pairs_.add(*edge.key, std::move(value));
    return {};
  }

  // A default is what it is; a function may make something of nothing. [P-7, P-8]
  Done add_missing(const PullEdge& edge) {
    if (edge.default_value) {
      pairs_.add(*edge.key, *edge.default_value);
    } else if (edge.xform) {
      return add(edge, Value());
    }
    return {};
  }

  Done add_rows(const PullEdge& edge, const Spans& spans) {
    if (spans.empty()) return add_missing(edge);
    if (!edge.many && !edge.has_children()) {
      return add(edge, value_at(edge, *spans[0].leaf, spans[0].begin));
    }
    const std::uint64_t limit = edge.many ? std::min(edge.limit, rows_in(spans)) : 1;
    if (edge.has_children()) return add_children(edge, spans, limit);
    std::vector<Value> values;
    values.reserve(limit);
    for_rows(spans, limit, [&](const format::Leaf& leaf, std::uint32_t row) {
      values.push_back(value_at(edge, leaf, row));
    });
    return add(edge, collection_of(values, pattern_.many_as_sets()));
  }

  Value value_at(const PullEdge& edge, const format::Leaf& leaf, std::uint32_t row) {
    bytes_ += kValueBytes;
    if (edge.backwards) return reference_to(leaf.e()[row]);
    const Kind kind = leaf.kind(row);
    const Cell cell = leaf.v()[row];
    if (edge.what == What::reference && kind == Kind::int64) return reference_to(cell);
    if (kind == Kind::keyword) return keyword_at(cell);
    if (value::is_pointer(kind)) bytes_ += value::text_of(cell).size();
    return value::value_of(kind, cell);
  }

  // Keywords are few and come again; leaves have each of them once, so their place tells them.
  const Value& keyword_at(Cell cell) {
    auto& [known, keyword] = keywords_[base::mix(cell, 1) % keywords_.size()];
    if (known != cell) {
      known = cell;
      keyword = value::value_of(Kind::keyword, cell);
    }
    return keyword;
  }

  void forget_leaves() {
    codes_leaf_ = met_leaf_ = nullptr;
    for (auto& [known, keyword] : keywords_) known = 0;
  }

  Done add_children(const PullEdge& edge, const Spans& spans, std::uint64_t limit) {
    if (edge.what == What::again && !frames_.may_recur(frame_, edge)) return {};
    STELE_DO(run_.reserve(limit * kFrameBytes));
    const FrameId begin = frames_.size();
    for_rows(spans, limit, [&](const format::Leaf& leaf, std::uint32_t row) {
      if (edge.backwards) {
        frames_.add_child(frame_, edge, leaf.e()[row]);
      } else if (leaf.kind(row) == Kind::int64) {
        frames_.add_child(frame_, edge, leaf.v()[row]);
      }
    });
    if (frames_.size() == begin) return {};
    const auto pair = static_cast<std::uint32_t>(pairs_.values.size() / 2);
    pairs_.waiting.push_back({pair, begin, frames_.size(), &edge});
    pairs_.add(*edge.key, Value());
    return {};
  }

  const db::View& view_;
  BoundPull& pattern_;
  Run& run_;
  RowLookup said_;       // what an entity says of an attribute
  RowLookup whole_;      // all that it says, for wildcards
  RowLookup known_;      // does it say anything?
  RowLookup referring_;  // who refers to it
  Frames frames_;
  std::vector<Questions> questions_;  // by frame of the level

  bool reads_whole_ = false;  // all of every entity of the level

  // Of the frame that is being taken.
  FrameId frame_ = 0;
  PullPairs pairs_;
  std::uint64_t bytes_ = 0;
  Spans spans_;
  Spans whole_spans_;
  std::vector<Stretch> stretches_;

  // Of the leaf looked at last: where it has the attributes of the pattern, and those it has.
  const format::Leaf* codes_leaf_ = nullptr;
  std::vector<int> codes_;
  const format::Leaf* met_leaf_ = nullptr;
  std::vector<Met> met_;
  // Of the level.
  std::array<std::pair<Cell, Value>, 32> keywords_;
  const Value id_ = Value::keyword("db/id");
};

}  // namespace

Result<std::vector<Value>> pull(const db::View& view, BoundPull& pattern,
                                std::span<const EntityId> entities, Run& run) {
  return Puller(view, pattern, run).pull(entities);
}

Result<std::vector<Value>> pull(const db::View& view, const PullForm& pattern,
                                std::span<const EntityId> entities, Run& run) {
  STELE_TRY(BoundPull bound, BoundPull::bind(view, pattern));
  return pull(view, bound, entities, run);
}

}  // namespace stele::query
