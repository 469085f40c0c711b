// As-of views against the twin, scans in both directions, and probes.
#include <algorithm>

#include <gtest/gtest.h>

#include "db/access.h"
#include "db/random_history_testing.h"

namespace stele::db {
namespace {

// A database and its twin, taken through the same random history.
class History : public ::testing::TestWithParam<int> {
 protected:
  History() : history_(static_cast<std::uint64_t>(GetParam())) {}

  void expect_view(const Db& db, const Twin::Sees& sees) {
    const Schema& schema = history_.schema();
    const auto facts = history_.twin().replay(schema, sees);
    for (const IndexOrder order : kOrders) {
      const auto expected = sorted(schema, order, facts);
      auto found = db.datoms(order);
      ASSERT_TRUE(found.ok()) << found.error().message();
      ASSERT_TRUE(are_equal(*found, expected)) << "order " << static_cast<int>(order);
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
    ASSERT_TRUE(are_equal(found, expected));
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
      ASSERT_TRUE(are_equal(found, wanted)) << "key " << i;
    }
  }

  void expect_all_views(const StatePtr& state) {
    const Db db(state, nullptr);
    expect_view(db, [](const auto&) { return true; });
    for (TxId tx = kTx0; tx <= state->max_tx + 1 && !HasFatalFailure(); ++tx) {
      expect_view(db.as_of(tx), [&](const auto& t) { return t.tx <= tx; });
    }
    for (const Instant at : history_.instants()) {
      if (HasFatalFailure()) return;
      SCOPED_TRACE("instant " + std::to_string(at.ms));
      expect_view(db.as_of(at), [&](const auto& t) { return t.instant <= at; });
      if (!backdates_) expect_prefix(db.as_of(at));
      const TxId tx = kTx0 + history_.dice().below(state->max_tx - kTx0 + 1);
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

  RandomHistory history_;
  bool backdates_ = false;
};

// [H-6, H-9, I-11, J-9]
TEST_P(History, EveryViewIsTheReplayOfItsTransactions) {
  history_.run(30);
  expect_all_views(history_.database().state());
}

// [H-8]
TEST_P(History, BackdatedTransactionsAreSelectedByTheirInstant) {
  backdates_ = true;
  history_.backdate();
  history_.run(30);
  expect_all_views(history_.database().state());
}

TEST_P(History, ReopeningFindsTheSameDatabase) {
  backdates_ = true;
  history_.backdate();
  history_.run(20);
  const StatePtr live = history_.database().state();
  const StatePtr stored = history_.database().reopened();
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

// Of the visible transactions the last gave the attribute a value and took it back.
TEST(BackdatedViews, AValueThatCameAndWentHasTakenThePlaceOfTheOneBefore) {
  TestDatabase database({.schema_on_read = true});
  const Value a = edn(":one");
  const TxId first = database.next_tx();
  database.commit({{.e = 10, .a = a, .v = Value(1), .tx = first}}, Instant{5000});
  database.commit({{10, a, Value(1), false, first + 1, first}}, Instant{9000});
  database.commit({{.e = 10, .a = a, .v = Value(2), .tx = first + 2},
                   {10, a, Value(2), false, first + 2, first + 2}},
                  Instant{5000});
  const auto found = *database.db().as_of(Instant{6000}).datoms(IndexOrder::aevt, {{a}});
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace stele::db
