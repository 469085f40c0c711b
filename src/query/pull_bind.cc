#include "query/pull_bind.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"

namespace stele::query {

Error not_a_reference(const Value& key, const Value& attribute, std::string_view what) {
  return invalid("parser/pull",
                 base::text(edn::write_short(attribute), " is not a reference, so it cannot be ",
                            what, ". Declare it as :db.type/ref, or ask for its value."))
      .with("fragment", key);
}

std::optional<std::uint32_t> BoundPull::position_of(const Value& attribute) const {
  const auto at =
      std::lower_bound(attributes_.begin(), attributes_.end(), attribute,
                       [](const Value& x, const Value& y) { return compare(x, y) < 0; });
  if (at == attributes_.end() || *at != attribute) return std::nullopt;
  return static_cast<std::uint32_t>(at - attributes_.begin());
}

PullEdge BoundPull::plain_edge(const Value& key, const db::Attribute* schema,
                               bool backwards) const {
  PullEdge edge;
  edge.key = &key;
  edge.limit = limit_;
  edge.backwards = backwards;
  if (!schema) return edge;
  edge.many = backwards ? !schema->component : schema->many;
  if (schema->is_ref()) edge.what = PullEdge::What::reference;
  return edge;
}

Result<PullEdge> BoundPull::bind(const PullSpec& spec, BoundNode& node) const {
  const db::Attribute* schema = view_->schema().find(spec.attribute);
  const bool is_reference = schema && schema->is_ref();
  if (spec.backwards && !is_reference) {
    return not_a_reference(spec.key, spec.attribute, "followed backwards");
  }
  if (spec.below != PullSpec::Below::nothing && !is_reference) {
    return not_a_reference(spec.key, spec.attribute, "followed");
  }
  PullEdge edge = plain_edge(spec.key, schema, spec.backwards);
  edge.attribute = spec.attribute_at;
  edge.limit = spec.limit;
  edge.levels_max = spec.levels_max;
  edge.default_value = spec.default_value ? &*spec.default_value : nullptr;
  edge.xform = spec.xform;
  edge.node = spec.node;
  if (spec.below == PullSpec::Below::pattern) {
    edge.what = PullEdge::What::pattern;
  } else if (spec.below == PullSpec::Below::again) {
    edge.what = PullEdge::What::again;
    edge.recursion = node.recursions++;
  } else if (is_reference && schema->component && !spec.backwards) {
    edge.what = PullEdge::What::component;
    edge.node = static_cast<std::uint32_t>(nodes_.size() - 1);
  } else if (!spec.backwards && spec.attribute.is_keyword("db/id")) {
    edge.what = PullEdge::What::id;
  }
  return edge;
}

void BoundPull::add_wildcard_node() {
  nodes_.emplace_back();
  nodes_.back().wildcard = true;
}

Result<BoundPull> BoundPull::bind(const db::View& view, const PullForm& form) {
  BoundPull bound(view);
  bound.attributes_ = form.attributes;
  bound.nodes_.resize(form.nodes.size());
  bound.add_wildcard_node();
  for (std::size_t i = 0; i < form.nodes.size(); ++i) {
    BoundNode& node = bound.nodes_[i];
    node.wildcard = form.nodes[i].wildcard;
    node.edges.reserve(form.nodes[i].specs.size());
    for (const PullSpec& spec : form.nodes[i].specs) {
      STELE_TRY(PullEdge edge, bound.bind(spec, node));
      node.edges.push_back(std::move(edge));
    }
  }
  return bound;
}

BoundPull BoundPull::everything(const db::View& view) {
  BoundPull bound(view);
  bound.limit_ = kPullUnlimited;
  bound.many_as_sets_ = true;
  bound.add_wildcard_node();
  return bound;
}

const PullEdge& BoundPull::edge_of(const Value& attribute) {
  const auto [at, is_new] = met_.try_emplace(attribute);
  if (!is_new) return at->second;
  const db::Attribute* schema = view_->schema().find(attribute);
  PullEdge& edge = at->second = plain_edge(at->first, schema, false);
  if (schema && schema->is_ref() && schema->component) {
    edge.what = PullEdge::What::component;
    edge.node = static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  return edge;
}

}  // namespace stele::query
