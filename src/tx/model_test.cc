// Random transactions against the model, which is written from the definitions.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "base/text.h"
#include "edn/writer.h"
#include "tx/model_testing.h"
#include "tx/transact_testing.h"

namespace stele::tx {
namespace {

constexpr std::string_view kSchema = R"([
  {:db/ident :name  :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :email :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :code  :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/value}
  {:db/ident :phone :db/valueType :db.type/string :db/cardinality :db.cardinality/many
   :db/unique :db.unique/identity}
  {:db/ident :tag   :db/valueType :db.type/long :db/cardinality :db.cardinality/many}
  {:db/ident :boss  :db/valueType :db.type/ref :db/cardinality :db.cardinality/one}
  {:db/ident :friend :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
  {:db/ident :spouse :db/valueType :db.type/ref :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}])";

const std::map<std::string, Model::Attribute>& schema() {
  static const std::map<std::string, Model::Attribute> attributes = {
      {"name", {}},
      {"email", {.is_identity = true, .is_unique = true}},
      {"code", {.is_unique = true}},
      {"phone", {.many = true, .is_identity = true, .is_unique = true}},
      {"tag", {.many = true, .kind = Kind::int64}},
      {"boss", {.is_ref = true}},
      {"friend", {.many = true, .is_ref = true}},
      {"spouse", {.is_ref = true, .is_identity = true, .is_unique = true}}};
  return attributes;
}

// Small worlds, so that everything meets everything.
class Forms {
 public:
  explicit Forms(base::TestRandom& random) : random_(random) {}

  Value transaction() {
    std::vector<Value> items;
    for (std::int64_t n = random_.between(1, 6); n > 0; --n) {
      items.push_back(random_.chance(2, 5) ? map(1) : operation());
    }
    return Value::vector(std::move(items));
  }

 private:
  Value word() { return Value(std::string(1, static_cast<char>('a' + random_.below(6)))); }
  Value key() {
    static const char* const kNames[] = {"name", "email",  "code",   "phone", "tag",
                                         "boss", "friend", "spouse", "tag",   "friend"};
    return Value::keyword(random_.chance(1, 300) ? "unknown" : random_.pick(kNames));
  }
  Value reference() {
    switch (random_.below(12)) {
      case 0:
        return Value::vector({Value::keyword("email"), word()});
      case 1:
        return Value::vector({Value::keyword("phone"), word()});
      case 2:
        return Value::keyword("db/current-tx");
      case 3:
        return Value(random_.between(20, 40));
      case 4:
        return Value(random_.chance(1, 2) ? "x" : "y");
      case 5:
      case 6:
      case 7:
        return Value(-random_.between(1, 3));
      default:
        return Value(random_.between(9, 16));
    }
  }
  Value value_of(const Value& key, int depth) {
    const std::string name(key.name());
    if (random_.chance(1, 200)) return Value(1.5);
    if (name == "tag") return Value(random_.between(1, 5));
    const bool is_ref = name == "boss" || name == "friend" || name == "spouse";
    if (!is_ref) return word();
    return depth > 0 && random_.chance(1, 4) ? map(depth - 1) : reference();
  }
  Value values_of(const Value& key, int depth) {
    const bool is_many =
        schema().contains(std::string(key.name())) && schema().at(std::string(key.name())).many;
    if (!is_many || random_.chance(1, 2)) return value_of(key, depth);
    std::vector<Value> values;
    for (std::int64_t n = random_.between(0, 3); n > 0; --n) values.push_back(value_of(key, depth));
    return Value::vector(std::move(values));
  }
  Value map(int depth) {
    std::vector<Value::Entry> entries;
    if (random_.chance(1, 2)) entries.emplace_back(Value::keyword("db/id"), reference());
    for (std::int64_t n = random_.between(0, 3); n > 0; --n) {
      const Value a = key();
      entries.emplace_back(a, values_of(a, depth));
    }
    if (random_.chance(1, 6)) {
      entries.emplace_back(Value::keyword(random_.chance(1, 2) ? "_friend" : "_boss"),
                           depth > 0 && random_.chance(1, 3) ? map(depth - 1) : reference());
    }
    return Value::map(std::move(entries));
  }
  Value operation() {
    const Value a = key();
    if (random_.chance(2, 3)) {
      return Value::vector({Value::keyword("db/add"), reference(), a, value_of(a, 0)});
    }
    if (random_.chance(1, 4)) return Value::vector({Value::keyword("db/retract"), reference(), a});
    return Value::vector({Value::keyword("db/retract"), reference(), a, value_of(a, 0)});
  }

  base::TestRandom& random_;
};

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

bool is_indexed(const Value& a) {
  const auto at = schema().find(std::string(a.name()));
  if (at == schema().end()) return a.is_keyword("db/ident");
  return at->second.is_unique || at->second.is_ref;
}

std::vector<std::string> lines_of(const Model& model, TxId at, bool indexed_only = false) {
  std::vector<std::string> out;
  const auto show = [&](const Model::Fact& f) {
    const bool holds = f.tx <= at && (f.ended == 0 || f.ended > at);
    if (f.a.is_keyword("db/txInstant") || !holds || (indexed_only && !is_indexed(f.a))) return;
    out.push_back(base::text(f.e, ' ', edn::write(f.a), ' ', edn::write(f.v), ' ', f.tx));
  };
  for (const auto& fact : model.facts()) show(fact);
  for (const auto& fact : model.past()) show(fact);
  std::sort(out.begin(), out.end());
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

// Returns how many of the transactions went through.
int run_seed(std::uint64_t seed, int transactions) {
  SCOPED_TRACE(base::text("seed ", seed));
  base::TestRandom random(seed);
  Forms forms(random);
  TestLine line;
  line.must(kSchema);
  Model model(schema(), line.db());
  int committed = 0;
  for (int i = 0; i < transactions; ++i) {
    const Value items = forms.transaction();
    SCOPED_TRACE(edn::write(items));
    const auto before = line.state();
    const auto expected = model.transact(items);
    const auto outcome = line.transact(items);
    EXPECT_EQ(outcome.ok() ? "" : outcome.error().code(), expected.value_or(""))
        << (outcome.ok() ? "" : outcome.error().message());
    if (outcome.ok()) {
      ++committed;
      expect_same_tempids(outcome->report, model);
    } else {
      EXPECT_EQ(line.state(), before);
    }
    expect_same(line, model);
    if (::testing::Test::HasFailure()) return committed;
    if (random.chance(1, 12)) line.fold();
  }
  for (TxId tx = kTx0 + 1; tx <= model.max_tx(); ++tx) {
    EXPECT_EQ(lines_of(line.db().as_of(tx).datoms(IndexOrder::eavt)), lines_of(model, tx)) << tx;
  }
  EXPECT_EQ(lines_of(Db(line.reopened(), nullptr).datoms(IndexOrder::eavt)),
            lines_of(model, model.max_tx()));
  EXPECT_EQ(line.reopened()->commit_id, line.state()->commit_id);
  return committed;
}

TEST(TransactModel, O5_random_transactions_do_as_the_definitions_say) {
  int committed = 0;
  for (std::uint64_t seed = 1; seed <= 200 && !HasFailure(); ++seed)
    committed += run_seed(seed, 24);
  EXPECT_GT(committed, 1000);
}

}  // namespace
}  // namespace stele::tx
