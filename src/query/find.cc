#include "query/find.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/aggregate.h"
#include "query/execute.h"
#include "query/ordering.h"
#include "query/pull.h"
#include "query/read.h"
#include "query/row_groups.h"
#include "query/scan_tally.h"

namespace stele::query {
namespace {

using What = ast::FindElement::What;

Result<PullForm> pull_form(const ast::FindElement& element, const Resolved& resolved) {
  const Item item = *resolved.single[element.pattern.id];
  return read_pull(value::value_of(item.kind, item.cell));
}

// The entities that the first rows of groups name; what names none is left out, and its place is
// kNoRow.
struct Entities {
  std::vector<EntityId> ids;
  std::vector<Row> places;  // by group, in `ids`
};

Result<Entities> entities_of(const Column& column, const RowGroups& groups, const db::View& view,
                             Run& run) {
  Entities out;
  for (const Row row : groups.first) {
    const Item item = column.at(row);
    std::optional<EntityId> id;
    if (item.kind == Kind::int64) {
      id = item.cell;
    } else if (item.kind != Kind::nil) {
      STELE_TRY(id, db::entid(view, value::value_of(item.kind, item.cell), run.reader));
    }
    out.places.push_back(id ? static_cast<Row>(out.ids.size()) : kNoRow);
    if (id) out.ids.push_back(*id);
  }
  return out;
}

// The column of entities as what the pattern draws of each: all that differ at once.
Done pull_column(const ast::FindElement& element, const Resolved& resolved, FoundColumn& column,
                 Run& run) {
  const Source& source = resolved.sources[element.source];
  if (!source.view) {
    return invalid("query/inputs",
                   base::text(show(element.form), " asks a source that is no database."));
  }
  PullForm read;
  if (!element.pull) {
    STELE_TRY(read, pull_form(element, resolved));
  }
  const PullForm& pattern = element.pull ? *element.pull : read;
  const Columns rows{{0}, {column.cells}, column.size()};
  const Var variable[] = {0};
  STELE_TRY(const RowGroups groups, group_rows(rows, variable, run));
  STELE_TRY(const Entities entities, entities_of(*column.cells, groups, *source.view, run));
  STELE_TRY(const std::vector<Value> maps, pull(*source.view, pattern, entities.ids, run));
  STELE_DO(run.reserve_rows(column.size(), sizeof(Value)));
  FoundColumn out;
  for (const std::uint32_t group : groups.numbers) {
    const Row place = entities.places[group];
    out.values.push_back(place == kNoRow ? Value() : maps[place]);
  }
  column = std::move(out);
  return {};
}

Done pull_all(const ast::Query& query, const Resolved& resolved, Found& found, Run& run) {
  if (found.rows == 0) return {};
  for (std::size_t i = 0; i < query.find.size(); ++i) {
    if (!query.find[i].is(What::pull)) continue;
    STELE_DO(pull_column(query.find[i], resolved, found.columns[i], run));
  }
  return {};
}

bool orders_by_pull(const ast::Query& query) {
  return std::any_of(query.order_by.begin(), query.order_by.end(), [&](const ast::OrderKey& key) {
    return query.find[key.column].is(What::pull);
  });
}

// Rows that nobody asked for are not pulled, unless they must be in order to know.
Result<Found> finish(const ast::Query& query, const Resolved& resolved, Found found, Run& run) {
  const bool pulls_first = orders_by_pull(query);
  if (pulls_first) STELE_DO(pull_all(query, resolved, found, run));
  STELE_DO(order_rows(query, found, run));
  if (!pulls_first) STELE_DO(pull_all(query, resolved, found, run));
  return found;
}

}  // namespace

Result<Found> find(const ast::Query& query, const Resolved& resolved, const Columns& rows,
                   Run& run) {
  STELE_TRY(Found found, aggregate(query, resolved, rows, run));
  return finish(query, resolved, std::move(found), run);
}

Result<Found> execute_and_find(const ast::Query& query, const Resolved& resolved, const Plan& plan,
                               Run& run) {
  if (const DbPattern* pattern = tallied_pattern(query, resolved, plan)) {
    STELE_TRY(Found found, tally_scan(query, *pattern, run));
    return finish(query, resolved, std::move(found), run);
  }
  const Conjunction conjunction = resolved.conjunction();
  STELE_TRY(const Columns rows, execute(conjunction, plan, run));
  return find(query, resolved, rows, run);
}

std::string explain_find(const ast::Query& query) {
  std::string out;
  std::string groups, aggregates, pulls;
  for (const ast::FindElement& element : query.find) {
    std::string& list = element.is(What::aggregate) ? aggregates
                        : element.is(What::pull)    ? pulls
                                                    : groups;
    list += ' ' + show(element.form);
    if (element.is(What::pull)) groups += ' ' + query.variables[element.variable];
  }
  if (!aggregates.empty()) {
    out += base::text("aggregate ", aggregates, groups.empty() ? "" : "  by", groups, '\n');
  }
  if (!query.order_by.empty()) {
    out += "order  by";
    for (const ast::OrderKey& key : query.order_by) {
      out += base::text(' ', show(query.find[key.column].form), key.is_descending ? " :desc" : "");
    }
    out += '\n';
  }
  if (query.offset > 0) out += base::text("offset  ", query.offset, '\n');
  if (query.limit != ast::kNoLimit) out += base::text("limit  ", query.limit, '\n');
  if (!pulls.empty()) out += base::text("pull ", pulls, '\n');
  return out;
}

}  // namespace stele::query
