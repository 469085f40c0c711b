// Every backend, and every pair of them in one query: the text's example with the catalog in one
// and the inventory in another, of today and as of a date, in this process, by the command line and
// through the pipe; and what processes see of each other's commits.
#include <map>

#include "backends_testing.h"
#include "base/text.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using base::text;
using scene::answer;
using scene::Backend;
using scene::kInStock;
using scene::kInStockAnswer;
using scene::PipeProgram;
using scene::Place;
using scene::quoted;
using scene::run_program;

const char* const kMoment = "2025-11-01";
const char* const kRiseInPrice = "[[:db/add 1 :product/price 12.49]]";
const char* const kInStockToday = R"(#{["Thingamajig" 3.75 58] ["Widget" 12.49 140]})";

std::string at(const std::string& day, const std::string& forms) {
  return text("{:tx-data ", forms, " :tx-meta {:db/txInstant #inst \"", day, "\"}}");
}
std::string products_then() { return at("2025-10-01", scene::kProducts); }
std::string rise_in_price() { return at("2025-12-01", kRiseInPrice); }

// The catalog and the inventory on one backend, made once. The catalog's trees are in the store;
// the inventory is in its head.
struct Shop {
  Place catalog, inventory;
};

const Shop& shop(const Backend& backend) {
  static std::map<std::string, Shop> shops;
  auto [found, is_new] = shops.try_emplace(backend.name);
  auto& shop = found->second;
  if (!is_new) return shop;
  shop = {backend.new_place(), backend.new_place()};
  auto catalog = scene::create_schemaless(shop.catalog.url);
  catalog.transact(products_then()).value();
  catalog.transact(rise_in_price()).value();
  catalog.fold().value();
  scene::create_schemaless(shop.inventory.url).transact(scene::kStock).value();
  shop.catalog.show();
  shop.inventory.show();
  return shop;
}

using Pair = std::tuple<std::size_t, std::size_t>;

class EachPair : public testing::TestWithParam<Pair> {
 protected:
  const Backend& first() const { return scene::backends()[std::get<0>(GetParam())]; }
  const Backend& second() const { return scene::backends()[std::get<1>(GetParam())]; }
  std::string catalog() const { return shop(first()).catalog.read_url; }
  std::string inventory() const { return shop(second()).inventory.read_url; }
};

std::string name_of_pair(const testing::TestParamInfo<Pair>& pair) {
  const auto backends = scene::backends();
  return text(backends[std::get<0>(pair.param)].name, "_with_",
              backends[std::get<1>(pair.param)].name);
}

const auto all = testing::Range<std::size_t>(0, scene::backends().size());
const auto shared = testing::ValuesIn(scene::backends_that(&Backend::is_shared));

INSTANTIATE_TEST_SUITE_P(Backends, EachPair, testing::Combine(all, all), name_of_pair);

TEST_P(EachPair, JoinsInOneQuery) {
  const auto now = connect(catalog()).value().db().value();
  const auto stock = connect(inventory()).value().db().value();
  EXPECT_EQ(answer(kInStock, {now, stock}), kInStockToday);
  EXPECT_EQ(answer(kInStock, {now.as_of(instant("2025-11-01")), stock}), kInStockAnswer);
  EXPECT_EQ(answer(kInStock, {now.as_of(instant("2025-09-01")), stock}), "#{}");
  EXPECT_EQ(answer(kInStock, {open(catalog() + '@' + kMoment).value(), open(inventory()).value()}),
            kInStockAnswer);
}

class EachSharedPair : public EachPair {};

INSTANTIATE_TEST_SUITE_P(Backends, EachSharedPair, testing::Combine(shared, shared), name_of_pair);

TEST_P(EachSharedPair, JoinsOnTheCommandLine) {
  const auto query = text("query ", quoted(kInStock), ' ');
  const auto today = run_program(text(query, quoted(catalog()), ' ', quoted(inventory())));
  EXPECT_EQ(today.out, text(kInStockToday, '\n'));
  EXPECT_EQ(today.status, 0);
  const auto then =
      run_program(text(query, quoted(text(catalog(), '@', kMoment)), ' ', quoted(inventory())));
  EXPECT_EQ(then.out, text(kInStockAnswer, '\n'));
}

// --- the pipe ----------------------------------------------------------------------------------

// Connects the pipe to both databases of a shop; those in memory are made in the pipe's process.
void connect_shop(PipeProgram& pipe, const Backend& backend) {
  const auto told = [&](const std::string& request) {
    const auto answer = pipe.ask(request);
    EXPECT_TRUE(answer.starts_with("{:ok ")) << request << "\n" << answer;
  };
  const std::string name = backend.name;
  if (backend.is_shared) {
    const auto& [catalog, inventory] = shop(backend);
    told(text("{:op :connect :id \"cat-", name, "\" :config \"", catalog.read_url, "\"}"));
    told(text("{:op :connect :id \"inv-", name, "\" :config \"", inventory.read_url, "\"}"));
    return;
  }
  for (const char* id : {"cat-", "inv-"})
    told(text("{:op :create :id \"", id, name, "\" :config {:schema-flexibility :read}}"));
  const char* meta = " :tx-meta {:db/txInstant #inst \"";
  told(
      text("{:op :transact :id \"cat-", name, "\" :tx ", scene::kProducts, meta, "2025-10-01\"}}"));
  told(text("{:op :transact :id \"cat-", name, "\" :tx ", kRiseInPrice, meta, "2025-12-01\"}}"));
  told(text("{:op :transact :id \"inv-", name, "\" :tx ", scene::kStock, "}"));
}

TEST(ThePipe, JoinsEachPair) {
  for (const auto& backend : scene::backends()) shop(backend);  // which say whom they let in
  PipeProgram pipe;
  for (const auto& backend : scene::backends()) connect_shop(pipe, backend);
  for (const auto& first : scene::backends()) {
    for (const auto& second : scene::backends()) {
      SCOPED_TRACE(text(first.name, " with ", second.name));
      const auto joined = [&](const std::string& catalog) {
        return pipe.ask(text("{:op :q :query ", kInStock, " :args [", catalog, " #db \"inv-",
                             second.name, "\"]}"));
      };
      const auto catalog = text("#db \"cat-", first.name, '"');
      EXPECT_EQ(joined(catalog), text("{:ok ", kInStockToday, "}"));
      EXPECT_EQ(joined(text("#db-as-of [", catalog, " #inst \"", kMoment, "\"]")),
                text("{:ok ", kInStockAnswer, "}"));
    }
  }
}

// --- each backend ------------------------------------------------------------------------------

class EachBackend : public testing::TestWithParam<std::size_t> {
 protected:
  const Backend& backend() const { return scene::backends()[GetParam()]; }
};

std::string name_of(const testing::TestParamInfo<std::size_t>& backend) {
  return scene::backends()[backend.param].name;
}

INSTANTIATE_TEST_SUITE_P(Backends, EachBackend, all, name_of);

class EachSharedBackend : public EachBackend {};

INSTANTIATE_TEST_SUITE_P(Backends, EachSharedBackend, shared, name_of);

// A Db that is held stays what it was while another process commits, and folds; the next one sees
// what that process did.
TEST_P(EachSharedBackend, ShowsWhatAnotherProcessCommitsAndLeavesOlderValuesAlone) {
  const auto place = backend().new_place();
  scene::create_schemaless(place.url).transact(products_then()).value();
  place.show();
  auto connection = connect(place.read_url).value();
  const auto before = connection.db().value();
  const auto stock = scene::create_schemaless(backend().new_place().url);
  stock.transact(scene::kStock).value();
  const auto inventory = stock.db().value();
  EXPECT_EQ(answer(kInStock, {before, inventory}), kInStockAnswer);

  const auto program = [&](const std::string& what, const std::string& forms) {
    const auto ran = run_program(text(what, ' ', quoted(place.url), forms));
    EXPECT_EQ(ran.status, 0) << ran.out;
    place.show();
  };
  program("transact", text(' ', quoted(kRiseInPrice)));
  EXPECT_EQ(answer(kInStock, {before, inventory}), kInStockAnswer);
  EXPECT_EQ(answer(kInStock, {connection.db().value(), inventory}), kInStockToday);
  program("fold", "");
  program("transact", text(' ', quoted("[[:db/add 1 :product/name \"Gizmo\"]]")));
  EXPECT_EQ(answer(kInStock, {before, inventory}), kInStockAnswer);
  const auto now = connection.db().value();
  EXPECT_EQ(answer(kInStock, {now, inventory}),
            R"(#{["Gizmo" 12.49 140] ["Thingamajig" 3.75 58]})");
  EXPECT_EQ(answer(kInStock, {now.as_of(before.max_tx()), inventory}), kInStockAnswer);
}

TEST_P(EachBackend, IsWrittenToOrSaysWhyNot) {
  const auto place = backend().new_place();
  scene::create_schemaless(place.url).transact(scene::kProducts).value();
  place.show();
  auto connection = connect(place.read_url).value();
  const auto report = connection.transact(kRiseInPrice);
  EXPECT_EQ(report.ok() ? "" : report.error().code(),
            backend().is_written ? "" : "store/read-only");
  EXPECT_EQ(create_database(place.read_url).error().code(),
            backend().is_written ? "db-already-exists" : "store/read-only");
}

}  // namespace
}  // namespace stele
