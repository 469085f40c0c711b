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

}  // namespace
}  // namespace stele::db
