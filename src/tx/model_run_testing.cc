#include "tx/model_run_testing.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "edn/writer.h"
#include "tx/model_forms_testing.h"
#include "tx/model_testing.h"
#include "tx/transact_testing.h"

namespace stele::tx {
namespace {

// "e a v tx" lines, sorted, without the instants of transactions.
std::vector<std::string> lines_of(const Result<std::vector<Datom>>& datoms) {
  std::vector<std::string> out;
  if (!datoms.ok()) return {datoms.error().message()};
  for (const Datom& d : *datoms) {
    if (d.a.is_keyword("db/txInstant")) continue;
    out.push_back(base::text(d.e, ' ', edn::write(d.a), ' ', edn::write(d.v), ' ', d.tx));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> lines_of(const Model& model, TxId at, bool indexed_only = false) {
  std::vector<std::string> out;
  const auto show = [&](const Model::Fact& f) {
    const bool holds = f.tx <= at && (f.ended == 0 || f.ended > at);
    if (f.a.is_keyword("db/txInstant") || !holds) return;
    if (indexed_only && !model.is_indexed(f.a)) return;
    out.push_back(base::text(f.e, ' ', edn::write(f.a), ' ', edn::write(f.v), ' ', f.tx));
  };
  for (const auto& fact : model.facts()) show(fact);
  for (const auto& fact : model.past()) show(fact);
  std::sort(out.begin(), out.end());
  return out;
}

// In their order. [T-73, T-81]
std::string shown_changes(const std::vector<Datom>& changes) {
  std::string out;
  for (const Datom& d : changes) {
    if (d.a.is_keyword("db/txInstant")) continue;
    out += base::text(d.added ? '+' : '-', d.e, ' ', edn::write(d.a), ' ', edn::write(d.v), ' ',
                      d.tx, '\n');
  }
  return out;
}

void expect_same(const TestLine& line, const Model& model) {
  ASSERT_EQ(line.db().max_eid(), model.max_eid());
  ASSERT_EQ(line.db().max_tx(), model.max_tx());
  const auto now = lines_of(model, model.max_tx());
  ASSERT_EQ(lines_of(line.db().datoms(IndexOrder::eavt)), now);
  ASSERT_EQ(lines_of(line.db().datoms(IndexOrder::aevt)), now);
  ASSERT_EQ(lines_of(line.db().datoms(IndexOrder::avet)), lines_of(model, model.max_tx(), true));
}

void expect_same_tempids(const TxReport& report, const Model& model) {
  for (const auto& [name, e] : model.tempids()) {
    if (name[0] == 't') {
      ASSERT_EQ(tempid(report, Value(std::stoll(name.substr(1)))), e);
    }
    if (name[0] == 's') {
      ASSERT_EQ(tempid(report, Value(name.substr(1))), e);
    }
  }
}

void expect_same_past(const TestLine& line, const Model& model) {
  const bool keeps_history = line.state()->config.keep_history;
  for (TxId tx = kTx0 + 1; tx <= model.max_tx() && keeps_history; ++tx) {
    ASSERT_EQ(lines_of(line.db().as_of(tx).datoms(IndexOrder::eavt)), lines_of(model, tx)) << tx;
  }
  ASSERT_EQ(lines_of(Db(line.reopened(), nullptr).datoms(IndexOrder::eavt)),
            lines_of(model, model.max_tx()));
  ASSERT_EQ(line.reopened()->commit_id, line.state()->commit_id);
}

}  // namespace

ModelRun run_model(std::uint64_t seed, int transactions) {
  SCOPED_TRACE(base::text("seed ", seed));
  base::TestRandom random(seed);
  ModelForms forms(random);
  format::Config config;
  config.keep_history = random.chance(3, 4);
  config.schema_on_read = random.chance(1, 3);
  TestLine line(config);
  line.must(forms.schema());
  Model model(config, line.db());
  ModelRun run;
  for (int i = 0; i < transactions; ++i) {
    const Value items = forms.transaction();
    SCOPED_TRACE(edn::write(items));
    const auto before = line.state();
    const auto expected = model.transact(items);
    const auto outcome = line.transact(items);
    const bool both_refuse = !outcome.ok() && expected.has_value();
    if (!both_refuse || !model.is_code_open()) {
      EXPECT_EQ(outcome.ok() ? "" : outcome.error().code(), expected.value_or(""))
          << (outcome.ok() ? "" : outcome.error().message());
    }
    if (outcome.ok()) {
      ++run.accepted;
      EXPECT_EQ(shown_changes(outcome->report.tx_data), shown_changes(model.changes()));
      expect_same_tempids(outcome->report, model);
      expect_same(line, model);
    } else {
      ++run.refused;
      EXPECT_EQ(line.state(), before);
    }
    if (::testing::Test::HasFailure()) return run;
    if (random.chance(1, 12)) line.fold();
  }
  expect_same_past(line, model);
  return run;
}

}  // namespace stele::tx
