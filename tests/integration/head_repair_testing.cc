#include "head_repair_testing.h"

#include <set>

namespace stele::scene {

void build_small(const std::string& url) {
  auto connection = create_schemaless(url);
  connection.transact(R"([{:db/id 1 :name "Ada" :age 36} {:db/id 2 :name "Grace" :age 45}])")
      .value();
  connection.transact("[[:db/add 1 :age 37]]").value();
  connection.fold().value();
  connection.transact("[[:db/add 2 :age 46]]").value();
  connection.fold().value();
  connection.transact(R"([{:db/id 3 :name "Edsger" :age 40}])").value();
  connection.transact("[[:db/retract 2 :name \"Grace\"]]").value();
}

Result<std::string> everything(const std::string& url) {
  auto connection = connect(url);
  if (!connection.ok()) return connection.error();
  auto db = connection->db();
  if (!db.ok()) return db.error();
  std::string all;
  for (const auto& view : {*db, db->history()}) {
    auto datoms = view.datoms(IndexOrder::eavt);
    if (!datoms.ok()) return datoms.error();
    for (const auto& d : *datoms)
      all += std::to_string(d.e) + write_edn(d.a) + write_edn(d.v) + std::to_string(d.tx) + "\n";
  }
  return all;
}

namespace {

// What the database has said at each of its transactions.
std::set<std::string> all_states(const std::string& url) {
  std::set<std::string> states;
  auto db = connect(url).value().db().value();
  for (TxId tx = kTx0; tx <= db.max_tx(); ++tx) {
    std::string all;
    const auto then = db.as_of(tx);
    for (const auto& d : then.datoms(IndexOrder::eavt).value())
      all += std::to_string(d.e) + write_edn(d.a) + write_edn(d.v) + "\n";
    states.insert(all);
  }
  return states;
}

std::string present(const std::string& url) {
  std::string all;
  for (const auto& d : connect(url).value().db().value().datoms(IndexOrder::eavt).value())
    all += std::to_string(d.e) + write_edn(d.a) + write_edn(d.v) + "\n";
  return all;
}

}  // namespace

RepairTally damage_head(const std::string& url, std::shared_ptr<Store> store, const HeadBytes& head,
                        const std::string& place, std::size_t step) {
  RepairTally tally;
  const std::string truth = everything(url).value(), good = head.read();
  const auto states = all_states(url);
  auto& environment = base::system_environment();
  for (std::size_t at = 0; at < good.size(); at += step) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    head.write(bad);
    const auto found = everything(url);
    if (found.ok()) {
      EXPECT_EQ(*found, truth) << "a wrong answer: byte " << at;
      ++tally.without_effect;
      head.write(good);
      continue;
    }
    EXPECT_EQ(found.error().category(), ErrorCategory::corrupt) << found.error().message();
    EXPECT_NE(found.error().message().find(place), std::string::npos) << found.error().message();
    const auto repaired = conn::repair(store, "db", environment);
    if (repaired.ok()) {
      EXPECT_TRUE(repaired->restored) << at;
      EXPECT_TRUE(states.count(present(url))) << "byte " << at << " became " << present(url);
      EXPECT_TRUE(connect(url).value().transact("[{:db/id 9 :name \"after\"}]").ok()) << at;
      ++tally.restored;
    } else {
      EXPECT_EQ(repaired.error().code(), "head/lost") << repaired.error().message();
      EXPECT_EQ(head.read(), bad) << "changed although it was not repaired: byte " << at;
      ++tally.lost;
    }
    head.write(good);
    if (testing::Test::HasFailure()) return tally;
  }
  EXPECT_EQ(everything(url).value(), truth);
  return tally;
}

}  // namespace stele::scene
