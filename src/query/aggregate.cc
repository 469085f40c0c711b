#include "query/aggregate.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "query/members.h"
#include "query/read.h"
#include "query/row_groups.h"
#include "query/tally.h"

namespace stele::query {
namespace {

using What = ast::FindElement::What;

Item setting(const ast::Term& term, const Resolved& resolved) {
  if (term.is_variable()) return *resolved.single[term.id];
  // Only its kind and, of an integer, its cell are looked at.
  return {term.constant.kind(),
          term.constant.is(Kind::int64) ? value::cell_of(term.constant.as_int64()) : 0};
}

Error bad_setting(const ast::FindElement& element, std::string_view why) {
  return invalid("query/inputs", base::text("Cannot find ", show(element.form), ": ", why));
}

Result<const Aggregate*> chosen_aggregate(const ast::FindElement& element,
                                          const Resolved& resolved) {
  if (element.aggregate) return element.aggregate;
  const Item item = *resolved.single[element.chosen];
  const Value name = value::value_of(item.kind, item.cell);
  const Aggregate* found = nullptr;
  if (name.is(Kind::string)) found = aggregate_named(name.as_string());
  const bool is_name = name.is(Kind::symbol) || name.is(Kind::keyword);
  if (is_name && name.ns().empty()) found = aggregate_named(name.name());
  if (found) return found;
  return bad_setting(element, base::text("there is no aggregate ", show(name), "."));
}

std::vector<std::uint64_t> sizes_of(const RowGroups& groups, std::size_t rows) {
  if (groups.size() == 1) return {rows};
  std::vector<std::uint64_t> sizes(groups.size());
  for (const std::uint32_t number : groups.numbers) ++sizes[number];
  return sizes;
}

class Grouping {
 public:
  Grouping(const Columns& rows, const RowGroups& groups, Run& run)
      : rows_(rows), groups_(groups), run_(run), sizes_(sizes_of(groups, rows.rows)) {}

  Result<FoundColumn> column(const ast::FindElement& element, const Resolved& resolved) {
    if (!element.is(What::aggregate)) {
      return FoundColumn{gather(rows_.of(element.variable), groups_.first), {}};
    }
    STELE_TRY(const ResolvedAggregate found, resolve_aggregate(element, resolved));
    const AggregateKind kind = found.aggregate->kind;
    auto tally = found.count ? nullptr : tally_of(kind, groups_.size());
    if (tally) return tallied(*tally, element);
    const MemberAggregate members{kind, found.count, &element.form};
    return aggregate_members(members, rows_, element.variable, groups_, sizes_, run_);
  }

 private:
  Result<FoundColumn> tallied(Tally& tally, const ast::FindElement& element) {
    std::span<const std::uint32_t> numbers = groups_.numbers;
    if (groups_.size() == 1) numbers = {};
    STELE_DO(run_.keep_going());
    tally.add(CellSpan::of(rows_.of(element.variable)), numbers);
    CallContext context{.arena = run_.arena};
    ColumnBuilder out;
    if (!tally.finish(sizes_, out, context)) return aggregate_failed(element, context);
    return FoundColumn{out.finish(), {}};
  }

  const Columns& rows_;
  const RowGroups& groups_;
  Run& run_;
  std::vector<std::uint64_t> sizes_;
};

// No row, no group: nothing is counted where nothing is.
Found no_rows(std::size_t columns) {
  Found out;
  for (std::size_t i = 0; i < columns; ++i) {
    out.columns.push_back({std::make_shared<const Column>(), {}});
  }
  return out;
}

}  // namespace

bool has_aggregates(const ast::Query& query) {
  return std::any_of(query.find.begin(), query.find.end(),
                     [](const ast::FindElement& element) { return element.is(What::aggregate); });
}

Error aggregate_failed(const ast::FindElement& element, const CallContext& context) {
  return invalid(context.code, base::text(show(element.form), " failed: ", context.why, "."));
}

Result<ResolvedAggregate> resolve_aggregate(const ast::FindElement& element,
                                            const Resolved& resolved) {
  ResolvedAggregate out;
  STELE_TRY(out.aggregate, chosen_aggregate(element, resolved));
  const std::size_t args = element.args.size();
  if (args < out.aggregate->args_min || args > out.aggregate->args_max) {
    return bad_setting(element, base::text(out.aggregate->name, " does not take ", args,
                                           " arguments before its variable."));
  }
  if (args == 0) return out;
  const Item count = setting(element.args[0], resolved);
  if (count.kind == Kind::int64 && value::int_of(count.cell) >= 0) {
    out.count = count.cell;
    return out;
  }
  return bad_setting(element,
                     "what stands before the variable is how many are wanted, a whole "
                     "number that is not negative.");
}

Result<Found> aggregate(const ast::Query& query, const Resolved& resolved, const Columns& rows,
                        Run& run) {
  Found out;
  if (!has_aggregates(query)) {
    out.rows = rows.rows;
    for (const ast::FindElement& element : query.find) {
      out.columns.push_back({rows.shared(element.variable), {}});
    }
    return out;
  }
  if (rows.rows == 0) return no_rows(query.find.size());
  std::vector<Var> keys;
  for (const ast::FindElement& element : query.find) {
    if (!element.is(What::aggregate)) keys.push_back(element.variable);
  }
  STELE_TRY(const RowGroups groups, group_rows(rows, keys, run));
  Grouping grouping(rows, groups, run);
  out.rows = groups.size();
  for (const ast::FindElement& element : query.find) {
    STELE_TRY(FoundColumn column, grouping.column(element, resolved));
    out.columns.push_back(std::move(column));
  }
  return out;
}

}  // namespace stele::query
