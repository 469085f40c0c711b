// Published databases on a true web server, nginx: the text's example over HTTP, what reading costs
// in requests, servers that do less than they should, and servers that do wrong.
#include <filesystem>

#include "backend/file/site_store.h"
#include "backend/http/http_store.h"
#include "conn/connection.h"
#include "net/http_server_testing.h"
#include "nginx_testing.h"
#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using net::ServedRequest;
using net::ServedResponse;
using scene::answer;
using scene::kInStock;
using scene::kInStockAnswer;
using scene::Nginx;
using scene::run_program;

std::shared_ptr<Store> http_store(const std::string& url) {
  backend::HttpStoreOptions options;
  options.address = backend::HttpAddress::read(url).value();
  return backend::make_http_store(std::move(options));
}

std::size_t with(const std::vector<std::string>& lines, std::string_view part) {
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const auto& line) {
    return line.find(part) != std::string::npos;
  }));
}

// A catalog in a file, published in a folder of the web server.
class Published : public testing::Test {
 protected:
  Published() {
    auto catalog = scene::create_schemaless(source());
    catalog
        .transact(std::string("{:tx-data ") + scene::kProducts +
                  " :tx-meta {:db/txInstant #inst \"2025-10-01\"}}")
        .value();
    auto inventory = scene::create_schemaless(stock());
    inventory.transact(scene::kStock).value();
  }
  std::string source() const { return scratch_.url("catalog"); }
  std::string stock() const { return scratch_.url("inventory"); }
  std::string www() const { return nginx_["www"] + "/" + folder_; }
  std::string url(const std::string& server = "url") const {
    return nginx_[server] + "/" + folder_;
  }
  std::string publish() {
    const auto ran = run_program("publish " + source() + " " + www());
    EXPECT_EQ(ran.status, 0) << ran.out;
    return ran.out;
  }
  // Enough to read for several requests.
  void add_items(int count) {
    auto catalog = connect(source()).value();
    for (int i = 0; i < count; i += 500) {
      std::string forms = "[";
      for (int j = i; j < i + 500; ++j)
        forms += "{:item/number " + std::to_string(j) + " :item/name \"item " +
                 std::to_string(j * 7919) + "\"}";
      catalog.transact(forms + "]").value();
    }
    catalog.fold().value();
  }
  std::vector<std::string> requests() { return nginx_.requests(folder_); }

  Nginx& nginx_ = Nginx::instance();
  const std::string folder_ = nginx_.new_folder();
  scene::Scratch scratch_;
};

constexpr const char* kItems =
    "[:find (count ?e) . :where [?e :item/number ?n] [?e :item/name ?name]]";

// --- the text's example ------------------------------------------------------------------------

TEST_F(Published, CatalogJoinsAFileInventory) {
  publish();
  const auto now = connect(url()).value().db().value();
  const auto inventory = open(stock()).value();
  EXPECT_EQ(answer(kInStock, {now, inventory}), kInStockAnswer);
  const auto said = run_program("query '" + std::string(kInStock) + "' " + url() + " " + stock());
  EXPECT_EQ(said.out, std::string(kInStockAnswer) + "\n");
}

TEST_F(Published, CatalogOfThePastJoinsTheInventoryOfToday) {
  for (const bool folded : {false, true}) {
    auto catalog = connect(source()).value();
    catalog.transact("[[:db/add 1 :product/price 12.49]]").value();
    if (folded) catalog.fold().value();
    publish();
    const auto inventory = open(stock()).value();
    EXPECT_EQ(answer(kInStock, {open(url()).value(), inventory}),
              R"(#{["Thingamajig" 3.75 58] ["Widget" 12.49 140]})");
    EXPECT_EQ(answer(kInStock, {open(url() + "@2025-11-01").value(), inventory}), kInStockAnswer);
    const auto said =
        run_program("query '" + std::string(kInStock) + "' " + url() + "@2025-11-01 " + stock());
    EXPECT_EQ(said.out, std::string(kInStockAnswer) + "\n");
  }
}

TEST_F(Published, ReadsThroughACacheOnTheDisk) {
  add_items(5'000);
  publish();
  const auto tiered = "tiered:" + scratch_.file("cache") + "," + url();
  EXPECT_EQ(answer(kItems, {open(tiered).value()}), "5000");
  EXPECT_GT(with(requests(), "/packs/"), 0u);
  EXPECT_EQ(answer(kItems, {open(tiered).value()}), "5000");  // another connection
  EXPECT_EQ(with(requests(), "/packs/"), 0u);
  const auto ran = run_program("query '" + std::string(kItems) + "' " + tiered);  // another process
  EXPECT_EQ(ran.out, "5000\n");
  const auto asked = requests();
  EXPECT_EQ(with(asked, "/packs/"), 0u);
  EXPECT_EQ(asked.size(), 1u);  // the head
  EXPECT_EQ(answer(kInStock, {open(tiered + "@2025-11-01").value(), open(stock()).value()}),
            kInStockAnswer);
}

// --- what it costs -----------------------------------------------------------------------------

TEST_F(Published, OpeningIsOneRequestAndLookingForNewsAShortOne) {
  publish();
  auto connection = connect(url()).value();
  auto asked = requests();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(with(asked, "200"), 1u);
  connection.db().value();
  asked = requests();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_TRUE(asked[0].starts_with("304 0 ")) << asked[0];

  connect(source()).value().transact("[{:product/name \"Doodad\"}]").value();
  publish();
  EXPECT_EQ(answer("[:find (count ?n) . :where [_ :product/name ?n]]", {connection.db().value()}),
            "4");
  publish();  // nothing new
  requests();
  connection.db().value();
  asked = requests();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_TRUE(asked[0].starts_with("304 0 ")) << asked[0];
}

TEST_F(Published, AHeadOfTheSameLengthInTheSameSecondIsNews) {
  publish();
  auto connection = connect(url()).value();
  for (int price = 10; price < 16; ++price) {
    connect(source())
        .value()
        .transact("[[:db/add 1 :product/price " + std::to_string(price) + ".5]]")
        .value();
    if (price % 2) connect(source()).value().fold().value();
    publish();
    EXPECT_EQ(answer("[:find ?p . :where [1 :product/price ?p]]", {connection.db().value()}),
              std::to_string(price) + ".5");
  }
}

TEST_F(Published, ReadsPartsOfPacksAndASecondTimeNothing) {
  add_items(20'000);
  publish();
  auto connection = connect(url()).value();
  const auto db = connection.db().value();
  EXPECT_EQ(answer(kItems, {db}), "20000");
  const auto asked = requests();
  EXPECT_EQ(with(asked, "206 "), with(asked, "/packs/"));
  EXPECT_EQ(answer(kItems, {db}), "20000");
  EXPECT_TRUE(requests().empty());
}

TEST_F(Published, IsRepeatableAndCopiesOnlyWhatIsNew) {
  add_items(5'000);
  EXPECT_NE(publish().find(" 0 there before"), std::string::npos);
  EXPECT_NE(publish().find("which was there already; 0 packs (0 bytes) copied"), std::string::npos);
  connect(source()).value().transact("[[:db/add 1 :product/price 1.5]]").value();
  EXPECT_NE(publish().find("; 0 packs (0 bytes) copied"), std::string::npos);
}

TEST_F(Published, IsListedAndCopied) {
  add_items(2'000);
  publish();
  const auto listed = run_program("list " + url());
  EXPECT_TRUE(listed.out.starts_with(url() + "  transaction ")) << listed.out;
  const auto original = run_program("list " + source()).out;
  EXPECT_EQ(listed.out.substr(url().size()), original.substr(source().size()));
  const auto copied = run_program("copy " + url() + " " + scratch_.url("copy"));
  EXPECT_EQ(copied.status, 0) << copied.out;
  EXPECT_EQ(run_program("query '" + std::string(kItems) + "' " + scratch_.url("copy")).out,
            "2000\n");
  EXPECT_NE(run_program("verify " + scratch_.url("copy")).out.find("verified"), std::string::npos);
}

// --- servers that do less ----------------------------------------------------------------------

TEST_F(Published, IsReadFromServersThatKnowNoRangesOrTagsOrCompressAllTheyCan) {
  add_items(20'000);
  publish();
  for (const char* server : {"no_ranges_url", "no_tags_url", "eager_url"}) {
    auto connection = connect(url(server)).value();
    EXPECT_EQ(answer(kItems, {connection.db().value()}), "20000") << server;
    EXPECT_EQ(connection.db()->commit_hash(), open(source())->commit_hash()) << server;
  }
}

TEST_F(Published, WithoutRangesEachPackIsAskedForOnceARound) {
  add_items(20'000);
  publish();
  const auto store = http_store(url("no_ranges_url"));
  const auto pack = *std::filesystem::directory_iterator(www() + "/packs");
  const std::string key = "packs/" + pack.path().filename().string();
  const auto whole = store->read(key, {}, {}).value();
  EXPECT_EQ(whole.size(), pack.file_size());
  (void)store->read(key, {10, 10}, {});
  requests();
  std::vector<ReadRequest> reads;
  for (std::uint64_t i = 0; i < 5; ++i) reads.push_back({key, {i * whole.size() / 5, 100}});
  const auto answers = store->read_many(reads, {});
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const auto at = whole.begin() + static_cast<std::ptrdiff_t>(reads[i].range.offset);
    EXPECT_EQ(*answers[i], Store::Bytes(at, at + 100));
  }
  EXPECT_EQ(requests().size(), 1u);
}

TEST_F(Published, ObjectsAreReadByEveryRange) {
  std::filesystem::create_directories(www() + "/packs");
  const auto site = backend::open_site(www()).value();
  Store::Bytes object(200'000);
  for (std::size_t i = 0; i < object.size(); ++i) object[i] = static_cast<std::uint8_t>(i * 7 >> 2);
  ASSERT_TRUE(site->write_once("packs/a", object, {}).ok());
  ASSERT_TRUE(site->write_once("packs/empty", {}, {}).ok());
  for (const char* server : {"url", "no_ranges_url"}) {
    const auto store = http_store(url(server));
    const ByteRange ranges[] = {
        {},        {0, 10},  {199'990, 10}, {199'990, 11},       {200'000, 1},
        {200'001}, {100, 0}, {150'000},     {9, UINT64_MAX - 3}, {UINT64_MAX}};
    for (const auto& range : ranges) {
      const auto read = store->read("packs/a", range, {});
      ASSERT_TRUE(read.ok()) << read.error().message();
      const auto begin = std::min<std::uint64_t>(range.offset, object.size());
      const auto end = begin + std::min<std::uint64_t>(range.length, object.size() - begin);
      EXPECT_EQ(*read, Store::Bytes(object.begin() + static_cast<std::ptrdiff_t>(begin),
                                    object.begin() + static_cast<std::ptrdiff_t>(end)))
          << server << ' ' << range.offset << '+' << range.length;
    }
    EXPECT_EQ(store->read("packs/empty", {}, {})->size(), 0u);
    EXPECT_EQ(store->read("packs/empty", {0, 5}, {})->size(), 0u);
  }
}

// --- what is refused, and what is missing ------------------------------------------------------

Error error_of(const std::string& url) {
  auto connection = connect(url);
  EXPECT_FALSE(connection.ok()) << url;
  return connection.ok() ? invalid("none", "no error") : connection.error();
}

TEST_F(Published, IsReadOnlyAndSaysWhereToWrite) {
  publish();
  auto connection = connect(url()).value();
  for (const auto& error :
       {connection.transact("[{:a 1}]").error(), create_database(url() + "/new").error(),
        delete_database(url()).error()}) {
    EXPECT_EQ(error.code(), "store/read-only") << error.message();
  }
  EXPECT_NE(delete_database(url()).error().message().find("publish that again"), std::string::npos);
  EXPECT_EQ(answer("[:find ?p . :where [1 :product/price ?p]]", {open(url()).value()}), "9.99");
}

TEST_F(Published, ErrorsSayWhatTheServerSaid) {
  publish();
  EXPECT_EQ(error_of(url() + "/elsewhere").code(), "db-does-not-exist");
  EXPECT_FALSE(database_exists(url() + "/elsewhere").value());
  EXPECT_TRUE(database_exists(url()).value());
  EXPECT_EQ(error_of(url("page_url")).code(), "store/answer");
  EXPECT_NE(error_of(url("page_url")).message().find("web page"), std::string::npos);
  const auto moved = error_of(url("moved_url"));
  EXPECT_EQ(moved.code(), "store/redirect");
  EXPECT_NE(moved.message().find(url() + "/heads/db"), std::string::npos) << moved.message();
  EXPECT_EQ(error_of(url("denied_url")).code(), "store/denied");
  EXPECT_EQ(error_of(url("busy_url")).code(), "store/busy");
  EXPECT_EQ(error_of("http://127.0.0.1:1/x").code(), "store/unreachable");
}

TEST_F(Published, IsReadOverTlsFromWhomIsTrusted) {
  add_items(5'000);
  publish();
  EXPECT_EQ(error_of(url("tls_url")).code(), "store/tls");
  const auto map = "{:store {:backend :http :url \"" + url("tls_url") + "\" :ca-bundle \"" +
                   nginx_["ca_bundle"] + "\"}}";
  EXPECT_EQ(answer(kItems, {connect(map)->db().value()}), "5000");
}

TEST_F(Published, APackThatIsGoneIsToldApartFromOneThatNeverWas) {
  add_items(3'000);
  publish();
  const auto pack = std::filesystem::directory_iterator(www() + "/packs")->path();
  auto behind = connect(url()).value();
  const auto old = behind.db().value();
  std::filesystem::rename(pack, scratch_.file("kept"));
  // The same head, and a pack that it names is not there.
  auto missing = q(kItems, old);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), "store/missing") << missing.error().message();
  // The head is looked at once, and the pack asked for once more.
  const auto store = http_store(url());
  ASSERT_TRUE(store->read_head("db", {}, 0, {}).ok());
  requests();
  EXPECT_FALSE(store->read("packs/" + pack.filename().string(), {}, {}).ok());
  const auto asked = requests();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(with(asked, "404 "), 2u);
  EXPECT_TRUE(asked[1].starts_with("304 ")) << asked[1];
  // The head has moved on.
  add_items(4'000);
  publish();
  std::filesystem::remove(pack);
  auto collected = q(kItems, old);
  ASSERT_FALSE(collected.ok());
  EXPECT_EQ(collected.error().category(), ErrorCategory::collected) << collected.error().message();
  // And one that comes back is read.
  std::filesystem::rename(scratch_.file("kept"), pack);
  EXPECT_EQ(answer(kItems, {old}), "3000");
}

TEST_F(Published, DamageIsNamed) {
  add_items(3'000);
  publish();
  const auto pack = std::filesystem::directory_iterator(www() + "/packs")->path();
  std::filesystem::resize_file(pack, std::filesystem::file_size(pack) / 2);
  auto damaged = q(kItems, open(url()).value());
  ASSERT_FALSE(damaged.ok());
  EXPECT_NE(damaged.error().message().find(pack.filename().string()), std::string::npos)
      << damaged.error().message();
}

TEST_F(Published, ASlowServerEndsWithTheDeadline) {
  add_items(3'000);
  publish();
  auto& environment = base::system_environment();
  const auto store = http_store(url("slow_url"));
  const std::string pack =
      "packs/" + std::filesystem::directory_iterator(www() + "/packs")->path().filename().string();
  const auto start_ms = environment.steady_ms();
  const auto read = store->read(pack, {0, 20'000}, base::deadline_after(environment, 300));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), "store/deadline") << read.error().message();
  EXPECT_LT(environment.steady_ms() - start_ms, 3'000);
}

// --- servers that do wrong ---------------------------------------------------------------------

Error head_error(const ServedResponse& response, std::int64_t deadline_ms = 5'000) {
  net::TestHttpServer server([&](const ServedRequest&) { return response; });
  auto& environment = base::system_environment();
  const auto start_ms = environment.steady_ms();
  const auto head = http_store(server.url())
                        ->read_head("db", {}, 0, base::deadline_after(environment, deadline_ms));
  EXPECT_LT(environment.steady_ms() - start_ms, deadline_ms + 3'000);
  EXPECT_FALSE(head.ok());
  return head.ok() ? invalid("none", "no error") : head.error();
}

TEST(WrongServers, AreTold) {
  using Then = ServedResponse::Then;
  EXPECT_EQ(head_error({.then = Then::drop}).code(), "store/broken");
  EXPECT_EQ(head_error({.body = "\x16\x03 not http at all\r\n\r\n", .then = Then::raw}).code(),
            "store/broken");
  EXPECT_EQ(head_error({.then = Then::hang}, 300).code(), "store/deadline");
  EXPECT_EQ(head_error(
                {.body = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort", .then = Then::raw})
                .code(),
            "store/broken");
  EXPECT_EQ(head_error({.headers = {{"Content-Encoding", "gzip"}}, .body = "x"}).code(),
            "store/answer");
}

TEST(WrongServers, CannotPassOffAnotherRange) {
  std::string content_range = "bytes 0-9/100";
  net::TestHttpServer server([&](const ServedRequest&) {
    return ServedResponse{206, {{"Content-Range", content_range}}, "0123456789"};
  });
  const auto store = http_store(server.url());
  EXPECT_EQ(store->read("packs/a", {0, 10}, {})->size(), 10u);
  for (const char* wrong : {"bytes 5-14/100", "bytes 0-8/100", "nonsense"}) {
    content_range = wrong;
    const auto read = store->read("packs/a", {0, 10}, {});
    ASSERT_FALSE(read.ok()) << wrong;
    EXPECT_EQ(read.error().code(), "store/answer");
  }
}

TEST(WrongServers, AHeadThatIsNoneIsCorrupt) {
  net::TestHttpServer server([](const ServedRequest&) {
    return ServedResponse{200, {{"ETag", "\"1\""}}, "hello world, I am not a head"};
  });
  const auto error = error_of(server.url());
  EXPECT_EQ(error.category(), ErrorCategory::corrupt) << error.message();
  EXPECT_NE(error.message().find(server.url()), std::string::npos) << error.message();
}

}  // namespace
}  // namespace stele
