#include "scene_testing.h"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "base/text.h"

namespace stele::scene {

const char* const kProducts = R"([
  {:db/id 1 :product/sku "W001" :product/name "Widget" :product/price 9.99}
  {:db/id 2 :product/sku "G002" :product/name "Gadget" :product/price 24.5}
  {:db/id 3 :product/sku "T003" :product/name "Thingamajig" :product/price 3.75}])";

const char* const kStock = R"([{:stock/sku "W001" :stock/count 140}
  {:stock/sku "G002" :stock/count 0}
  {:stock/sku "T003" :stock/count 58}])";

const char* const kInStock = R"([:find ?name ?price ?stock
  :in $cat $inv
  :where [$cat ?p :product/sku ?sku]
         [$cat ?p :product/name ?name]
         [$cat ?p :product/price ?price]
         [$inv ?i :stock/sku ?sku]
         [$inv ?i :stock/count ?stock]
         [(> ?stock 0)]])";

const char* const kInStockAnswer = R"(#{["Thingamajig" 3.75 58] ["Widget" 9.99 140]})";

Scratch::Scratch() {
  std::string path = std::filesystem::temp_directory_path() / "stele-test-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  path_ = path;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Connection create_schemaless(const std::string& url) {
  return create_database(url, read_edn("{:schema-flexibility :read}").value()).value();
}

std::string answer(const char* query, std::initializer_list<Input> inputs) {
  auto rows = q(query, std::span(inputs.begin(), inputs.size()));
  if (!rows.ok()) return rows.error().code() + ": " + rows.error().message();
  return write_edn(rows->to_value());
}

std::string ledger_entry(int writer, std::int64_t number) {
  return base::text("[{:entry/writer ", writer, " :entry/number ", number, "}]");
}

std::set<std::pair<std::int64_t, std::int64_t>> ledger(const Db& db) {
  auto rows = q("[:find ?w ?n :where [?e :entry/writer ?w] [?e :entry/number ?n]]", db).value();
  std::set<std::pair<std::int64_t, std::int64_t>> entries;
  if (rows.empty()) return entries;
  for (auto [writer, number] : rows.as<std::int64_t, std::int64_t>()) {
    entries.emplace(writer, number);
  }
  return entries;
}

std::int64_t ledger_entities(const Db& db) {
  const auto count = q("[:find (count ?e) . :where [?e :entry/number]]", db).value().to_value();
  return count.is_nil() ? 0 : count.as_int64();
}

int repetitions(const char* what, int otherwise) {
  const char* given = std::getenv((std::string("STELE_") + what).c_str());
  return given ? std::atoi(given) : otherwise;
}

}  // namespace stele::scene
