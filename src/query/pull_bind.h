// BoundPull: a pull pattern and what the schema of one database says of its attributes.
//
// Used by one thread: it learns the attributes that wildcards meet.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "db/access.h"
#include "query/pull_pattern.h"

namespace stele::query {

// One attribute that is followed from an entity, and what becomes of what stands there.
struct PullEdge {
  enum class What : std::uint8_t {
    id,         // :db/id
    value,      // the value itself
    reference,  // {:db/id n}
    component,  // all of what is owned
    pattern,    // what the node finds there
    again,      // the same node, levels_max times along a path
  };
  What what = What::value;
  const Value* key = nullptr;   // in the answer
  std::uint32_t attribute = 0;  // position in BoundPull::attributes
  bool backwards = false;
  bool many = false;
  std::uint32_t node = 0;       // component, pattern, again: whose maps stand there
  std::uint32_t recursion = 0;  // again: which of its node's recursions this is
  std::uint64_t levels_max = kPullUnlimited;
  std::uint64_t limit = kPullLimitDefault;
  const Value* default_value = nullptr;
  const Function* xform = nullptr;

  bool has_children() const { return what >= What::component; }
};

struct BoundNode {
  bool wildcard = false;
  std::vector<PullEdge> edges;   // ascending by key
  std::uint32_t recursions = 0;  // edges that are `again`
};

class BoundPull {
 public:
  // The form and the view must outlive it.
  // Error: `invalid` `:parser/pull`: a reference is asked of what has none. [P-5, P-12]
  static Result<BoundPull> bind(const db::View& view, const PullForm& form);
  // Everything of an entity, without limits, the many as sets. [N-4]
  static BoundPull everything(const db::View& view);

  const BoundNode& node(std::uint32_t id) const { return nodes_[id]; }
  std::span<const Value> attributes() const { return attributes_; }  // ascending by compare()
  // Of an attribute that the form speaks of.
  std::optional<std::uint32_t> position_of(const Value& attribute) const;
  bool many_as_sets() const { return many_as_sets_; }

  // How a wildcard shows an attribute that no spec speaks of. Valid as long as this.
  const PullEdge& edge_of(const Value& attribute);

 private:
  struct HashOfValue {
    std::size_t operator()(const Value& value) const { return stele::hash(value); }
  };
  explicit BoundPull(const db::View& view) : view_(&view) {}
  Result<PullEdge> bind(const PullSpec& spec, BoundNode& node) const;
  void add_wildcard_node();
  PullEdge plain_edge(const Value& key, const db::Attribute* schema, bool backwards) const;

  const db::View* view_;
  std::vector<BoundNode> nodes_;  // those of the form, then the one of components
  std::span<const Value> attributes_;
  std::unordered_map<Value, PullEdge, HashOfValue> met_;
  std::uint64_t limit_ = kPullLimitDefault;
  bool many_as_sets_ = false;
};

// `:parser/pull`: the attribute, shown under `key`, is no reference, so it cannot be … `what`.
Error not_a_reference(const Value& key, const Value& attribute, std::string_view what);

}  // namespace stele::query
