#include "db/random_views_testing.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "db/access.h"
#include "db/random_history_testing.h"

namespace stele::db {
namespace {

using base::text;
using Sees = Twin::Sees;

// A view, and the transactions that it must see.
struct Asked {
  Db db;
  Sees sees = [](const Twin::Transaction&) { return true; };
  std::string name = "db";

  Asked with(Db view, Sees more, std::string_view how) const {
    return {std::move(view), [sees = sees, more](auto& t) { return sees(t) && more(t); },
            text(name, how)};
  }
  Asked as_of(TxId tx) const {
    return with(
        db.as_of(tx), [=](auto& t) { return t.tx <= tx; }, text(".as_of(t", tx - kTx0, ")"));
  }
  Asked as_of(Instant at) const {
    return with(
        db.as_of(at), [=](auto& t) { return t.instant <= at; }, text(".as_of(", at.ms, " ms)"));
  }
  Asked since(TxId tx) const {
    return with(
        db.since(tx), [=](auto& t) { return t.tx > tx; }, text(".since(t", tx - kTx0, ")"));
  }
  Asked since(Instant at) const {
    return with(
        db.since(at), [=](auto& t) { return t.instant > at; }, text(".since(", at.ms, " ms)"));
  }
  Asked history() const {
    return with(
        db.history(), [](auto&) { return true; }, ".history()");
  }
};

class Checker {
 public:
  explicit Checker(RandomHistory& history) : history_(history) {}

  Db db() const { return history_.database().db(); }

  // As of and since every transaction and date, what stands and what happened.
  void check_all() {
    const Asked all{db()};
    check(all);
    check(all.history());
    for (const auto& t : history_.twin().transactions) {
      for (const Asked& view :
           {all.as_of(t.tx), all.since(t.tx), all.as_of(t.instant), all.since(t.instant)}) {
        check(view);
        check(view.history());
      }
      if (::testing::Test::HasFailure()) return;
    }
    for (int i = 0; i < 6; ++i) check_nested(all);
  }

  void check_log() {
    for (int i = 0; i < 3; ++i) check_log(random_view({db()}));
  }

 private:
  TxId random_tx() { return kTx0 + history_.dice().below(history_.twin().transactions.size() + 2); }
  Instant random_instant() {
    const auto all = history_.instants();
    return all[history_.dice().below(all.size())];
  }

  Asked random_view(const Asked& from) {
    switch (history_.dice().below(5)) {
      case 0:
        return from.as_of(random_tx());
      case 1:
        return from.as_of(random_instant());
      case 2:
        return from.since(random_tx());
      case 3:
        return from.since(random_instant());
      default:
        return from.history();
    }
  }

  // [H-11]
  void check_nested(Asked view) {
    for (int depth = 0; depth < 3; ++depth) view = random_view(view);
    check(view);
  }

  void check(const Asked& view) {
    SCOPED_TRACE(view.name);
    const Schema& schema = history_.schema();
    const Twin& twin = history_.twin();
    const auto facts =
        view.db.is_history() ? twin.events(schema, view.sees) : twin.replay(schema, view.sees);
    for (const IndexOrder order : kOrders) {
      const auto expected = sorted(schema, order, facts);
      const auto found = view.db.datoms(order);
      ASSERT_TRUE(found.ok()) << found.error().message();
      ASSERT_TRUE(are_equal(*found, expected)) << "order " << static_cast<int>(order);
      ASSERT_TRUE(are_equal(*view.db.datoms(order), expected)) << "read again";
      check_descending(view.db, order, expected);
      check_components(view.db, order, expected);
      check_probes(view.db, order, expected);
    }
  }

  // [I-7]
  void check_descending(const Db& db, IndexOrder order, std::vector<Datom> expected) {
    std::reverse(expected.begin(), expected.end());
    ASSERT_TRUE(are_equal(*db.rseek_datoms(order, {}), expected));
  }

  static std::vector<Value> components_of(IndexOrder order, const Datom& d, std::size_t count) {
    const Value e(d.e), tx(d.tx);
    std::vector<Value> all = order == IndexOrder::eavt   ? std::vector<Value>{e, d.a, d.v, tx}
                             : order == IndexOrder::aevt ? std::vector<Value>{d.a, e, d.v, tx}
                                                         : std::vector<Value>{d.a, d.v, e, tx};
    all.resize(count);
    return all;
  }

  // Exactly, upward and downward, from some datom's first few parts. [I-1, I-6, I-7]
  void check_components(const Db& db, IndexOrder order, const std::vector<Datom>& all) {
    if (all.empty()) return;
    const Datom& at = all[history_.dice().below(all.size())];
    const auto from = components_of(order, at, 1 + history_.dice().below(4));
    const auto begins = [&](const Datom& d) {
      const auto parts = components_of(order, d, from.size());
      return std::equal(parts.begin(), parts.end(), from.begin(),
                        [](auto& x, auto& y) { return compare(x, y) == 0; });
    };
    const auto first = std::find_if(all.begin(), all.end(), begins);
    const auto last = std::find_if(all.rbegin(), all.rend(), begins);
    std::vector<Datom> same;
    std::copy_if(all.begin(), all.end(), std::back_inserter(same), begins);
    ASSERT_TRUE(are_equal(*db.datoms(order, from), same)) << from.size();
    ASSERT_TRUE(are_equal(*db.seek_datoms(order, from), {first, all.end()})) << from.size();
    ASSERT_TRUE(are_equal(*db.rseek_datoms(order, from), {last, all.rend()})) << from.size();
    ASSERT_TRUE(are_equal(*db.rseek_datoms(order, from, 1), {last, last + 1}));
  }

  // Every entity or attribute at once, each event as often as a reader that looks at so much of
  // it can tell.
  void check_probes(const Db& db, IndexOrder order, const std::vector<Datom>& all) {
    using Distinct = EventsWanted::Distinct;
    const EventsWanted wanted{.asserted = history_.dice().chance(2, 3),
                              .retracted = history_.dice().chance(2, 3),
                              .distinct = static_cast<Distinct>(history_.dice().below(3))};
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
    const auto probes = probe(view, order, keys, reader, wanted);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto of_key = [&](const Datom& d) {
        return order == IndexOrder::eavt ? d.e == keys[i].e : d.a == keys[i].a;
      };
      std::vector<Datom> found;
      if (probes.slices[i].size() > 0) append_datoms(probes.slices[i], found);
      for (const auto& [key, slice] : probes.more) {
        if (key == i) append_datoms(slice, found);
      }
      ASSERT_TRUE(are_as_wanted(found, wanted, all, of_key)) << "key " << i;
      std::vector<Datom> scanned;
      Scan scan(view, order, Range::prefix(keys[i]), reader, Scan::Direction::ascending, wanted);
      for (Slice slice; scan.next(slice);) append_datoms(slice, scanned);
      ASSERT_TRUE(are_equal(scanned, found)) << "key " << i;
    }
  }

  // Which of a run of events that look alike is given is not said: they are compared as they look.
  template <typename OfKey>
  static ::testing::AssertionResult are_as_wanted(std::vector<Datom> found,
                                                  const EventsWanted& wanted,
                                                  const std::vector<Datom>& all,
                                                  const OfKey& of_key) {
    using Distinct = EventsWanted::Distinct;
    const auto blur = [&](Datom& d) {
      if (wanted.distinct == Distinct::by_fact) d.tx = 0;
      if (wanted.distinct != Distinct::by_all) d.added = true;
    };
    std::vector<Datom> expected;
    for (Datom d : all) {
      if (!of_key(d) || !(d.added ? wanted.asserted : wanted.retracted)) continue;
      blur(d);
      const bool is_there = !expected.empty() && same_fact(expected.back(), d) &&
                            expected.back().tx == d.tx && expected.back().added == d.added;
      if (!is_there) expected.push_back(d);
    }
    for (Datom& d : found) blur(d);
    return are_equal(found, expected);
  }

  // [F-1, F-2]
  void check_log(const Asked& view) {
    SCOPED_TRACE(text("log of ", view.name));
    LogRange range{.newest_first = history_.dice().chance(1, 2)};
    if (history_.dice().chance(1, 2)) range.from = random_tx();
    if (history_.dice().chance(1, 2)) range.to = random_tx();
    if (history_.dice().chance(1, 2)) range.limit = history_.dice().below(5);
    auto told = *view.db.log(range);
    std::vector<Twin::Transaction> expected;
    for (const auto& t : history_.twin().transactions) {
      if (view.sees(t) && t.tx >= range.from && t.tx <= range.to) expected.push_back(t);
    }
    if (range.newest_first) std::reverse(expected.begin(), expected.end());
    if (expected.size() > range.limit) expected.resize(range.limit);
    ASSERT_EQ(told.size(), expected.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
      EXPECT_EQ(told[i].t, expected[i].tx);
      EXPECT_EQ(told[i].instant, expected[i].instant);
      check_transaction(told[i], expected[i]);
    }
  }

  // Of what keeps no history, folded transactions know less than their reports said.
  void check_transaction(Transaction told, const Twin::Transaction& expected) {
    const auto report =
        sorted(history_.schema(), IndexOrder::eavt, history_.twin().report(expected));
    const auto is_kept = [&](const Datom& d) {
      const Attribute* attribute = history_.schema().find(d.a);
      return !attribute || !attribute->no_history || d.a.is_keyword("db/txInstant");
    };
    std::vector<Datom> kept;
    std::copy_if(report.begin(), report.end(), std::back_inserter(kept), is_kept);
    for (const Datom& d : told.datoms) {
      const bool is_reported = std::any_of(report.begin(), report.end(), [&](const Datom& r) {
        return same_fact(r, d) && r.tx == d.tx && r.added == d.added;
      });
      EXPECT_TRUE(is_reported);
    }
    std::erase_if(told.datoms, [&](const Datom& d) { return !is_kept(d); });
    ASSERT_TRUE(are_equal(told.datoms, kept));
  }

  RandomHistory& history_;
};

}  // namespace

void check_random_views(std::uint64_t seed) {
  SCOPED_TRACE(text("seed ", seed));
  RandomHistory history(seed);
  if (seed % 2 == 1) history.backdate();
  history.run(static_cast<int>(history.dice().below(10)) + 1);
  Checker checker(history);
  checker.check_all();
  checker.check_log();
  history.fold();
  checker.check_log();
}

}  // namespace stele::db
