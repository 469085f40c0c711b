#include "db/random_history_testing.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"

namespace stele::db {
namespace {

bool is_attribute_with(const Schema& schema, const Value& a, bool Attribute::*what) {
  const Attribute* attribute = schema.find(a);
  return attribute && attribute->*what;
}

void replay_change(const Change& change, bool many, std::vector<Datom>& facts) {
  const Datom fact{change.e, change.a, change.v, change.tx};
  auto same = [&](const Datom& d) { return same_fact(d, fact); };
  if (!change.added) {
    std::erase_if(facts, same);
  } else if (!many) {
    std::erase_if(facts, [&](const Datom& d) { return d.e == change.e && d.a == change.a; });
    facts.push_back(fact);
  } else if (std::none_of(facts.begin(), facts.end(), same)) {
    facts.push_back(fact);
  }
}

Datom event_of(const Change& change) {
  return {change.e, change.a, change.v, change.tx, change.added};
}

int compare_datoms(IndexOrder order, const Datom& x, const Datom& y) {
  const int e = (x.e > y.e) - (x.e < y.e), a = compare(x.a, y.a), v = compare(x.v, y.v);
  const int by[3][3] = {{e, a, v}, {a, e, v}, {a, v, e}};
  for (const int part : by[static_cast<std::size_t>(order)]) {
    if (part != 0) return part;
  }
  if (x.tx != y.tx) return x.tx < y.tx ? -1 : 1;
  return int{x.added} - int{y.added};
}

std::string text_of(const Datom& d) {
  return base::text(d.e, " ", d.a.name(), " #", hash(d.v), " t", d.tx - kTx0,
                    d.added ? " +" : " -");
}

constexpr std::string_view kSchema = R"(
+ 1 :db/ident :one
+ 1 :db/cardinality :db.cardinality/one
+ 2 :db/ident :many
+ 2 :db/cardinality :db.cardinality/many
+ 3 :db/ident :ref
+ 3 :db/valueType :db.type/ref
+ 3 :db/cardinality :db.cardinality/many
+ 4 :db/ident :unique
+ 4 :db/unique :db.unique/identity
+ 5 :db/ident :passing
+ 5 :db/noHistory true
+ 6 :db/ident :index
+ 6 :db/index true)";

}  // namespace

// ---- Twin --------------------------------------------------------------------------------------

std::vector<Datom> Twin::replay(const Schema& schema, const Sees& sees) const {
  std::vector<Datom> facts;
  std::set<TxId> visible;
  for (const Transaction& t : transactions) {
    if (sees(t)) visible.insert(t.tx);
    for (const Change& change : t.changes) {
      // What keeps no history is what it is now, if that is visible. [H-10]
      const bool no_history = is_attribute_with(schema, change.a, &Attribute::no_history);
      if (!no_history && !visible.contains(t.tx)) continue;
      replay_change(change, is_attribute_with(schema, change.a, &Attribute::many), facts);
    }
  }
  std::erase_if(facts, [&](const Datom& d) { return !visible.contains(d.tx); });
  return facts;
}

std::vector<Datom> Twin::events(const Schema& schema, const Sees& sees) const {
  const std::vector<Datom> now = replay(schema, [](const Transaction&) { return true; });
  std::vector<Datom> events;
  for (const Transaction& t : transactions) {
    if (!sees(t)) continue;
    for (const Change& change : t.changes) {
      const Datom event = event_of(change);
      const bool no_history = is_attribute_with(schema, change.a, &Attribute::no_history);
      const bool stands = event.added && std::any_of(now.begin(), now.end(), [&](const Datom& d) {
                            return same_fact(d, event) && d.tx == event.tx;
                          });
      if (!no_history || stands) events.push_back(event);
    }
  }
  return events;
}

std::vector<Datom> Twin::report(const Transaction& transaction) const {
  std::vector<Datom> events;
  for (const Change& change : transaction.changes) events.push_back(event_of(change));
  return events;
}

std::vector<Datom> sorted(const Schema& schema, IndexOrder order, std::vector<Datom> datoms) {
  if (order == IndexOrder::avet) {
    std::erase_if(datoms, [&](const Datom& d) {
      const Attribute* attribute = schema.find(d.a);
      return !attribute || !attribute->indexed();
    });
  }
  const auto compared = [&](const Datom& x, const Datom& y) { return compare_datoms(order, x, y); };
  std::sort(datoms.begin(), datoms.end(), [&](auto& x, auto& y) { return compared(x, y) < 0; });
  const auto end = std::unique(datoms.begin(), datoms.end(),
                               [&](auto& x, auto& y) { return compared(x, y) == 0; });
  datoms.erase(end, datoms.end());
  return datoms;
}

::testing::AssertionResult are_equal(const std::vector<Datom>& found,
                                     const std::vector<Datom>& expected) {
  const auto is_equal = [](const Datom& x, const Datom& y) {
    return compare_datoms(IndexOrder::eavt, x, y) == 0;
  };
  if (std::equal(found.begin(), found.end(), expected.begin(), expected.end(), is_equal)) {
    return ::testing::AssertionSuccess();
  }
  auto failure = ::testing::AssertionFailure() << "found:";
  for (const Datom& d : found) failure << "\n  " << text_of(d);
  failure << "\nexpected:";
  for (const Datom& d : expected) failure << "\n  " << text_of(d);
  return failure;
}

// ---- RandomHistory -----------------------------------------------------------------------------

RandomHistory::RandomHistory(std::uint64_t seed) : random_(seed) {
  database_.commit(kSchema);
  note(*database_.state());
}

// Reads the first transaction, which only asserts, back out of the database.
void RandomHistory::note(const State& state) {
  present_ = *database_.db().datoms(IndexOrder::eavt);
  Twin::Transaction t{state.max_tx, state.instant, {}};
  for (const Datom& d : present_) t.changes.push_back({.e = d.e, .a = d.a, .v = d.v, .tx = d.tx});
  twin_.transactions.push_back(t);
}

Value RandomHistory::random_value(std::string_view attribute) {
  const auto n = random_.below(6);
  if (attribute == "ref") return Value(n + 1);
  if (attribute == "unique") return Value("u" + std::to_string(random_.below(1000000)));
  if (attribute == "many" && n < 3) return Value("text " + std::to_string(n));
  if (attribute == "one" && n == 5) return edn("[1 :a]");
  if (attribute == "undeclared" && n == 5) return Value(false);
  return Value(n);
}

Change RandomHistory::random_change() {
  static constexpr std::string_view kNames[] = {"one",     "many",  "ref",       "unique",
                                                "passing", "index", "undeclared"};
  const std::string_view name = kNames[random_.below(std::size(kNames))];
  return {.e = 10 + random_.below(12),
          .a = Value::keyword(name),
          .v = random_value(name),
          .added = random_.chance(3, 4),
          .tx = database_.next_tx()};
}

void RandomHistory::retract(const Datom& d, std::vector<Change>& changes) {
  changes.push_back({d.e, d.a, d.v, false, database_.next_tx(), d.tx});
  std::erase_if(present_, [&](const Datom& x) { return same_fact(x, d); });
}

// Adds what of `wanted` has an effect, as a transaction would: what is there already is not
// asserted again, a new value ends the old one.
void RandomHistory::effect(const Change& wanted, std::vector<Change>& changes) {
  const Datom fact = event_of(wanted);
  const auto there = std::find_if(present_.begin(), present_.end(),
                                  [&](const Datom& d) { return same_fact(d, fact); });
  if (!wanted.added) {
    if (there != present_.end()) retract(Datom(*there), changes);
    return;
  }
  if (there != present_.end()) return;
  const Attribute* attribute = schema().find(wanted.a);
  if (!attribute || !attribute->many) {
    const auto old = std::find_if(present_.begin(), present_.end(), [&](const Datom& d) {
      return d.e == wanted.e && d.a == wanted.a;
    });
    if (old != present_.end()) retract(Datom(*old), changes);
  }
  changes.push_back(wanted);
  present_.push_back(fact);
}

Instant RandomHistory::random_instant() {
  const std::int64_t now = database_.state()->instant_max.ms;
  if (random_.chance(1, 3)) return {now};
  if (backdates_ && random_.chance(1, 4)) return {random_.between(-2000, now)};
  return {now + random_.between(1, 3000)};
}

void RandomHistory::step() {
  std::vector<Change> changes;
  for (auto n = random_.below(12); n > 0; --n) {
    const Change wanted = random_change();
    effect(wanted, changes);
    // The same fact once more, there and back.
    for (bool added = !wanted.added; random_.chance(1, 5); added = !added) {
      Change again = wanted;
      again.added = added;
      effect(again, changes);
    }
  }
  const TxId tx = database_.next_tx();
  const Instant instant = random_instant();
  Twin::Transaction t{tx, instant, {}};
  t.changes.push_back(
      {.e = tx, .a = Value::keyword("db/txInstant"), .v = Value(instant), .tx = tx});
  present_.push_back({tx, t.changes[0].a, t.changes[0].v, tx});
  t.changes.insert(t.changes.end(), changes.begin(), changes.end());
  twin_.transactions.push_back(std::move(t));
  database_.commit(std::move(changes), instant);
  if (random_.chance(1, 5)) fold();
}

void RandomHistory::run(int steps) {
  while (steps-- > 0) step();
}

std::vector<Instant> RandomHistory::instants() const {
  std::vector<Instant> all = {{-100000}, {1}, {1000000000}};
  for (const auto& t : twin_.transactions) all.push_back(t.instant);
  return all;
}

}  // namespace stele::db
