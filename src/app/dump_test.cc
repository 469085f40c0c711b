// A dump says what is stored, down to the row, and says where it cannot.
#include "app/dump.h"

#include <gtest/gtest.h>

#include <stele/stele.h>

#include "conn/connection.h"
#include "edn/reader.h"
#include "store/memory_store.h"

namespace stele::app {
namespace {

class DumpTest : public testing::Test {
 protected:
  DumpTest() : store_(store::make_memory_store()) {
    format::Config config;
    config.schema_on_read = true;
    conn::create_database(*store_, config, "db", Deadline{}).value();
    connection_ = conn::Connection::open(store_, base::system_environment()).value();
  }

  void transact(const char* forms) { connection_->transact(edn::read(forms).value(), {}).value(); }
  std::vector<Value> lines(const std::string& name = "", bool full = false) {
    std::vector<Value> all;
    dump(*store_, {"db", name, full}, [&](const Value& piece) { all.push_back(piece); }).value();
    return all;
  }
  static Value part(const Value& piece, std::string_view key) {
    for (const auto& [k, v] : piece.entries()) {
      if (k == Value::keyword(key)) return v;
    }
    ADD_FAILURE() << "no :" << key << " in " << write_edn(piece);
    return Value();
  }

  std::shared_ptr<Store> store_;
  std::shared_ptr<conn::Connection> connection_;
};

TEST_F(DumpTest, TheHeadIsItsRecords) {
  transact(R"([{:db/id 1 :name "Ivan"}])");
  const auto all = lines("", true);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(part(all[0], "head"), Value("db"));
  EXPECT_EQ(part(all[1], "record"), Value::keyword("snapshot"));
  EXPECT_EQ(part(all[1], "t"), Value(std::int64_t{kTx0}));
  EXPECT_EQ(part(all[2], "record"), Value::keyword("transaction"));
  const auto changes = part(all[2], "changes");
  EXPECT_EQ(write_edn(changes.items()[1]), "[1 :name \"Ivan\" 536870913 true]");
}

TEST_F(DumpTest, FromTheHeadToTheRow) {
  transact(R"([{:db/id 1 :name "Ivan"} {:db/id 2 :name "Petr"} {:db/id 3 :name "Olga"}])");
  connection_->fold(Deadline{}).value();
  const auto head = lines();
  const auto eavt = part(part(head[1], "trees"), "eavt");
  const auto frames = lines(std::string(part(head.back(), "pack").as_string()));
  EXPECT_EQ(part(frames[0], "frames"), Value(static_cast<std::int64_t>(frames.size() - 1)));

  const auto node = std::string(part(eavt, "node").as_string());
  const auto rows = lines(node, true);
  ASSERT_EQ(rows.size(), 5u);  // three facts, and the instant of the transaction
  EXPECT_EQ(write_edn(rows[1]), "[1 :name \"Ivan\" 536870913]");
  EXPECT_EQ(write_edn(rows[3]), "[3 :name \"Olga\" 536870913]");
  EXPECT_EQ(lines(node).size(), 3u);  // its ends alone
}

TEST_F(DumpTest, WhatIsNotThereIsAnError) {
  const Line nowhere = [](const Value&) {};
  EXPECT_EQ(dump(*store_, {"db", "0123456789", false}, nowhere).error().code(), "dump/name");
  EXPECT_EQ(dump(*store_, {"db", "ab", false}, nowhere).error().code(), "dump/name");
  EXPECT_EQ(dump(*store_, {"other", "", false}, nowhere).error().code(), "db-does-not-exist");
}

TEST_F(DumpTest, ADamagedNodeIsNamedAndTheOthersAreShown) {
  transact(R"([{:db/id 1 :name "Ivan"}])");
  connection_->fold(Deadline{}).value();
  const auto key = store_->list("packs/", "", Deadline{})->objects.at(0).key;
  auto bytes = store_->read(key, {}, Deadline{}).value();
  bytes[60] ^= 1;  // within the first frame
  store_->remove(std::span(&key, 1), Deadline{}).value();
  store_->write_once(key, bytes, Deadline{}).value();
  int damaged = 0, whole = 0;
  for (const auto& line : lines(key.substr(6))) {
    const auto shown = write_edn(line);
    damaged += shown.find(":damaged") != std::string::npos;
    whole += shown.find(":leaf") != std::string::npos;
  }
  EXPECT_EQ(damaged, 1);
  EXPECT_GT(whole, 0);
}

}  // namespace
}  // namespace stele::app
