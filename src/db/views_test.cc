// The views in time, rule by rule, on histories small enough to read.
#include <gtest/gtest.h>

#include "base/text.h"
#include "db/db_testing.h"

namespace stele::db {
namespace {

// Transactions are counted from 1: "1 :n 5 t2 -" is [1 :n 5 tx0+2 false].
std::string text(const Datom& d) {
  return base::text(
      d.e, " :", d.a.name(), " ",
      d.v.is(Kind::string) ? std::string(d.v.as_string()) : base::text(d.v.as_int64()), " t",
      d.tx - kTx0, d.added ? " +" : " -");
}

using Lines = std::vector<std::string>;

// Without the transactions' own facts and the schema.
Lines text(const Result<std::vector<Datom>>& datoms) {
  EXPECT_TRUE(datoms.ok()) << (datoms.ok() ? "" : datoms.error().message());
  Lines lines;
  if (!datoms.ok()) return lines;
  for (const Datom& d : *datoms) {
    if (d.a.ns() != "db") lines.push_back(text(d));
  }
  return lines;
}

Lines eavt(const Db& db) { return text(db.datoms(IndexOrder::eavt)); }

// One number that changes, is taken back, and comes again.
class Numbers : public ::testing::Test {
 protected:
  Numbers() {
    database_.commit("+ 1 :n 1\n+ 1 :nm \"one\"");
    database_.commit("- 1 :n 1\n+ 1 :n 2");
    database_.commit("- 1 :n 2");
    database_.commit("+ 1 :n 1");
  }
  Db db() const { return database_.db(); }
  static TxId t(std::uint64_t n) { return kTx0 + n; }

  TestDatabase database_{{.schema_on_read = true}};
};

// [H-3, I-11]
TEST_F(Numbers, HistoryTellsEveryEventInOrder) {
  EXPECT_EQ(eavt(db().history()), (Lines{"1 :n 1 t1 +", "1 :n 1 t2 -", "1 :n 1 t4 +", "1 :n 2 t2 +",
                                         "1 :n 2 t3 -", "1 :nm one t1 +"}));
  EXPECT_EQ(eavt(db().history().history()), eavt(db().history()));
  EXPECT_EQ(*db().history().count(), 6u + 4u);  // and four instants
}

// [H-7, X-100]
TEST_F(Numbers, SinceExcludesItsTransactionAndAsOfIncludesIt) {
  EXPECT_EQ(eavt(db().since(t(1))), (Lines{"1 :n 1 t4 +"}));
  EXPECT_EQ(eavt(db().since(t(0))), eavt(db()));
  EXPECT_EQ(eavt(db().since(TxId{0})), eavt(db()));
  EXPECT_EQ(eavt(db().since(t(4))), Lines());
  EXPECT_EQ(eavt(db().as_of(t(1))), (Lines{"1 :n 1 t1 +", "1 :nm one t1 +"}));
  EXPECT_EQ(eavt(db().since(Instant{1000})), eavt(db().since(t(1))));
  EXPECT_EQ(eavt(db().since(Instant{999})), eavt(db()));
}

// [H-11]
TEST_F(Numbers, ViewsNestInAnyOrder) {
  const Lines folded = {"1 :n 2 t2 +"};
  EXPECT_EQ(eavt(db().since(t(1)).as_of(t(2))), folded);
  EXPECT_EQ(eavt(db().as_of(t(2)).since(t(1))), folded);
  const Lines events = {"1 :n 1 t2 -", "1 :n 2 t2 +", "1 :n 2 t3 -"};
  EXPECT_EQ(eavt(db().history().since(t(1)).as_of(t(3))), events);
  EXPECT_EQ(eavt(db().as_of(t(3)).history().since(t(1))), events);
  EXPECT_EQ(eavt(db().since(t(1)).as_of(t(3)).history()), events);
  EXPECT_EQ(eavt(db().since(t(3)).as_of(t(3)).history()), Lines());
}

// [I-1, I-6, I-7, I-11]
TEST_F(Numbers, HistoriesAreSoughtByTransactionToo) {
  const Value e(1), n = edn(":n"), one(1), t2(t(2)), t3(t(3));
  const Db db = this->db().history();
  EXPECT_EQ(text(db.datoms(IndexOrder::eavt, {{e, n, one, t2}})), (Lines{"1 :n 1 t2 -"}));
  EXPECT_EQ(text(db.datoms(IndexOrder::eavt, {{e, n, one, t3}})), Lines());
  EXPECT_EQ(text(db.seek_datoms(IndexOrder::eavt, {{e, n, one, t3}}, 2)),
            (Lines{"1 :n 1 t4 +", "1 :n 2 t2 +"}));
  EXPECT_EQ(text(db.rseek_datoms(IndexOrder::eavt, {{e, n, one, t3}})),
            (Lines{"1 :n 1 t2 -", "1 :n 1 t1 +"}));
  EXPECT_EQ(text(db.rseek_datoms(IndexOrder::eavt, {{e, n}}, 2)),
            (Lines{"1 :n 2 t3 -", "1 :n 2 t2 +"}));
}

// ---- Within one transaction --------------------------------------------------------------------

using Changes = std::vector<Change>;

Change put(Value v, TxId tx) { return {.e = 1, .a = edn(":n"), .v = std::move(v), .tx = tx}; }
Change take(Value v, TxId tx, TxId ends) { return {1, edn(":n"), std::move(v), false, tx, ends}; }

//
TEST(HistoryOfOneTransaction, WhatCameAndWentIsThereTwice) {
  TestDatabase database;
  const TxId t1 = kTx0 + 1;
  database.commit(Changes{put(Value(5), t1), take(Value(5), t1, t1)}, Instant{1});
  EXPECT_EQ(eavt(database.db()), Lines());
  EXPECT_EQ(eavt(database.db().history()), (Lines{"1 :n 5 t1 -", "1 :n 5 t1 +"}));
}

//
TEST(HistoryOfOneTransaction, WhatWentAndCameHasThreeEvents) {
  TestDatabase database;
  const TxId t1 = kTx0 + 1, t2 = kTx0 + 2;
  database.commit(Changes{put(Value(5), t1)}, Instant{1});
  database.commit(Changes{take(Value(5), t2, t1), put(Value(5), t2)}, Instant{2});
  EXPECT_EQ(eavt(database.db().history()), (Lines{"1 :n 5 t1 +", "1 :n 5 t2 -", "1 :n 5 t2 +"}));
  EXPECT_EQ(eavt(database.db().since(t1)), (Lines{"1 :n 5 t2 +"}));
  EXPECT_EQ(eavt(database.db().as_of(t1)), (Lines{"1 :n 5 t1 +"}));
}

// Back and forth and back again: each event once, though three rows tell of them.
TEST(HistoryOfOneTransaction, EventsThatRepeatAreOne) {
  TestDatabase database;
  const TxId t1 = kTx0 + 1, t2 = kTx0 + 2;
  database.commit(Changes{put(Value(5), t1)}, Instant{1});
  database.commit(
      Changes{take(Value(5), t2, t1), put(Value(5), t2), take(Value(5), t2, t2), put(Value(5), t2)},
      Instant{2});
  const Lines events = {"1 :n 5 t1 +", "1 :n 5 t2 -", "1 :n 5 t2 +"};
  EXPECT_EQ(eavt(database.db().history()), events);
  EXPECT_EQ(text(database.db().history().rseek_datoms(IndexOrder::eavt, {{Value(1)}})),
            Lines(events.rbegin(), events.rend()));
}

// ---- References --------------------------------------------------------------------------------

// A person of a unique name that was taken back, and one that is there.
class Names : public ::testing::Test {
 protected:
  Names() {
    database_.commit(
        "+ 1 :db/ident :nm\n+ 1 :db/unique :db.unique/identity\n"
        "+ 2 :db/ident :n\n+ 2 :db/index true\n"
        "+ 3 :db/ident :passing\n+ 3 :db/noHistory true");
    database_.commit("+ 10 :nm \"Ivan\"\n+ 10 :n 3\n+ 10 :passing 1");
    database_.commit(
        "- 10 :nm \"Ivan\"\n+ 11 :nm \"Petr\"\n+ 11 :n 5\n- 10 :passing 1\n"
        "+ 10 :passing 2");
  }
  Db db() const { return database_.db(); }
  TestDatabase database_;
};

// [H-4, H-7, U-5, X-102]
TEST_F(Names, LookupRefsMeanWhatTheViewShows) {
  const Value ivan = edn("[:nm \"Ivan\"]"), petr = edn("[:nm \"Petr\"]");
  EXPECT_EQ(*db().entid(ivan), std::nullopt);
  EXPECT_EQ(*db().history().entid(ivan), 10u);
  EXPECT_EQ(*db().as_of(kTx0 + 2).entid(ivan), 10u);
  EXPECT_EQ(*db().since(kTx0 + 2).entid(ivan), std::nullopt);
  EXPECT_EQ(*db().since(kTx0 + 2).history().entid(ivan), 10u);  // its end is newer
  EXPECT_EQ(*db().since(kTx0 + 2).entid(petr), 11u);
  EXPECT_EQ(*db().since(kTx0 + 3).entid(petr), std::nullopt);
  EXPECT_EQ(text(db().history().datoms(IndexOrder::eavt, {{ivan, edn(":n")}})),
            (Lines{"10 :n 3 t2 +"}));
}

// [H-10, X-99]
TEST_F(Names, WhatKeepsNoHistoryIsSeenAsItIsNow) {
  const Value a = edn(":passing");
  EXPECT_EQ(text(db().history().datoms(IndexOrder::aevt, {{a}})), (Lines{"10 :passing 2 t3 +"}));
  EXPECT_EQ(text(db().as_of(kTx0 + 2).datoms(IndexOrder::aevt, {{a}})), Lines());
  EXPECT_EQ(text(db().since(kTx0 + 2).datoms(IndexOrder::aevt, {{a}})),
            (Lines{"10 :passing 2 t3 +"}));
}

// [I-8, X-106]
TEST_F(Names, IndexRangesIncludeBothEnds) {
  const Value n = edn(":n");
  EXPECT_EQ(text(db().index_range(n, Value(3), Value(5))), (Lines{"10 :n 3 t2 +", "11 :n 5 t3 +"}));
  EXPECT_EQ(text(db().index_range(n, Value(4), Value())), (Lines{"11 :n 5 t3 +"}));
  EXPECT_EQ(text(db().index_range(n, Value(), Value(4))), (Lines{"10 :n 3 t2 +"}));
  EXPECT_EQ(text(db().index_range(n, Value(5), Value(3))), Lines());
  EXPECT_EQ(text(db().index_range(n, Value(), Value(), 1)), (Lines{"10 :n 3 t2 +"}));
  EXPECT_EQ(text(db().since(kTx0 + 2).index_range(n, Value(), Value())), (Lines{"11 :n 5 t3 +"}));
}

// [I-4, I-8]
TEST_F(Names, IndexRangesNeedAnIndex) {
  const auto code = [&](const Value& a) {
    return std::string(db().index_range(a, Value(1), Value(2)).error().code());
  };
  EXPECT_EQ(code(edn(":passing")), "index/not-indexed");
  EXPECT_EQ(code(edn(":unknown")), "search/pattern");
  EXPECT_EQ(code(Value()), "search/pattern");
  const Value a[] = {edn(":passing")};
  EXPECT_EQ(db().rseek_datoms(IndexOrder::avet, a).error().code(), "index/not-indexed");
}

// ---- Log ---------------------------------------------------------------------------------------

// [F-1, F-2]
TEST_F(Numbers, TheLogTellsTransactionsInEitherDirection) {
  for (const bool folded : {false, true}) {
    if (folded) database_.fold({});
    const auto all = *db().log();
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[1].t, t(2));
    EXPECT_EQ(all[1].instant, Instant{2000});
    EXPECT_EQ(text(all[1].datoms), (Lines{"1 :n 1 t2 -", "1 :n 2 t2 +"}));
    EXPECT_EQ(all[1].datoms.size(), 3u);  // and its instant
    const auto last = *db().log({.newest_first = true, .limit = 2});
    ASSERT_EQ(last.size(), 2u);
    EXPECT_EQ(last[0].t, t(4));
    EXPECT_EQ(text(last[1].datoms), (Lines{"1 :n 2 t3 -"}));
    const auto middle = *db().log({.from = t(2), .to = t(3)});
    ASSERT_EQ(middle.size(), 2u);
    EXPECT_EQ(middle[0].t, t(2));
    EXPECT_EQ((*db().as_of(t(1)).log()).size(), 1u);
    EXPECT_EQ((*db().since(t(3)).log()).size(), 1u);
  }
}

// [F-1]
TEST_F(Numbers, TransactionsLieBetweenTwoStatesOfOneDatabase) {
  const Db before = db();
  database_.commit("+ 2 :n 7");
  const auto between = *tx_range(before, db());
  ASSERT_EQ(between.size(), 1u);
  EXPECT_EQ(text(between[0].datoms), (Lines{"2 :n 7 t5 +"}));
  EXPECT_TRUE(tx_range(db(), db())->empty());
  EXPECT_EQ(tx_range(db(), before).error().code(), "diff/reversed");
  EXPECT_EQ(tx_range(before, db().history()).error().code(), "diff/not-a-database");
}

TEST(DatabasesWithoutHistory, HaveNoViewsAndNoLog) {
  TestDatabase database({.keep_history = false, .schema_on_read = true});
  database.commit("+ 1 :n 1");
  const auto refusal = [](const Db& db) { return db.datoms(IndexOrder::eavt).error(); };
  for (const Db& db : {database.db().history(), database.db().since(kTx0)}) {
    EXPECT_EQ(refusal(db).code(), "temporal/history-required");  // [H-2]
  }
  EXPECT_TRUE(refusal(database.db().history())
                  .message()
                  .starts_with("history is only allowed on temporal indexed databases."));
  EXPECT_EQ(database.db().log().error().code(), "diff/history-required");
}

}  // namespace
}  // namespace stele::db
