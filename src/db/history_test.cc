// Random histories against a twin that keeps every change in a list and replays it.
#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "db/access.h"
#include "db/db_testing.h"

namespace stele::db {
namespace {

struct Twin {
  struct Transaction {
    TxId tx = 0;
    Instant instant;
    std::vector<Change> changes;
  };
  std::vector<Transaction> transactions;

  // The facts that stand after replaying the transactions that `sees` lets through, in order.
  template <typename Sees>
  std::vector<Datom> replay(const Schema& schema, const Sees& sees) const {
    std::vector<Datom> facts;
    std::set<TxId> visible;
    for (const Transaction& t : transactions) {
      if (sees(t)) visible.insert(t.tx);
      for (const Change& change : t.changes) {
        const Attribute* attribute = schema.find(change.a);
        // What keeps no history is what it is now, if that is visible. [H-10]
        const bool no_history = attribute && attribute->no_history;
        if (!no_history && !visible.contains(t.tx)) continue;
        replay(change, attribute && attribute->many, facts);
      }
    }
    std::erase_if(facts, [&](const Datom& d) { return !visible.contains(d.tx); });
    return facts;
  }

  static void replay(const Change& change, bool many, std::vector<Datom>& facts) {
    auto same = [&](const Datom& d) {
      return d.e == change.e && d.a == change.a && compare(d.v, change.v) == 0;
    };
    const Datom fact{change.e, change.a, change.v, change.tx};
    if (!change.added) {
      std::erase_if(facts, same);
    } else if (!many) {
      std::erase_if(facts, [&](const Datom& d) { return d.e == change.e && d.a == change.a; });
      facts.push_back(fact);
    } else if (std::none_of(facts.begin(), facts.end(), same)) {
      facts.push_back(fact);
    }
  }
};

std::vector<Datom> sorted(const Schema& schema, IndexOrder order, std::vector<Datom> facts) {
  if (order == IndexOrder::avet) {
    std::erase_if(facts, [&](const Datom& d) {
      const Attribute* attribute = schema.find(d.a);
      return !attribute || !attribute->indexed();
    });
  }
  auto by_e = [](const Datom& x, const Datom& y) { return x.e < y.e ? -1 : x.e > y.e; };
  auto by_a = [](const Datom& x, const Datom& y) { return compare(x.a, y.a); };
  auto by_v = [](const Datom& x, const Datom& y) { return compare(x.v, y.v); };
  std::sort(facts.begin(), facts.end(), [&](const Datom& x, const Datom& y) {
    const int e = by_e(x, y), a = by_a(x, y), v = by_v(x, y);
    if (order == IndexOrder::eavt) return (e ? e : a ? a : v) < 0;
    if (order == IndexOrder::aevt) return (a ? a : e ? e : v) < 0;
    return (a ? a : v ? v : e) < 0;
  });
  return facts;
}

std::string text(const Datom& d) {
  return std::to_string(d.e) + " " + std::string(d.a.name()) + " " + std::to_string(hash(d.v)) +
         " " + std::to_string(d.tx);
}
std::vector<std::string> text(const std::vector<Datom>& datoms) {
  std::vector<std::string> lines;
  for (const Datom& d : datoms) lines.push_back(text(d));
  return lines;
}

constexpr IndexOrder kOrders[] = {IndexOrder::eavt, IndexOrder::aevt, IndexOrder::avet};
const tree::TreeShape kTinyShape{.leaf_rows_target = 4,
                                 .leaf_rows_max = 8,
                                 .leaf_rows_min = 2,
                                 .leaf_bytes_max = 1 << 10,
                                 .fanout_max = 4};

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

// A database and its twin, taken through the same random history.
class History : public ::testing::TestWithParam<int> {
 protected:
  History() : random_(static_cast<std::uint64_t>(GetParam())) {
    database_.commit(kSchema);
    note(*database_.state());
  }

  // Reads the first transaction, which only asserts, back out of the database.
  void note(const State& state) {
    present_ = *database_.db().datoms(IndexOrder::eavt);
    Twin::Transaction t{state.max_tx, state.instant, {}};
    for (const Datom& d : present_) t.changes.push_back({.e = d.e, .a = d.a, .v = d.v, .tx = d.tx});
    twin_.transactions.push_back(t);
  }

  Value random_value(std::string_view attribute) {
    const auto n = random_.below(6);
    if (attribute == "ref") return Value(n + 1);
    if (attribute == "unique") return Value("u" + std::to_string(random_.below(1000000)));
    if (attribute == "many" && n < 3) return Value("text " + std::to_string(n));
    if (attribute == "one" && n == 5) return edn("[1 :a]");
    return Value(n);
  }

  Change random_change() {
    static constexpr std::string_view kNames[] = {"one",     "many",  "ref",       "unique",
                                                  "passing", "index", "undeclared"};
    const std::string_view name = kNames[random_.below(std::size(kNames))];
    return {.e = 10 + random_.below(12),
            .a = Value::keyword(name),
            .v = random_value(name),
            .added = random_.chance(3, 4),
            .tx = database_.next_tx()};
  }

  void retract(const Datom& d, std::vector<Change>& changes) {
    changes.push_back({d.e, d.a, d.v, false, database_.next_tx(), d.tx});
    std::erase_if(present_, [&](const Datom& x) { return same_fact(x, d); });
  }

  // Adds what of `wanted` has an effect, as a transaction would: what is there already is not
  // asserted again, a new value ends the old one.
  void effect(const Change& wanted, std::vector<Change>& changes) {
    auto same = [&](const Datom& d) {
      return d.e == wanted.e && d.a == wanted.a && compare(d.v, wanted.v) == 0;
    };
    const auto there = std::find_if(present_.begin(), present_.end(), same);
    if (!wanted.added) {
      if (there != present_.end()) retract(Datom(*there), changes);
      return;
    }
    if (there != present_.end()) return;
    const Attribute* attribute = database_.state()->schema->find(wanted.a);
    if (!attribute || !attribute->many) {
      const auto old = std::find_if(present_.begin(), present_.end(), [&](const Datom& d) {
        return d.e == wanted.e && d.a == wanted.a;
      });
      if (old != present_.end()) retract(Datom(*old), changes);
    }
    changes.push_back(wanted);
    present_.push_back({wanted.e, wanted.a, wanted.v, wanted.tx});
  }

  Instant random_instant() {
    const std::int64_t now = database_.state()->instant_max.ms;
    if (random_.chance(1, 3)) return {now};
    if (backdates_ && random_.chance(1, 4)) return {random_.between(-2000, now)};
    return {now + random_.between(1, 3000)};
  }

  void step() {
    std::vector<Change> changes;
    for (auto n = random_.below(12); n > 0; --n) effect(random_change(), changes);
    const TxId tx = database_.next_tx();
    const Instant instant = random_instant();
    Twin::Transaction t{tx, instant, {}};
    t.changes.push_back(
        {.e = tx, .a = Value::keyword("db/txInstant"), .v = Value(instant), .tx = tx});
    present_.push_back({tx, t.changes[0].a, t.changes[0].v, tx});
    t.changes.insert(t.changes.end(), changes.begin(), changes.end());
    twin_.transactions.push_back(std::move(t));
    database_.commit(std::move(changes), instant);
    if (random_.chance(1, 5)) database_.fold(kTinyShape);
  }

  void run(int steps) {
    while (steps-- > 0 && !HasFatalFailure()) step();
  }

  template <typename Sees>
  void expect_view(const Db& db, const Sees& sees) {
    const Schema& schema = *database_.state()->schema;
    const auto facts = twin_.replay(schema, sees);
    for (const IndexOrder order : kOrders) {
      const auto expected = sorted(schema, order, facts);
      auto found = db.datoms(order);
      ASSERT_TRUE(found.ok()) << found.error().message();
      ASSERT_EQ(text(*found), text(expected)) << "order " << static_cast<int>(order);
      expect_descending(db, order, expected);
      expect_probes(db, order, expected);
    }
    ASSERT_EQ(*db.count(), facts.size());
  }

  void expect_descending(const Db& db, IndexOrder order, const std::vector<Datom>& expected) {
    Reader reader;
    const View view = *View::open(db, reader);
    std::vector<std::vector<Datom>> slices;
    Scan scan(view, order, Range::all(), reader, Scan::Direction::descending);
    for (Slice slice; scan.next(slice);) append_datoms(slice, slices.emplace_back());
    std::vector<Datom> found;
    for (auto at = slices.rbegin(); at != slices.rend(); ++at) {
      found.insert(found.end(), at->begin(), at->end());
    }
    ASSERT_EQ(text(found), text(expected));
  }

  // Every attribute of the order's first component, and some that are not there.
  void expect_probes(const Db& db, IndexOrder order, const std::vector<Datom>& expected) {
    Reader reader;
    const View view = *View::open(db, reader);
    std::vector<Key> keys;
    if (order == IndexOrder::eavt) {
      for (EntityId e = 9; e < 24; ++e) keys.push_back(Key::eavt(e));
    } else {
      for (const auto* name : {"index", "many", "nothing", "one", "passing", "ref", "undeclared"}) {
        keys.push_back(Key::aevt(Value::keyword(name)));
      }
    }
    const auto probes = probe(view, order, keys, reader);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      std::vector<Datom> found, wanted;
      if (probes.slices[i].size() > 0) append_datoms(probes.slices[i], found);
      for (const auto& [key, slice] : probes.more) {
        if (key == i) append_datoms(slice, found);
      }
      for (const Datom& d : expected) {
        if (order == IndexOrder::eavt ? d.e == keys[i].e : d.a == keys[i].a) wanted.push_back(d);
      }
      ASSERT_EQ(text(found), text(wanted)) << "key " << i;
    }
  }

  void expect_all_views(const StatePtr& state) {
    const Db db(state, nullptr);
    expect_view(db, [](const auto&) { return true; });
    for (TxId tx = kTx0; tx <= state->max_tx + 1 && !HasFatalFailure(); ++tx) {
      expect_view(db.as_of(tx), [&](const auto& t) { return t.tx <= tx; });
    }
    for (const Instant at : instants()) {
      if (HasFatalFailure()) return;
      SCOPED_TRACE("instant " + std::to_string(at.ms));
      expect_view(db.as_of(at), [&](const auto& t) { return t.instant <= at; });
      if (!backdates_) expect_prefix(db.as_of(at));
      const TxId tx = kTx0 + random_.below(state->max_tx - kTx0 + 1);
      expect_view(db.as_of(at).as_of(tx),
                  [&](const auto& t) { return t.instant <= at && t.tx <= tx; });
    }
  }

  // In order, instants select what ids do, without looking at each transaction.
  void expect_prefix(const Db& db) {
    Reader reader;
    const View view = *View::open(db, reader);
    EXPECT_TRUE(view.is_present() || view.visible()->extra.empty());
  }

  // All that occur, and one between, before and after.
  std::vector<Instant> instants() const {
    std::vector<Instant> all = {{-100000}, {1}, {1000000000}};
    for (const auto& t : twin_.transactions) all.push_back(t.instant);
    return all;
  }

  base::TestRandom random_;
  TestDatabase database_;
  Twin twin_;
  std::vector<Datom> present_;
  bool backdates_ = false;
};

// [H-6, H-9, I-11, J-9]
TEST_P(History, EveryViewIsTheReplayOfItsTransactions) {
  run(30);
  expect_all_views(database_.state());
}

// [H-8]
TEST_P(History, BackdatedTransactionsAreSelectedByTheirInstant) {
  backdates_ = true;
  run(30);
  expect_all_views(database_.state());
}

TEST_P(History, ReopeningFindsTheSameDatabase) {
  backdates_ = true;
  run(20);
  const StatePtr live = database_.state();
  const StatePtr stored = database_.reopened();
  EXPECT_EQ(stored->max_tx, live->max_tx);
  EXPECT_EQ(stored->max_eid, live->max_eid);
  EXPECT_EQ(stored->commit_id, live->commit_id);
  EXPECT_EQ(stored->instant, live->instant);
  EXPECT_EQ(stored->instant_max, live->instant_max);
  EXPECT_EQ(stored->schema->write(), live->schema->write());
  expect_all_views(stored);
}

INSTANTIATE_TEST_SUITE_P(Seeds, History, ::testing::Range(0, 5));

// ---- Single things -----------------------------------------------------------------------------

TEST(HistoryOfOneFact, AssertedAndRetractedTwiceInOneTransactionIsOneRowOfThePast) {
  TestDatabase database;
  const TxId tx = database.next_tx();
  std::vector<Change> changes;
  for (int i = 0; i < 2; ++i) {
    changes.push_back({.e = 1, .a = edn(":a"), .v = Value(5), .tx = tx});
    changes.push_back(
        {.e = 1, .a = edn(":a"), .v = Value(5), .added = false, .tx = tx, .ends = tx});
  }
  database.commit(changes, Instant{1});
  EXPECT_EQ(database.state()->index(format::Tree::past_eavt).size(), 1u);
  EXPECT_EQ(*database.db().count(), 1u);  // its txInstant
  database.fold(kTinyShape);
  EXPECT_EQ(*database.db().count(), 1u);
}

TEST(HistoryOfOneFact, WithoutHistoryThePastStaysEmptyAndCannotBeAskedFor) {
  TestDatabase database({.keep_history = false, .schema_on_read = true});
  database.commit("+ 1 :a 5");
  database.commit("- 1 :a 5\n+ 1 :a 6");
  EXPECT_EQ(database.state()->index(format::Tree::past_eavt).size(), 0u);
  auto found = database.db().as_of(kTx0 + 1).datoms(IndexOrder::eavt);
  ASSERT_FALSE(found.ok());  // [H-2]
  EXPECT_EQ(found.error().code(), "temporal/history-required");
}

TEST(HistoryOfOneFact, TransactionIdsBelowTheFirstAreNoTime) {
  TestDatabase database;
  auto found = database.db().as_of(TxId{5}).count();
  ASSERT_FALSE(found.ok());  // [H-6]
  EXPECT_EQ(found.error().code(), "temporal/invalid-time");
  EXPECT_NE(found.error().message().find("Must be bigger than 536870912"), std::string::npos);
}

// A view of now reads the present, so that it costs what the present costs.
TEST(HistoryOfOneFact, AViewThatSeesAllIsThePresent) {
  TestDatabase database;
  database.commit("+ 1 :a 5");
  Reader reader;
  EXPECT_TRUE(View::open(database.db().as_of(Instant{1000000}), reader)->is_present());
  EXPECT_TRUE(View::open(database.db().as_of(kTx0 + 1), reader)->is_present());
  EXPECT_FALSE(View::open(database.db().as_of(kTx0), reader)->is_present());
}

// ---- Long stretches ----------------------------------------------------------------------------

// Thousands of entities of which the second transaction changes a few, and many at the end: as of
// the first, leaves are handed through whole between rows that are put together anew.
class LongHistory : public ::testing::Test {
 protected:
  LongHistory() {
    std::vector<Change> changes;
    for (EntityId e = 1; e <= kEntities; ++e) {
      changes.push_back({.e = e, .a = a_, .v = Value(0), .tx = kTx0 + 1});
    }
    database_.commit(std::move(changes), Instant{1});
    database_.fold({});
    changes.clear();
    for (EntityId e = 700; e <= kEntities; e += e < 6000 ? 900 : 2) {
      changes.push_back({e, a_, Value(0), false, kTx0 + 2, kTx0 + 1});
      changes.push_back({e, a_, Value(1), true, kTx0 + 2});
    }
    database_.commit(std::move(changes), Instant{2});
    view_ = *View::open(database_.db().as_of(kTx0 + 1), reader_);
  }

  // Every row of :n, as it was.
  static void expect_whole(const std::vector<Datom>& found) {
    ASSERT_EQ(found.size(), kEntities);
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].e, i + 1);
      ASSERT_EQ(found[i].v, Value(0));
    }
  }

  std::vector<Datom> scan(IndexOrder order, Scan::Direction direction) {
    std::vector<Slice> slices;
    Scan scan(view_, order, Range::all(), reader_, direction);
    for (Slice slice; scan.next(slice);) slices.push_back(slice);
    if (direction == Scan::Direction::descending) std::reverse(slices.begin(), slices.end());
    std::vector<Datom> found;
    for (const Slice& slice : slices) append_datoms(slice, found);
    std::erase_if(found, [](const Datom& d) { return d.e >= kTx0; });
    return found;
  }

  static constexpr EntityId kEntities = 9000;
  const Value a_ = Value::keyword("n");
  TestDatabase database_;
  Reader reader_;
  View view_ = *View::open(Db(), reader_);
};

TEST_F(LongHistory, IsReadAlikeInBothDirections) {
  for (const IndexOrder order : {IndexOrder::eavt, IndexOrder::aevt}) {
    expect_whole(scan(order, Scan::Direction::ascending));
    expect_whole(scan(order, Scan::Direction::descending));
  }
}

TEST_F(LongHistory, ContinuesOverLeavesInProbes) {
  const Key keys[] = {Key::aevt(edn(":a")), Key::aevt(a_), Key::aevt(edn(":z"))};
  const auto probes = probe(view_, IndexOrder::aevt, keys, reader_);
  EXPECT_EQ(probes.slices[0].size() + probes.slices[2].size(), 0u);
  EXPECT_FALSE(probes.more.empty());
  std::vector<Datom> found;
  append_datoms(probes.slices[1], found);
  for (const auto& [key, slice] : probes.more) {
    EXPECT_EQ(key, 1u);
    append_datoms(slice, found);
  }
  expect_whole(found);
}

// ---- Backdated transactions --------------------------------------------------------------------

// Only one of two facts was visible when a third, backdated, ended it.
TEST(BackdatedViews, AVisibleEndOfAnInvisibleAssertionEndsTheFact) {
  TestDatabase database;
  database.commit("+ 2 :db/ident :many\n+ 2 :db/cardinality :db.cardinality/many");
  const Value a = edn(":many");
  const TxId first = database.next_tx();
  database.commit({{.e = 10, .a = a, .v = Value(1), .tx = first}}, Instant{5000});
  database.commit({{10, a, Value(1), false, first + 1, first}}, Instant{9000});
  database.commit({{10, a, Value(1), true, first + 2}}, Instant{9000});
  database.commit({{10, a, Value(1), false, first + 3, first + 2}}, Instant{5000});
  const auto found = *database.db().as_of(Instant{6000}).datoms(IndexOrder::aevt, {{a}});
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace stele::db
