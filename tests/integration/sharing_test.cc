// Structural sharing: a fold of ten datoms into a million rewrites about a dozen nodes.
#include <algorithm>
#include <cstdio>

#include "db/state.h"
#include "scene_testing.h"
#include "tree/merge.h"

namespace stele {
namespace {

constexpr int kProducts = 333'300;  // of three datoms each, like those of the text
constexpr int kPerTransaction = 33'330;

std::vector<base::Hash> nodes_of(const Db& db) {
  std::vector<base::Hash> all;
  tree::Reader reader;
  for (int t = 0; t < format::kTreeCount; ++t) {
    const auto tree = static_cast<format::Tree>(t);
    auto hashes =
        tree::verify_tree(*db.state()->source, tree, db.state()->index(tree).base, reader);
    auto& found = hashes.value();
    all.insert(all.end(), found.begin(), found.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Sharing, AFoldOfTenDatomsIntoAMillionSharesNearlyEverything) {
  scene::Scratch scratch;
  auto connection = scene::create_schemaless("memory:" + scratch.path());
  const auto sku = Value::keyword("product/sku"), name = Value::keyword("product/name"),
             price = Value::keyword("product/price");
  for (int from = 0; from < kProducts; from += kPerTransaction) {
    std::vector<Value> forms;
    for (int i = from; i < from + kPerTransaction; ++i) {
      forms.push_back(Value::map({{sku, Value("W" + std::to_string(i))},
                                  {name, Value("product " + std::to_string(i))},
                                  {price, Value(i * 0.01)}}));
    }
    connection.transact(Value::vector(std::move(forms))).value();
  }
  connection.fold().value();
  const auto before = connection.db().value();
  EXPECT_GE(before.count().value(), 999'900u);
  const auto nodes_before = nodes_of(before);

  // Ten datoms: three new products, and the instant of their transaction.
  const auto report =
      connection
          .transact(R"([{:product/sku "X1" :product/name "Doohickey" :product/price 1.5}
                        {:product/sku "X2" :product/name "Contraption" :product/price 2.5}
                        {:product/sku "X3" :product/name "Whatsit" :product/price 3.5}])")
          .value();
  ASSERT_EQ(report.tx_data.size(), 10u);
  connection.fold().value();
  const auto after = connection.db().value();
  const auto nodes_after = nodes_of(after);   // verifies the tree after
  EXPECT_EQ(nodes_of(before), nodes_before);  // and the one before once more

  std::vector<base::Hash> shared;
  std::set_intersection(nodes_before.begin(), nodes_before.end(), nodes_after.begin(),
                        nodes_after.end(), std::back_inserter(shared));
  const auto rewritten = nodes_after.size() - shared.size();
  std::printf("    %zu nodes, %zu rewritten, %.2f %% shared\n", nodes_after.size(), rewritten,
              100.0 * double(shared.size()) / double(nodes_after.size()));
  EXPECT_LE(rewritten, 16u);
  EXPECT_GE(double(shared.size()), 0.99 * double(nodes_after.size()));
}

}  // namespace
}  // namespace stele
