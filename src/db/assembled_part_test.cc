// Scans of views that were put together before: the same rows, and never those of another view.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "db/access.h"
#include "db/db_testing.h"

namespace stele::db {
namespace {

constexpr EntityId kPeople = 300;

// The n-th transaction: first all get an age, then every n-th person has it changed.
void commit_ages(TestDatabase& database, std::uint64_t n) {
  std::string lines;
  for (EntityId e = n; e <= kPeople; e += n) {
    const auto age_in = [&](std::uint64_t of) { return 10 * e + of; };
    std::uint64_t before = n - 1;
    while (before > 0 && e % before != 0) --before;
    if (n > 1) lines += base::text("- ", e, " :age ", age_in(before), "\n");
    lines += base::text("+ ", e, " :age ", age_in(n), "\n");
  }
  database.commit(lines);
}

std::unique_ptr<TestDatabase> with_ages(std::uint64_t transactions) {
  auto database = std::make_unique<TestDatabase>(format::Config{.schema_on_read = true});
  for (std::uint64_t n = 1; n <= transactions; ++n) commit_ages(*database, n);
  return database;
}

using Distinct = EventsWanted::Distinct;
struct How {
  IndexOrder order = IndexOrder::aevt;
  Scan::Direction direction = Scan::Direction::ascending;
  EventsWanted events = {};
};

std::vector<Slice> scan(const Db& db, const How& how) {
  Reader reader;
  const View view = *View::open(db, reader);
  Scan scan(view, how.order, Range::all(), reader, how.direction, how.events);
  std::vector<Slice> slices;
  for (Slice slice; scan.next(slice);) slices.push_back(slice);
  EXPECT_TRUE(reader.ok());
  return slices;
}

std::vector<std::string> rows(const Db& db, const How& how) {
  std::vector<std::string> lines;
  for (const Slice& slice : scan(db, how)) {
    std::vector<Datom> datoms;
    append_datoms(slice, datoms);
    std::vector<std::string> of_slice;
    for (const Datom& d : datoms) {
      of_slice.push_back(base::text(d.e, " ", d.a.name(), " ",
                                    d.v.is(Kind::int64) ? d.v.as_int64() : 0, " ", d.tx,
                                    d.added ? " +" : " -"));
    }
    if (how.direction == Scan::Direction::descending) {
      std::reverse(of_slice.begin(), of_slice.end());
    }
    lines.insert(lines.end(), of_slice.begin(), of_slice.end());
  }
  return lines;
}

std::vector<How> all_ways() {
  std::vector<How> ways;
  for (const IndexOrder order : {IndexOrder::eavt, IndexOrder::aevt}) {
    for (const auto direction : {Scan::Direction::ascending, Scan::Direction::descending}) {
      for (const bool asserted : {true, false}) {
        for (const auto distinct :
             {Distinct::by_fact, Distinct::by_fact_and_tx, Distinct::by_all}) {
          ways.push_back({order, direction, {asserted, true, distinct}});
        }
      }
    }
  }
  return ways;
}

std::vector<Db> all_windows(const Db& db) {
  std::vector<Db> windows;
  for (TxId last = kTx0 + 1; last <= kTx0 + 7; ++last) {
    for (const Db& view : {db.as_of(last), db.since(last)}) {
      windows.push_back(view);
      windows.push_back(view.history());
    }
    for (TxId after = kTx0; after < last; ++after) windows.push_back(db.as_of(last).since(after));
  }
  windows.push_back(db.history());
  return windows;
}

// Leaves that the present has not.
std::vector<LeafPtr> made_leaves(const Db& db, const Db& view, const How& how) {
  const auto present = scan(db, how);
  std::vector<LeafPtr> made;
  for (const Slice& slice : scan(view, how)) {
    const bool is_present = std::any_of(present.begin(), present.end(),
                                        [&](const Slice& x) { return x.leaf == slice.leaf; });
    if (!is_present) made.push_back(slice.leaf);
  }
  return made;
}

TEST(AssembledPart, IsPutTogetherOnce) {
  const auto database = with_ages(4);
  database->fold(tree::TreeShape());
  const Db db = database->db();
  for (const Db& view : {db.as_of(kTx0 + 2), db.since(kTx0 + 2), db.history()}) {
    for (const auto direction : {Scan::Direction::ascending, Scan::Direction::descending}) {
      const How how{IndexOrder::aevt, direction};
      const auto first = made_leaves(db, view, how);
      EXPECT_FALSE(first.empty());
      EXPECT_EQ(first, made_leaves(db, view, how));
    }
  }
}

// All views are read from one cache, full of the others, and each from one that holds nothing.
TEST(AssembledPart, IsNeverThatOfAnotherWindow) {
  const auto database = with_ages(6);
  const auto windows = all_windows(database->db());
  const auto ways = all_ways();
  for (int round = 0; round < 2; ++round) {
    for (const How& how : ways) {
      for (const Db& view : windows) rows(view, how);
    }
  }
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const How& how = ways[i % ways.size()];
    const auto fresh = with_ages(6);
    ASSERT_EQ(rows(windows[i], how), rows(all_windows(fresh->db())[i], how)) << "window " << i;
  }
}

TEST(AssembledPart, IsNeverThatOfAnotherTail) {
  const auto database = with_ages(3);
  for (std::uint64_t n = 4; n <= 6; ++n) {
    for (const How& how : all_ways()) {
      for (const Db& view : all_windows(database->db())) rows(view, how);
    }
    if (n == 5) database->fold(tree::TreeShape());
    commit_ages(*database, n);
    for (const How& how : {How{}, How{IndexOrder::eavt, Scan::Direction::descending}}) {
      const auto other = with_ages(n);
      const auto windows = all_windows(database->db());
      const auto fresh = all_windows(other->db());
      for (std::size_t i = 0; i < windows.size(); ++i) {
        ASSERT_EQ(rows(windows[i], how), rows(fresh[i], how)) << "after " << n << ", window " << i;
      }
    }
  }
}

}  // namespace
}  // namespace stele::db
