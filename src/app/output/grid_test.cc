#include "app/output/grid.h"

#include <gtest/gtest.h>

#include "app/output/csv.h"
#include "app/output/json.h"
#include "app/output/table.h"
#include "edn/reader.h"

namespace stele::app {
namespace {

// What a query finds in a relation.
Grid found(std::string_view query, std::string_view relation = R"([["Tee" 12] ["Cup" 7]])") {
  auto rows = q(query, edn::read(relation).value());
  EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message());
  return grid_of(rows.value());
}

template <typename Write>
std::string written(Write write, const Grid& grid) {
  Sink out;
  write(out, grid);
  return out.text();
}

std::string csv(std::string_view query) { return written(write_csv, found(query)); }
std::string json(std::string_view query) { return written(write_json, found(query)); }
std::string table(std::string_view query) {
  return written([](Sink& out, const Grid& grid) { write_table(out, grid, 0); }, found(query));
}

TEST(Grid, HasTheNamesOfFind) {
  const auto query = "[:find ?x (count ?n) :in [[?x ?n]] :order-by [?x]]";
  EXPECT_EQ(csv(query), "x,(count ?n)\r\nCup,1\r\nTee,1\r\n");
  EXPECT_EQ(json(query),
            "[{\"x\":\"Cup\",\"(count ?n)\":1},\n {\"x\":\"Tee\",\"(count ?n)\":1}]\n");
  EXPECT_EQ(table(query),
            " ?x    (count ?n)\n"
            "──────────────────\n"
            " Cup            1\n"
            " Tee            1\n"
            "2 rows\n");
}

TEST(Grid, HasTheNamesOfKeysStrsAndSyms) {  // [Q-32]
  const auto keys = "[:find ?x (sum ?n) :keys item shop/stock :in [[?x ?n]] :order-by [?x]]";
  EXPECT_EQ(csv(keys), "item,shop/stock\r\nCup,7\r\nTee,12\r\n");
  EXPECT_EQ(json(keys),
            "[{\"item\":\"Cup\",\"shop/stock\":7},\n {\"item\":\"Tee\",\"shop/stock\":12}]\n");
  EXPECT_EQ(table(keys),
            " :item   :shop/stock\n"
            "─────────────────────\n"
            " Cup               7\n"
            " Tee              12\n"
            "2 rows\n");
  const auto strs = "[:find ?x ?n :strs ?item n :in [[?x ?n]] :order-by [?x] :limit 1]";
  EXPECT_EQ(csv(strs), "?item,n\r\nCup,7\r\n");
  EXPECT_EQ(json(strs), "[{\"?item\":\"Cup\",\"n\":7}]\n");
  const auto syms = "[:find ?x ?n :syms item n :in [[?x ?n]] :order-by [?n :desc] :limit 1]";
  EXPECT_EQ(csv(syms), "item,n\r\nTee,12\r\n");
  EXPECT_EQ(table(syms),
            " item    n\n"
            "───────────\n"
            " Tee    12\n"
            "1 row\n");
}

TEST(Grid, OfOneTupleWithKeysIsOneRow) {  // [Q-32]
  EXPECT_EQ(json("[:find [?x ?n] :keys item n :in [[?x ?n]] :where [(< ?n 10)]]"),
            "{\"item\":\"Cup\",\"n\":7}\n");
  EXPECT_EQ(json("[:find [?x ?n] :keys item n :in [[?x ?n]] :where [(< ?n 1)]]"), "null\n");
}

TEST(Grid, OfMapsHasTheirKeys) {  // [Q-31]
  const auto maps = found("[:find [?m ...] :in [?m ...]]", R"([{:n 7 :item "Cup"} {:n 12}])");
  EXPECT_EQ(written(write_csv, maps), "item,n\r\nCup,7\r\n,12\r\n");
  EXPECT_EQ(written(write_json, maps), "[{\"item\":\"Cup\",\"n\":7},\n {\"n\":12}]\n");
  const auto map = found("[:find ?m . :in ?m]", "{:n 7}");
  EXPECT_EQ(written(write_json, map), "{\"n\":7}\n");
  EXPECT_EQ(map.shape, Grid::Shape::entity);
}

TEST(Grid, OfValuesAndMapsIsOneColumn) {
  const auto mixed = found("[:find [?m ...] :in [?m ...]]", "[{:n 7} nil]");
  EXPECT_EQ(mixed.shape, Grid::Shape::values);
  EXPECT_EQ(mixed.heads.size(), 1u);
}

TEST(Grid, IsSortedInATableOnlyIfItIsASet) {  // [Q-30]
  EXPECT_EQ(table("[:find ?x :in [[?x ?n]]]"), " ?x\n─────\n Cup\n Tee\n2 rows\n");
  EXPECT_EQ(table("[:find ?x :in [[?x ?n]] :order-by [?x :desc]]"),
            " ?x\n─────\n Tee\n Cup\n2 rows\n");
  EXPECT_FALSE(found("[:find ?x :with ?n :in [[?x ?n]]]").is_set);
  EXPECT_FALSE(found("[:find ?x :keys x :in [[?x ?n]]]").is_set);
  EXPECT_FALSE(found("[:find ?x (max ?n) :in [[?x ?n]]]").is_set);
}

}  // namespace
}  // namespace stele::app
