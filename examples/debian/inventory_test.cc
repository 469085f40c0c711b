#include "inventory.h"

#include <gtest/gtest.h>

#include "samples_testing.h"

namespace debian {
namespace {

std::string answer(std::string_view query, const std::string& name) {
  const auto db = sample_inventory(name).db().value();
  return stele::write_edn(stele::q(query, db).value().to_value());
}

TEST(inventory, holds_what_is_installed) {
  EXPECT_EQ(answer(R"([:find ?n ?v ?kib :where [?i :installed/name ?n] [?i :installed/version ?v]
                                               [?i :installed/kib ?kib]])",
                   "installed"),
            R"(#{["libgrand" "7.1-1" 900] ["libgrand:riscv64" "7.1-1" 901] ["make" "4.3-4" 1600] )"
            R"(["pigeon" "1.0-1" 50] ["viewer" "0.1-0" 5000]})");
}

TEST(inventory, knows_when_and_why_where_the_machine_does) {
  EXPECT_EQ(answer("[:find ?n ?on :where [?i :installed/name ?n] [?i :installed/on ?on]]", "when"),
            R"(#{["make" #inst "2021-04-01T00:00:00.000-00:00"]})");
  EXPECT_EQ(
      answer("[:find ?n :where [?i :installed/name ?n] [?i :installed/automatically true]]", "why"),
      R"(#{["pigeon"]})");
}

}  // namespace
}  // namespace debian
