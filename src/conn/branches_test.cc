// A branch goes its own way from where it was made, and costs two small writes.
#include "conn/branches.h"

#include <gtest/gtest.h>

#include "base/testing_environment.h"
#include "base/text.h"
#include "conn/connection.h"
#include "edn/reader.h"
#include "store/counting_store.h"
#include "store/memory_store.h"

namespace stele::conn {
namespace {

using Names = std::set<std::string>;

class BranchesTest : public testing::Test {
 protected:
  BranchesTest()
      : store_(std::make_shared<store::CountingStore>(store::make_memory_store(environment_))) {
    format::Config config;
    config.schema_on_read = true;
    create_database(*store_, config, "db", Deadline{}).value();
  }

  std::shared_ptr<Connection> connect(const std::string& branch = "db") {
    ConnectionOptions options;
    options.branch = branch;
    return Connection::open(store_, environment_, options).value();
  }
  TxReport add(Connection& connection, std::int64_t n) {
    return connection.transact(edn::read(base::text("[{:n ", n, "}]")).value(), {}).value();
  }
  static std::set<std::int64_t> numbers(Connection& connection) {
    const Value n = Value::keyword("n");
    std::set<std::int64_t> found;
    const auto db = connection.db({}).value();
    for (const auto& d : db.datoms(IndexOrder::aevt, std::span(&n, 1)).value()) {
      found.insert(d.v.as_int64());
    }
    return found;
  }
  Done branch(const std::string& from, const std::string& name) {
    return create_branch(*store_, from, name, Deadline{});
  }
  Names names() { return branch_names(*store_, Deadline{}).value(); }

  base::TestEnvironment environment_;
  std::shared_ptr<store::CountingStore> store_;
};

TEST_F(BranchesTest, GoesItsOwnWay_S50) {
  auto main = connect();
  add(*main, 1);
  main->fold(Deadline{}).value();
  add(*main, 2);
  branch("db", "trial").value();
  EXPECT_EQ(names(), (Names{"db", "trial"}));
  auto trial = connect("trial");
  EXPECT_EQ(trial->db({}).value().commit_id(), main->db({}).value().commit_id());
  add(*trial, 30);
  add(*main, 3);
  trial->fold(Deadline{}).value();
  EXPECT_EQ(numbers(*trial), (std::set<std::int64_t>{1, 2, 30}));
  EXPECT_EQ(numbers(*main), (std::set<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(numbers(*connect("trial")), (std::set<std::int64_t>{1, 2, 30}));
}

TEST_F(BranchesTest, CostsTwoWrites) {
  auto main = connect();
  for (int n = 0; n < 100; ++n) add(*main, n);
  main->fold(Deadline{}).value();
  store_->reset();
  branch("db", "trial").value();
  const auto counts = store_->counts();
  EXPECT_EQ(counts[store::Operation::swap_head].requests, 2u);
  EXPECT_EQ(counts[store::Operation::write_once].requests, 0u);
  EXPECT_EQ(counts[store::Operation::read].requests, 0u);
}

TEST_F(BranchesTest, BeginsAtACommit_S50) {
  auto main = connect();
  const auto basis = add(*main, 1).db_after;
  main->fold(Deadline{}).value();
  const auto second = add(*main, 2).db_after;
  add(*main, 3);
  branch(to_string(second.commit_id()), "by-uuid").value();
  branch(second.commit_hash(), "by-hash").value();
  branch(to_string(basis.commit_id()), "by-basis").value();
  EXPECT_EQ(numbers(*connect("by-uuid")), (std::set<std::int64_t>{1, 2}));
  EXPECT_EQ(connect("by-hash")->db({}).value().commit_id(), second.commit_id());
  EXPECT_EQ(numbers(*connect("by-basis")), (std::set<std::int64_t>{1}));
  auto again = connect("by-uuid");
  add(*again, 4);
  EXPECT_EQ(numbers(*again), (std::set<std::int64_t>{1, 2, 4}));
}

TEST_F(BranchesTest, RefusesWhatCannotBe_S50) {
  EXPECT_EQ(branch("nobody", "trial").error().code(),
            "from-branch-does-not-point-to-existing-branch-or-commit");
  branch("db", "trial").value();
  EXPECT_EQ(branch("db", "trial").error().code(), "branch-already-exists");
  EXPECT_EQ(branch("db", "db").error().code(), "branch-already-exists");
  EXPECT_EQ(branch("db", "db.fold").error().code(), "store/head-name");
  EXPECT_EQ(branch("db", "a/b").error().category(), ErrorCategory::invalid);
}

TEST_F(BranchesTest, IsDeletedAndMadeAgain_S51) {
  branch("db", "trial").value();
  auto trial = connect("trial");
  add(*trial, 1);
  delete_branch(*store_, "trial", Deadline{}).value();
  EXPECT_EQ(names(), Names{"db"});
  EXPECT_EQ(trial->db({}).error().code(), "db-does-not-exist");
  EXPECT_FALSE(trial->transact(edn::read("[{:n 2}]").value(), {}).ok());
  EXPECT_EQ(delete_branch(*store_, "trial", Deadline{}).error().code(), "branch-does-not-exist");
  EXPECT_EQ(branch("trial", "other").error().code(),
            "from-branch-does-not-point-to-existing-branch-or-commit");
  branch("db", "trial").value();
  EXPECT_EQ(numbers(*connect("trial")), std::set<std::int64_t>());
}

TEST_F(BranchesTest, TheMainBranchStays_S51) {
  EXPECT_EQ(delete_branch(*store_, "db", Deadline{}).error().code(),
            "cannot-delete-main-db-branch");
}

}  // namespace
}  // namespace stele::conn
