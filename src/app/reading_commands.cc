#include <algorithm>
#include <array>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/databases.h"
#include "base/text.h"
#include "base/try.h"

namespace stele::app {

using base::text;

namespace {

Result<IndexOrder> index_named(const std::string& name) {
  constexpr std::array<std::string_view, 3> kOrders = {"eavt", "aevt", "avet"};
  const auto* order = std::find(kOrders.begin(), kOrders.end(), name);
  if (order != kOrders.end()) return static_cast<IndexOrder>(order - kOrders.begin());
  return invalid("index/unknown",
                 text("there is no index '", name, "'; there are eavt, aevt, avet"));
}

Result<std::vector<Value>> forms_of(const std::vector<std::string>& arguments) {
  std::vector<Value> forms;
  for (const auto& argument : arguments) {
    STELE_TRY(auto form, form_argument(argument));
    forms.push_back(std::move(form));
  }
  return forms;
}

std::size_t limit_of(std::int64_t limit) {
  return limit < 0 ? SIZE_MAX : static_cast<std::size_t>(limit);
}

using ReadIndex = Result<std::vector<Datom>> (Db::*)(IndexOrder, std::span<const Value>,
                                                     std::size_t) const;

Done read_index(const DatomsArguments& arguments, ReadIndex read) {
  STELE_TRY(auto order, index_named(arguments.index));
  STELE_TRY(auto components, forms_of(arguments.components));
  Databases databases;
  STELE_TRY(Db db, databases.open(arguments.database));
  STELE_TRY(auto found, (db.*read)(order, components, limit_of(arguments.limit)));
  return print(found, arguments.output);
}

}  // namespace

Done datoms(const DatomsArguments& arguments) { return read_index(arguments, &Db::datoms); }
Done seek(const DatomsArguments& arguments) { return read_index(arguments, &Db::seek_datoms); }

Done rseek(const DatomsArguments& arguments) { return read_index(arguments, &Db::rseek_datoms); }

Done range(const RangeArguments& arguments) {
  STELE_TRY(auto attribute, form_argument(arguments.attribute));
  STELE_TRY(auto start, form_argument(arguments.start));
  STELE_TRY(auto end, form_argument(arguments.end));
  Databases databases;
  STELE_TRY(Db db, databases.open(arguments.database));
  STELE_TRY(auto found, db.index_range(attribute, start, end, limit_of(arguments.limit)));
  return print(found, arguments.output);
}

Done log(const LogArguments& arguments) {
  Databases databases;
  STELE_TRY(Db db, databases.open(arguments.database));
  STELE_TRY(auto transactions,
            db.log({.newest_first = arguments.newest_first, .limit = limit_of(arguments.limit)}));
  return print(transactions, arguments.output);
}

Done pull(const PullArguments& arguments) {
  STELE_TRY(auto form, form_argument(arguments.pattern));
  STELE_TRY(auto pattern, PullPattern::read(form));
  STELE_TRY(auto entities, forms_of(arguments.entities));
  Databases databases;
  STELE_TRY(Db db, databases.open(arguments.database));
  if (entities.size() == 1) {
    STELE_TRY(auto found, stele::pull(db, pattern, entities[0]));
    return print(found, arguments.output);
  }
  STELE_TRY(auto found, pull_many(db, pattern, Value::vector(std::move(entities))));
  return print(found, arguments.output);
}

Done entity(const EntityArguments& arguments) {
  STELE_TRY(auto eid, form_argument(arguments.entity));
  Databases databases;
  STELE_TRY(Db db, databases.open(arguments.database));
  STELE_TRY(auto found, stele::entity(db, eid));
  return print(found, arguments.output);
}

}  // namespace stele::app
