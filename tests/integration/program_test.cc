// The command line as a person meets it: what is printed, where, and with which status.
#include <algorithm>
#include <fstream>

#include "program_testing.h"
#include "scene_testing.h"

namespace stele {
namespace {

using scene::Ran;

class Program : public testing::Test {
 protected:
  // Runs `stele ARGUMENTS` in the scratch directory through a shell.
  Ran run(const std::string& arguments) { return scene::run_program(arguments, scratch_.path()); }
  void write_file(const std::string& name, const std::string& text) {
    std::ofstream(scratch_.file(name)) << text;
  }
  void make_shop() {
    write_file("products.edn", scene::kProducts);
    write_file("stock.edn", scene::kStock);
    write_file("join.edn", scene::kInStock);
    ASSERT_EQ(run("create file:catalog --schema-on-read").status, 0);
    ASSERT_EQ(run("create file:inventory --schema-on-read").status, 0);
    ASSERT_EQ(run("transact file:catalog @products.edn").status, 0);
    ASSERT_EQ(run("transact file:inventory - < stock.edn").status, 0);
  }
  scene::Scratch scratch_;
};

TEST_F(Program, JoinsTheTextsExample) {
  make_shop();
  EXPECT_EQ(run("query @join.edn file:catalog file:inventory").out,
            std::string(scene::kInStockAnswer) + "\n");
  EXPECT_EQ(run("query - file:catalog file:inventory < join.edn").out,
            std::string(scene::kInStockAnswer) + "\n");
  EXPECT_EQ(run("query @join.edn file:catalog file:inventory --table").out,
            " ?name         ?price   ?stock\n"
            "───────────────────────────────\n"
            " Thingamajig     3.75       58\n"
            " Widget          9.99      140\n"
            "2 rows\n");
}

TEST_F(Program, ReadsThePast) {
  make_shop();
  ASSERT_EQ(run("transact file:catalog '[[:db/add 1 :product/price 12.49]]'").status, 0);
  EXPECT_EQ(run("query '[:find ?p . :where [1 :product/price ?p]]' file:catalog").out, "12.49\n");
  EXPECT_EQ(run("query '[:find ?p . :where [1 :product/price ?p]]' file:catalog@536870913").out,
            "9.99\n");
}

TEST_F(Program, TakesValuesAsInputs) {
  make_shop();
  EXPECT_EQ(
      run("query '[:find ?n . :in $ ?sku :where [?e :product/sku ?sku] [?e :product/name ?n]]'"
          " file:catalog '\"G002\"'")
          .out,
      "\"Gadget\"\n");
}

TEST_F(Program, TakesVectorsAsInputs) {
  make_shop();
  EXPECT_EQ(run("query '[:find [?x ...] :in [?x ...]]' '[\"a,b\"]'").out, "[\"a,b\"]\n");
  EXPECT_EQ(run("query '[:find [?x ?y] :in [?x ?y]]' '[1 2]'").out, "[1 2]\n");
}

TEST_F(Program, PrintsDatomsSchemaAndInfo) {
  make_shop();
  EXPECT_EQ(run("datoms file:catalog aevt :product/price").out,
            "[1 :product/price 9.99 536870913 true]\n"
            "[2 :product/price 24.5 536870913 true]\n"
            "[3 :product/price 3.75 536870913 true]\n");
  EXPECT_EQ(run("schema file:catalog").out, "{}\n");
  const auto info = run("info file:catalog").out;
  EXPECT_NE(info.find("datoms        10"), std::string::npos) << info;
  EXPECT_EQ(run("fold file:catalog").status, 0);
  EXPECT_NE(run("verify file:catalog").out.find("verified:"), std::string::npos);
}

TEST_F(Program, AnswersThePipe) {
  write_file("requests", R"({:op :ping :rid 7}
{:op :create :id "c" :config {:schema-flexibility :read}}
{:op :transact :id "c" :tx [{:db/id -1 :x 1}]}
{:op :q :query [:find ?x . :where [_ :x ?x]] :id "c"}
not a map
{:op :q :query [:find ?x :where
)");
  const auto ran = run("pipe < requests");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out.substr(0, 21), "{:ok :pong :rid 7}\n{:");
  EXPECT_NE(ran.out.find("\n{:ok 1}\n"), std::string::npos) << ran.out;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 6);
}

// A request of the pipe is one line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

TEST_F(Program, JoinsAFileStoreWithMemoryThroughThePipe) {
  const std::string stock = scene::kStock, products = scene::kProducts, join = scene::kInStock;
  write_file(
      "requests",
      one_line(R"({:op :create :id "cat" :config {:store "file:cat" :schema-flexibility :read}})") +
          "\n" + one_line(R"({:op :create :id "inv" :config {:schema-flexibility :read}})") + "\n" +
          one_line(R"({:op :transact :id "cat" :tx )" + products +
                   R"( :tx-meta {:db/txInstant #inst "2025-10-01"}})") +
          "\n" + one_line(R"({:op :transact :id "inv" :tx )" + stock + "}") + "\n" +
          one_line(R"({:op :q :query )" + join + R"( :args [#db "cat" #db "inv"]})") + "\n" +
          R"({:op :transact :id "cat" :tx [[:db/add 1 :product/price 12.49]]})" + "\n" +
          one_line(R"({:op :q :query )" + join +
                   R"( :args [#db-as-of [#db "cat" #inst "2025-11-01"] #db "inv"]})") +
          "\n");
  const auto out = run("pipe < requests").out;
  const std::string answer = "{:ok " + std::string(scene::kInStockAnswer) + "}\n";
  const auto first = out.find(answer);
  ASSERT_NE(first, std::string::npos) << out;
  EXPECT_NE(out.find(answer, first + 1), std::string::npos) << out;  // and once more, of the past
}

TEST_F(Program, TellsMistakesWithStatusOneAndNothingHappens) {
  make_shop();
  const struct {
    const char* arguments;
    const char* said;
  } kMistakes[] = {
      {"query '[:find ?x :where [?x :a' file:catalog", "edn/eof"},
      {"query '[:find ?y :where [?x :a _]]' file:catalog", "Query for unknown vars: [?y]"},
      {"query '[:find ?x :where [?x :a _]]' file:nowhere", "nowhere"},
      {"query '[:find ?x :where [?x :a _]]'", "query/inputs"},
      {"query '[:find ?x :wher [?x :a _]]' file:catalog", ":where"},
      {"transact file:catalog '[[:db/ad 1 :a 2]]'", ":db/add"},
      {"transact file:catalog '[{:db/id \"a\"'", "edn/eof"},
      {"transact file:catalog '[[:db/add 1 :a nil]]'", "Cannot store nil as a value"},
      {"transact file:catalog @nothing.edn", "nothing.edn"},
      {"create file:catalog", "already"},
      {"create ftp:x", "begins with memory:"},
      {"datoms file:catalog vaet", "vaet"},
      {"query '[:find ?x :where [?x :a _]]' file:catalog@soon", "soon"},
      {"nonsense", "nonsense"},
  };
  const auto before = run("datoms file:catalog").out;
  for (const auto& mistake : kMistakes) {
    const auto ran = run(mistake.arguments);
    EXPECT_EQ(ran.status, 1) << mistake.arguments << "\n" << ran.out;
    EXPECT_NE(ran.out.find(mistake.said), std::string::npos) << mistake.arguments << "\n"
                                                             << ran.out;
  }
  EXPECT_EQ(run("datoms file:catalog").out, before);
}

TEST_F(Program, AFailedCreationTouchesNothingElse) {
  make_shop();
  const auto before = run("datoms file:catalog").out;
  EXPECT_EQ(run("create 'file:catalog#try' --schema '[[:db/ad 1 :a 2]]'").status, 1);
  EXPECT_EQ(run("delete 'file:catalog#try'").status, 1);
  EXPECT_EQ(run("datoms file:catalog").out, before);
  EXPECT_EQ(run("create file:new --schema '[[:db/ad 1 :a 2]]'").status, 1);
  EXPECT_NE(run("info file:new").out.find("There is no store"), std::string::npos);
}

TEST_F(Program, RepairsADamagedHead) {
  make_shop();
  ASSERT_EQ(run("fold file:catalog").status, 0);
  ASSERT_EQ(run("transact file:catalog '[[:db/add 1 :product/price 12.49]]'").status, 0);
  ASSERT_EQ(run("transact file:catalog '[[:db/add 1 :product/price 13.49]]'").status, 0);
  EXPECT_NE(run("repair file:catalog").out.find("nothing to repair"), std::string::npos);

  // One byte of the last transaction's record turns.
  const auto path = scratch_.file("catalog/heads/db");
  std::fstream head(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(head)), {});
  const auto last = bytes.find_last_not_of('\0');
  head.seekp(static_cast<std::streamoff>(last - 40));
  head.put(static_cast<char>(bytes[last - 40] ^ 1));
  head.close();

  const auto broken = run("datoms file:catalog");
  EXPECT_EQ(broken.status, 1);
  EXPECT_NE(broken.out.find("heads/db"), std::string::npos) << broken.out;
  EXPECT_NE(broken.out.find("byte"), std::string::npos) << broken.out;
  const auto repaired = run("repair file:catalog");
  EXPECT_EQ(repaired.status, 0) << repaired.out;
  EXPECT_NE(repaired.out.find("restored: transaction 536870914"), std::string::npos)
      << repaired.out;
  EXPECT_EQ(run("query '[:find ?p . :where [1 :product/price ?p]]' file:catalog").out, "12.49\n");
  EXPECT_EQ(run("transact file:catalog '[[:db/add 1 :product/price 14.49]]'").status, 0);
  EXPECT_NE(run("verify file:catalog").out.find("verified"), std::string::npos);
}

TEST_F(Program, CopiesPublishesAndLists) {
  make_shop();
  ASSERT_EQ(run("fold file:catalog").status, 0);
  const auto copied = run("copy file:catalog file:backup").out;
  EXPECT_TRUE(copied.starts_with("copied to file:backup: transaction 536870913 of ")) << copied;
  EXPECT_NE(copied.find("; 1 pack ("), std::string::npos) << copied;
  EXPECT_EQ(run("query @join.edn file:backup file:inventory").out,
            std::string(scene::kInStockAnswer) + "\n");
  EXPECT_NE(run("verify file:backup").out.find("verified"), std::string::npos);
  EXPECT_NE(run("copy file:catalog file:backup").out.find("which was there already; 0 packs"),
            std::string::npos);

  EXPECT_EQ(run("publish file:catalog www/catalog").status, 0);
  EXPECT_EQ(run("publish file:catalog www/catalog").status, 0);
  std::ifstream names(scratch_.file("www/catalog/heads.edn"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(names), {}),
            "{:stele/site 1 :heads [\"db\"]}\n");
  EXPECT_EQ(run("copy file:catalog 'file:catalog#trial'").status, 0);
  const auto listed = run("list file:catalog").out;
  EXPECT_TRUE(listed.starts_with("file:catalog        transaction 536870913 of ")) << listed;
  EXPECT_NE(listed.find("\nfile:catalog#trial  transaction 536870913 of "), std::string::npos)
      << listed;
  const auto all = run("list file:.").out;
  EXPECT_NE(all.find("file:./backup"), std::string::npos) << all;
  EXPECT_NE(all.find("file:./catalog#trial"), std::string::npos) << all;

  const struct {
    const char* arguments;
    const char* said;
  } kMistakes[] = {
      {"copy file:inventory file:backup", "sync/forked"},
      {"publish file:inventory www/catalog", "sync/forked"},
      {"publish file:catalog inventory", "store/foreign"},
      {"publish file:catalog@2025-11-01 www/catalog", "names a moment"},
      {"copy file:nowhere file:backup", "nowhere"},
      {"copy file:catalog 'http://127.0.0.1:1/x'", "store/read-only"},
      {"list file:nowhere", "nowhere"},
      {"create 'http://exam ple.org/x'", "config/url"},
  };
  for (const auto& mistake : kMistakes) {
    const auto ran = run(mistake.arguments);
    EXPECT_EQ(ran.status, 1) << mistake.arguments << "\n" << ran.out;
    EXPECT_NE(ran.out.find(mistake.said), std::string::npos) << mistake.arguments << "\n"
                                                             << ran.out;
  }
}

TEST_F(Program, ReadsAndWritesThroughACache) {
  make_shop();
  ASSERT_EQ(run("fold file:catalog").status, 0);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run("query @join.edn tiered:cache,file:catalog file:inventory").out,
              std::string(scene::kInStockAnswer) + "\n");
  }
  EXPECT_EQ(run("transact tiered:cache,file:catalog '[[:db/add 1 :product/price 12.49]]'").status,
            0);
  EXPECT_EQ(run("fold tiered:cache,file:catalog").status, 0);
  const char* price = "query '[:find ?p . :where [1 :product/price ?p]]' ";
  EXPECT_EQ(run(price + std::string("file:catalog")).out, "12.49\n");
  EXPECT_EQ(run(price + std::string("tiered:cache,file:catalog")).out, "12.49\n");
  EXPECT_EQ(run(price + std::string("tiered:cache,file:catalog@536870913")).out, "9.99\n");
  const std::string map =
      R"({:store {:backend :tiered :front {:backend :file-cache :path "cache" :bytes-max 8000000})"
      R"( :back {:backend :file :path "catalog"}}})";
  EXPECT_EQ(run(price + ("'" + map + "'")).out, "12.49\n");
  EXPECT_NE(run("info tiered:inventory,file:catalog").out.find("store/foreign"), std::string::npos);
}

TEST_F(Program, RefusesADirectoryThatIsNoStore) {
  write_file("letter.txt", "dear");
  const auto ran = run("create file:.");
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("store"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace stele
