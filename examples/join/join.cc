// Two teams, two databases, one query: in memory, with nothing to set up.
//
//   build/release/example_join
#include <cstdio>

#include <stele/stele.h>

namespace {

constexpr auto kInStock = R"([:find ?name ?price ?stock
                              :in $cat $inv
                              :where [$cat ?p :product/sku ?sku]
                                     [$cat ?p :product/name ?name]
                                     [$cat ?p :product/price ?price]
                                     [$inv ?i :stock/sku ?sku]
                                     [$inv ?i :stock/count ?stock]
                                     [(> ?stock 0)]])";

void print(const stele::Relation& rows) {
  for (auto [name, price, stock] : rows.as<std::string_view, double, std::int64_t>()) {
    std::printf("  %-12.*s %6.2f %5lld in stock\n", static_cast<int>(name.size()), name.data(),
                price, static_cast<long long>(stock));
  }
}

}  // namespace

int main() {
  const auto schemaless = stele::read_edn("{:schema-flexibility :read}").value();
  auto catalog = stele::create_database("memory:catalog", schemaless).value();
  auto inventory = stele::create_database("memory:inventory", schemaless).value();

  // Team A: products.
  const auto first = catalog
                         .transact(R"([
      {:db/id 1 :product/sku "W001" :product/name "Widget"      :product/price 9.99}
      {:db/id 2 :product/sku "G002" :product/name "Gadget"      :product/price 24.50}
      {:db/id 3 :product/sku "T003" :product/name "Thingamajig" :product/price 3.75}])")
                         .value();
  // Team B: stock levels.
  inventory
      .transact(R"([{:stock/sku "W001" :stock/count 140}
                         {:stock/sku "G002" :stock/count 0}
                         {:stock/sku "T003" :stock/count 58}])")
      .value();

  // A Db is a value: this one never changes, whatever is transacted later.
  const stele::Db yesterday = catalog.db().value();
  catalog.transact("[[:db/add 1 :product/price 12.49]]").value();

  std::puts("in stock, at today's prices:");
  print(stele::q(kInStock, catalog.db().value(), inventory.db().value()).value());
  std::puts("the same stock, at yesterday's prices:");
  print(stele::q(kInStock, yesterday, inventory.db().value()).value());
  std::puts("and as of the first transaction:");
  const auto as_of = catalog.db().value().as_of(first.tx);
  print(stele::q(kInStock, as_of, inventory.db().value()).value());
}
