// The public face of pull: from ids as people write them to maps.
#include <algorithm>
#include <numeric>

#include <stele/pull.h>

#include "base/environment.h"
#include "base/text.h"
#include "base/try.h"
#include "edn/writer.h"
#include "query/pull.h"
#include "query/pull_rows.h"

namespace stele {
namespace query {
namespace {

using Entity = std::optional<EntityId>;

// A reader and a run with what the options allow, and the view.
struct Opened {
  tree::Reader reader;
  Run run;

  explicit Opened(const QueryOptions& options)
      : reader(read_options(options)),
        run{.reader = reader, .bytes_max = options.memory_bytes_max, .cancel = options.cancel} {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

 private:
  static tree::ReadOptions read_options(const QueryOptions& options) {
    base::Environment& environment = base::system_environment();
    tree::ReadOptions read{.cancel = options.cancel, .environment = &environment};
    if (options.timeout_ms > 0) {
      read.deadline = base::deadline_after(environment, options.timeout_ms);
    }
    return read;
  }
};

// An unwelcome end of reading in the words of a query.
Error told(const Opened& opened, Error error) {
  return opened.reader.ok() ? std::move(error) : opened.run.reader_error();
}

// Lookup refs are searched for together, wherever the value is no reference to search for first.
class Resolver {
 public:
  Resolver(const db::View& view, std::span<const Value> eids, Run& run)
      : view_(view), eids_(eids), run_(run), found_(eids.size()) {}

  Result<std::vector<Entity>> resolve() {
    for (std::uint32_t i = 0; i < eids_.size(); ++i) {
      if (const db::Attribute* attribute = searched(eids_[i])) {
        const Value& value = eids_[i].items()[1];
        keys_.push_back(
            format::Key::avet(attribute->ident, value.kind(), value::cell_of(value, run_.arena)));
        places_.push_back(i);
      } else {
        STELE_TRY(found_[i], db::entid(view_, eids_[i], run_.reader));
      }
    }
    STELE_DO(search());
    return std::move(found_);
  }

 private:
  const db::Attribute* searched(const Value& eid) const {
    if (!eid.is_sequential() || eid.items().size() != 2 || eid.items()[1].is_nil()) return nullptr;
    const db::Attribute* attribute = view_.schema().find(eid.items()[0]);
    const bool is_plain =
        attribute && attribute->unique != db::Unique::none && !attribute->is_ref();
    return is_plain ? attribute : nullptr;
  }

  Done search() {
    std::vector<std::uint32_t> order(keys_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
      const int attributes = compare(keys_[x].a, keys_[y].a);
      if (attributes != 0) return attributes < 0;
      return value::compare_cells(keys_[x].kind, keys_[x].v, keys_[y].kind, keys_[y].v) < 0;
    });
    std::vector<format::Key> sorted;
    for (const std::uint32_t i : order) sorted.push_back(keys_[i]);
    const tree::Probes probes = db::probe(view_, IndexOrder::avet, sorted, run_.reader);
    STELE_DO(run_.keep_going());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const tree::Slice& slice = probes.slices[i];
      if (slice.size() > 0) found_[places_[order[i]]] = slice.leaf->e()[slice.begin];
    }
    return {};
  }

  const db::View& view_;
  std::span<const Value> eids_;
  Run& run_;
  std::vector<Entity> found_;
  std::vector<format::Key> keys_;
  std::vector<std::uint32_t> places_;
};

// What each id names through the pattern; nil where nothing has it.
Result<std::vector<Value>> pull_named(const db::View& view, BoundPull& pattern,
                                      std::span<const Value> eids, Run& run) {
  STELE_TRY(const std::vector<Entity> found, Resolver(view, eids, run).resolve());
  std::vector<EntityId> entities;
  for (const Entity& entity : found) {
    if (entity) entities.push_back(*entity);
  }
  STELE_TRY(std::vector<Value> maps, pull(view, pattern, entities, run));
  if (maps.size() == eids.size()) return maps;
  std::vector<Value> all(eids.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < eids.size(); ++i) {
    if (found[i]) all[i] = std::move(maps[next++]);
  }
  return all;
}

Result<std::vector<Value>> pull_all(const Db& db, const PullForm& form, std::span<const Value> eids,
                                    const QueryOptions& options) {
  Opened opened(options);
  const auto all = [&]() -> Result<std::vector<Value>> {
    STELE_TRY(const db::View view, db::View::open(db, opened.reader));
    STELE_TRY(BoundPull pattern, BoundPull::bind(view, form));
    return pull_named(view, pattern, eids, opened.run);
  };
  auto maps = all();
  if (!maps.ok()) return told(opened, maps.error());
  return maps;
}

// ---- One attribute of an entity ----------------------------------------------------------------

struct Followed {
  format::Key key;
  IndexOrder order = IndexOrder::eavt;
  bool is_reference = false;
  bool many = false;
};

Result<Followed> follow(const db::View& view, EntityId e, const Value& attribute) {
  const std::optional<Value> forward = forward_of(attribute);
  const db::Attribute* schema = view.schema().find(forward ? *forward : attribute);
  Followed followed;
  followed.is_reference = schema && schema->is_ref();
  if (!forward) {
    followed.key = format::Key::eavt(e, attribute);
    followed.many = schema && schema->many;
    return followed;
  }
  if (!followed.is_reference) return not_a_reference(attribute, *forward, "followed backwards");
  followed.key = format::Key::avet(*forward, Kind::int64, e);
  followed.order = IndexOrder::avet;
  followed.many = !schema->component;
  return followed;
}

Value shown(const Followed& followed, const format::Leaf& leaf, std::uint32_t row) {
  if (followed.order == IndexOrder::avet) return reference_to(leaf.e()[row]);
  const bool is_entity = followed.is_reference && leaf.kind(row) == Kind::int64;
  return is_entity ? reference_to(leaf.v()[row]) : leaf.value(row);
}

Result<Value> read_attribute(const db::View& view, const Followed& followed, Run& run) {
  const tree::Probes found =
      db::probe(view, followed.order, {&followed.key, 1}, run.reader, kEachFactOnce);
  STELE_DO(run.keep_going());
  const tree::Slice& first = found.slices[0];
  if (first.size() == 0) return Value();
  if (!followed.many) return shown(followed, *first.leaf, first.begin);
  std::vector<Value> values;
  const auto add = [&](const tree::Slice& slice) {
    for (std::uint32_t row = slice.begin; row < slice.end; ++row) {
      values.push_back(shown(followed, *slice.leaf, row));
    }
  };
  add(first);
  for (const auto& more : found.more) add(more.second);
  return Value::set(std::move(values));
}

Result<Value> attribute_of(const Db& db, const Value& eid, const Value& attribute, Opened& opened) {
  STELE_TRY(const db::View view, db::View::open(db, opened.reader));
  STELE_TRY(const Entity e, db::entid(view, eid, opened.reader));
  if (!e) return Value();
  if (attribute.is_keyword("db/id")) return Value(*e);
  STELE_TRY(const Followed followed, follow(view, *e, attribute));
  return read_attribute(view, followed, opened.run);
}

}  // namespace
}  // namespace query

Result<Value> pull(const Db& db, const PullPattern& pattern, const Value& eid,
                   const QueryOptions& options) {
  STELE_TRY(std::vector<Value> maps, query::pull_all(db, pattern.form(), {&eid, 1}, options));
  return std::move(maps[0]);
}

Result<Value> pull(const Db& db, const Value& pattern, const Value& eid,
                   const QueryOptions& options) {
  STELE_TRY(const query::PullForm form, query::read_pull(pattern));
  STELE_TRY(std::vector<Value> maps, query::pull_all(db, form, {&eid, 1}, options));
  return std::move(maps[0]);
}

Result<Value> pull_many(const Db& db, const PullPattern& pattern, const Value& eids,
                        const QueryOptions& options) {
  if (!eids.is_sequential() && !eids.is(Kind::set)) {
    return invalid("entity-id/syntax", base::text("Ids of entities are a vector, list or set, not ",
                                                  edn::write_short(eids)));
  }
  STELE_TRY(std::vector<Value> maps, query::pull_all(db, pattern.form(), eids.items(), options));
  return Value::vector(std::move(maps));
}

Result<Value> pull_many(const Db& db, const Value& pattern, const Value& eids,
                        const QueryOptions& options) {
  STELE_TRY(const PullPattern read, PullPattern::read(pattern));
  return pull_many(db, read, eids, options);
}

Result<Value> entity(const Db& db, const Value& eid, const QueryOptions& options) {
  query::Opened opened(options);
  const auto all = [&]() -> Result<std::vector<Value>> {
    STELE_TRY(const db::View view, db::View::open(db, opened.reader));
    query::BoundPull pattern = query::BoundPull::everything(view);
    return query::pull_named(view, pattern, {&eid, 1}, opened.run);
  };
  auto maps = all();
  if (!maps.ok()) return query::told(opened, maps.error());
  return std::move((*maps)[0]);
}

Result<Value> entity_attribute(const Db& db, const Value& eid, const Value& attribute,
                               const QueryOptions& options) {
  if (!attribute.is(Kind::keyword) && !attribute.is(Kind::string)) {
    return invalid("search/pattern", base::text("An attribute is a keyword or a string, not ",
                                                edn::write_short(attribute)));
  }
  query::Opened opened(options);
  auto found = query::attribute_of(db, eid, attribute, opened);
  if (!found.ok()) return query::told(opened, found.error());
  return found;
}

}  // namespace stele
