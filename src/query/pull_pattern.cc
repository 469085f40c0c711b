#include "query/pull_pattern.h"

#include <algorithm>

#include <stele/pull.h>

#include "base/text.h"
#include "base/try.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::query {
namespace {

Error wrong(std::string_view what, const Value& form) {
  return invalid("parser/pull", base::text(what, ": ", edn::write_short(form)))
      .with("fragment", form);
}

bool is_attribute(const Value& form) {
  return form.is(Kind::keyword) || (form.is(Kind::string) && !form.as_string().empty());
}

bool is_wildcard(const Value& form) {
  return form.is_symbol("*") || form.is_keyword("*") ||
         (form.is(Kind::string) && form.as_string() == "*");
}

bool is_recursion(const Value& form) {
  return form.is(Kind::int64) || form.is_symbol("...") ||
         (form.is(Kind::string) && form.as_string() == "...");
}

bool is_option(const Value& form) {
  return form.is_keyword("as") || form.is_keyword("limit") || form.is_keyword("default") ||
         form.is_keyword("xform");
}

// (limit attribute n), (default attribute value): the older way of writing options. A string at
// the head may be an attribute as well, of which an option follows.
bool is_legacy(std::span<const Value> items, std::string_view name) {
  if (items.empty()) return false;
  if (items[0].is_symbol(name)) return true;
  return items[0].is(Kind::string) && items[0].as_string() == name && items.size() == 3 &&
         !is_option(items[1]);
}

// What is pulled is the same each time it is pulled.
bool is_random(const Function& function) {
  return function.name == "rand" || function.name == "rand-int";
}

class PullReader {
 public:
  explicit PullReader(PullForm& form) : form_(form) {}

  // Reads the pattern as a new node and gives its number.
  Result<std::uint32_t> read_node(const Value& pattern) {
    if (!pattern.is_sequential() && !pattern.is(Kind::set)) {
      return wrong("A pull pattern is a vector of attributes, *, and maps", pattern);
    }
    const auto id = static_cast<std::uint32_t>(form_.nodes.size());
    form_.nodes.emplace_back();
    PullNode node;
    for (const Value& spec : pattern.items()) STELE_DO(read_spec(spec, id, node));
    sort(node);
    form_.nodes[id] = std::move(node);
    return id;
  }

 private:
  Done read_spec(const Value& spec, std::uint32_t id, PullNode& node) {
    if (is_wildcard(spec)) {
      node.wildcard = true;
      return {};
    }
    if (spec.is(Kind::map)) return read_map(spec, id, node);
    STELE_TRY(PullSpec read, read_expression(spec));
    node.specs.push_back(std::move(read));
    return {};
  }

  Done read_map(const Value& map, std::uint32_t id, PullNode& node) {
    if (map.entries().empty()) {
      return wrong("A map in a pull pattern says what to pull under a reference", map);
    }
    for (const auto& [attribute, below] : map.entries()) {
      STELE_TRY(PullSpec spec, read_expression(attribute));
      STELE_DO(read_below(below, id, spec));
      node.specs.push_back(std::move(spec));
    }
    return {};
  }

  Done read_below(const Value& below, std::uint32_t id, PullSpec& spec) {
    if (!is_recursion(below)) {
      spec.below = PullSpec::Below::pattern;
      STELE_TRY(spec.node, read_node(below));
      return {};
    }
    spec.below = PullSpec::Below::again;
    spec.node = id;
    if (!below.is(Kind::int64)) return {};
    if (below.as_int64() <= 0) return wrong("Recursion goes a positive number of levels", below);
    spec.levels_max = static_cast<std::uint64_t>(below.as_int64());
    return {};
  }

  Result<PullSpec> read_expression(const Value& form) {
    if (is_attribute(form)) return read_attribute(form);
    if (!form.is_sequential() || form.items().empty()) {
      return wrong("Not an attribute, nor an attribute with options", form);
    }
    const auto items = form.items();
    for (std::string_view name : {"limit", "default"}) {
      if (is_legacy(items, name)) return read_legacy(name, form);
    }
    if (!is_attribute(items[0])) return wrong("Options follow an attribute", form);
    if (items.size() % 2 == 0) return wrong("Each option is followed by its value", form);
    PullSpec spec = read_attribute(items[0]);
    for (std::size_t i = 1; i < items.size(); i += 2) {
      STELE_DO(read_option(items[i], items[i + 1], form, spec));
    }
    return spec;
  }

  Result<PullSpec> read_legacy(std::string_view name, const Value& form) {
    const auto items = form.items();
    if (items.size() != 3 || !is_attribute(items[1])) {
      return wrong("Written as (limit attribute number) or (default attribute value)", form);
    }
    PullSpec spec = read_attribute(items[1]);
    STELE_DO(read_option(Value::keyword(name), items[2], form, spec));
    return spec;
  }

  PullSpec read_attribute(const Value& name) {
    PullSpec spec;
    spec.key = name;
    const std::optional<Value> forward = forward_of(name);
    spec.attribute = forward ? *forward : name;
    spec.backwards = forward.has_value();
    return spec;
  }

  Done read_option(const Value& option, const Value& value, const Value& form, PullSpec& spec) {
    if (option.is_keyword("as")) {
      spec.key = value;
    } else if (option.is_keyword("default")) {
      spec.default_value = value;
    } else if (option.is_keyword("limit")) {
      return read_limit(value, form, spec);
    } else if (option.is_keyword("xform")) {
      return read_xform(value, form, spec);
    } else {
      return wrong("Invalid attribute option; there are :as, :default, :limit and :xform", form);
    }
    return {};
  }

  // [U-2]
  Done read_limit(const Value& value, const Value& form, PullSpec& spec) {
    if (value.is_nil()) {
      spec.limit = kPullUnlimited;
      return {};
    }
    if (!value.is(Kind::int64) || value.as_int64() <= 0) {
      return wrong("A limit is a positive number, or nil for none", form);
    }
    spec.limit = static_cast<std::uint64_t>(value.as_int64());
    return {};
  }

  // A pattern is data, so only what the query language has by itself can be meant. [P-8]
  Done read_xform(const Value& value, const Value& form, PullSpec& spec) {
    if (value.is(Kind::symbol)) {
      const Value& symbol = value;
      spec.xform =
          function_named(symbol.ns().empty() ? std::string(symbol.name())
                                             : base::text(symbol.ns(), "/", symbol.name()));
    }
    if (spec.xform && spec.xform->args_min <= 1 && spec.xform->args_max >= 1 &&
        !is_random(*spec.xform)) {
      return {};
    }
    return wrong("An :xform names a function of the query language that takes one argument", form);
  }

  // Of two specs with one key the last wins. [P-19, U-2]
  static void sort(PullNode& node) {
    std::vector<PullSpec>& specs = node.specs;
    std::stable_sort(specs.begin(), specs.end(), [](const PullSpec& x, const PullSpec& y) {
      return compare_canonical(x.key, y.key) < 0;
    });
    const auto is_overridden = [](const PullSpec& x, const PullSpec& y) { return x.key == y.key; };
    std::vector<PullSpec> kept;
    for (PullSpec& spec : specs) {
      if (!kept.empty() && is_overridden(kept.back(), spec)) kept.pop_back();
      kept.push_back(std::move(spec));
    }
    specs = std::move(kept);
  }

  PullForm& form_;
};

bool is_before(const Value& x, const Value& y) { return compare(x, y) < 0; }

void number_attributes(PullForm& form) {
  std::vector<Value>& attributes = form.attributes;
  for (const PullNode& node : form.nodes) {
    for (const PullSpec& spec : node.specs) attributes.push_back(spec.attribute);
  }
  std::sort(attributes.begin(), attributes.end(), is_before);
  attributes.erase(std::unique(attributes.begin(), attributes.end()), attributes.end());
  for (PullNode& node : form.nodes) {
    for (PullSpec& spec : node.specs) {
      const auto at =
          std::lower_bound(attributes.begin(), attributes.end(), spec.attribute, is_before);
      spec.attribute_at = static_cast<std::uint32_t>(at - attributes.begin());
    }
  }
}

}  // namespace

std::optional<Value> forward_of(const Value& attribute) {
  if (attribute.is(Kind::keyword)) {
    const std::string_view name = attribute.name();
    if (name.size() < 2 || name[0] != '_') return std::nullopt;
    return Value::keyword(attribute.ns(), name.substr(1));
  }
  const std::string_view text = attribute.as_string();
  const std::size_t slash = text.find('/');
  const std::size_t at = slash == std::string_view::npos ? 0 : slash + 1;
  if (text.size() < at + 2 || text[at] != '_') return std::nullopt;
  return Value(base::text(text.substr(0, at), text.substr(at + 1)));
}

Result<PullForm> read_pull(const Value& form) {
  if (form.is(Kind::string)) {
    STELE_TRY(const Value read, edn::read(form.as_string()));
    if (!read.is(Kind::string)) return read_pull(read);
  }
  if (value::depth(form) > value::kDepthMax) {
    return invalid("parser/pull", base::text("A pull pattern nests at most ", value::kDepthMax,
                                             " levels deep. Use ... for more."));
  }
  PullForm read;
  STELE_TRY([[maybe_unused]] const std::uint32_t root, PullReader(read).read_node(form));
  number_attributes(read);
  return read;
}

}  // namespace stele::query

namespace stele {

Result<PullPattern> PullPattern::read(const Value& form) {
  auto read = std::make_shared<query::PullForm>();
  STELE_TRY(*read, query::read_pull(form));
  PullPattern pattern;
  pattern.form_ = std::move(read);
  return pattern;
}

}  // namespace stele
