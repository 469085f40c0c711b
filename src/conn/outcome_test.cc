// What became of a transaction that nobody acknowledged, and running one again by its name.
// [DESIGN nonce, T-80, T-95]
#include <gtest/gtest.h>

#include "base/testing_environment.h"
#include "base/text.h"
#include "conn/connection.h"
#include "edn/reader.h"
#include "store/faulty_store.h"
#include "store/memory_store.h"

namespace stele::conn {
namespace {

using store::Fault;
using store::Operation;
using State = TransactionOutcome::State;

constexpr Uuid kNonce = {0x1122334455667788, 0x99aabbccddeeff00};

// From the first head write on, this fault at every head write.
class HeadFaults final : public store::FaultPlan {
 public:
  HeadFaults(Fault fault, std::uint64_t lateness) : fault_(fault), lateness_(lateness) {}
  Fault next(Operation operation, std::uint64_t) override {
    const bool writes = operation == Operation::swap_head || operation == Operation::append_head;
    if (!writes || spent_) return writes ? Fault::error_before : Fault::none;
    spent_ = true;
    return fault_;
  }
  std::uint64_t lateness() override { return lateness_; }

 private:
  const Fault fault_;
  const std::uint64_t lateness_;
  bool spent_ = false;
};

// A store that can only be read.
class ReadOnly final : public store::CountingStore {
 public:
  using CountingStore::CountingStore;
  StoreTraits traits() const override {
    auto traits = CountingStore::traits();
    traits.writable = false;
    return traits;
  }
};

class OutcomeTest : public testing::Test {
 protected:
  OutcomeTest() : memory_(store::make_memory_store(environment_)) {
    format::Config config;
    config.schema_on_read = true;
    create_database(*memory_, config, "db", Deadline{}).value();
  }
  std::shared_ptr<Connection> connect(std::shared_ptr<Store> store) {
    return Connection::open(std::move(store), environment_).value();
  }
  std::shared_ptr<Connection> connect() { return connect(memory_); }
  static Value forms(std::string_view text) { return edn::read(text).value(); }
  // How many entities have :n.
  static std::size_t numbers(const Db& db) {
    const Value n = Value::keyword("n");
    return db.datoms(IndexOrder::aevt, std::span(&n, 1)).value().size();
  }
  // The error of a transaction whose head write met the fault, and that then ran out of time.
  Error lose(Fault fault, std::uint64_t lateness = 1000) {
    faulty_ = std::make_shared<store::FaultyStore>(memory_,
                                                   std::make_unique<HeadFaults>(fault, lateness));
    loser_ = connect(faulty_);
    auto report = loser_->transact(forms("[{:n 1}]"), {.timeout_ms = 300});
    EXPECT_FALSE(report.ok());
    const Error error = report.ok() ? invalid("none", "none") : report.error();
    EXPECT_EQ(error.category(), ErrorCategory::unknown) << error.message();
    faulty_->heal();
    return error;
  }
  static Uuid nonce_of(const Error& error) { return error.data().find_keyword("nonce")->as_uuid(); }
  static TxId after_of(const Error& error) {
    return static_cast<TxId>(error.data().find_keyword("after")->as_int64());
  }

  base::TestEnvironment environment_;
  std::shared_ptr<Store> memory_;
  std::shared_ptr<store::FaultyStore> faulty_;
  std::shared_ptr<Connection> loser_;
};

TEST_F(OutcomeTest, ALostResponseAfterSuccessIsCommittedForEverybody) {
  // The first write lands, and its response is lost; no look at the head gets through in time.
  class Blind final : public store::FaultPlan {
   public:
    Fault next(Operation operation, std::uint64_t) override {
      if (operation == Operation::append_head) return written_ = true, Fault::error_after;
      return written_ ? Fault::unavailable : Fault::none;
    }
    bool written_ = false;
  };
  faulty_ = std::make_shared<store::FaultyStore>(memory_, std::make_unique<Blind>());
  loser_ = connect(faulty_);
  const auto error = loser_->transact(forms("[{:n 1}]"), {.timeout_ms = 300}).error();
  ASSERT_EQ(error.category(), ErrorCategory::unknown) << error.message();
  faulty_->heal();
  for (const auto& connection : {loser_, connect()}) {
    const auto outcome = connection->outcome(nonce_of(error), {}).value();
    EXPECT_EQ(outcome.state, State::committed);
    EXPECT_EQ(outcome.tx, kTx0 + 1);
    EXPECT_EQ(outcome.instant, connection->db({}).value().log().value().back().instant);
    EXPECT_EQ(outcome.commit_id, connection->db({}).value().commit_id());
    EXPECT_EQ(connection->outcome(nonce_of(error), {.after = after_of(error)}).value().tx,
              outcome.tx);
  }
}

TEST_F(OutcomeTest, AWriteWithoutEffectIsNotCommittedAndNeverWillBe) {
  const auto error = lose(Fault::error_before);
  EXPECT_EQ(loser_->outcome(nonce_of(error), {}).value().state, State::not_committed);
  EXPECT_EQ(connect()->outcome(nonce_of(error), {}).value().state, State::not_committed);
  EXPECT_EQ(numbers(connect()->db({}).value()), 0u);
}

TEST_F(OutcomeTest, ALateWriteCannotLandOnceItIsSaidNotToHave) {
  const auto error = lose(Fault::late);
  EXPECT_EQ(connect()->outcome(nonce_of(error), {}).value().state, State::not_committed);
  faulty_->settle();  // what was late comes now, and is refused
  EXPECT_EQ(numbers(connect()->db({}).value()), 0u);
  EXPECT_EQ(loser_->outcome(nonce_of(error), {}).value().state, State::not_committed);
}

TEST_F(OutcomeTest, ALateWriteThatLandedIsCommitted) {
  const auto error = lose(Fault::late);
  faulty_->settle();
  EXPECT_EQ(numbers(connect()->db({}).value()), 1u);
  EXPECT_EQ(connect()->outcome(nonce_of(error), {}).value().state, State::committed);
}

TEST_F(OutcomeTest, ALaterTransactionTellsWithoutAWrite) {
  const auto error = lose(Fault::error_before);
  auto other = connect();
  other->transact(forms("[{:n 2}]"), {}).value();
  auto reading = connect(std::make_shared<ReadOnly>(memory_));
  EXPECT_EQ(reading->outcome(nonce_of(error), {.after = after_of(error)}).value().state,
            State::not_committed);
  // Without knowing what it was written behind only a swap would tell.
  EXPECT_EQ(reading->outcome(nonce_of(error), {}).value().state, State::unknown);
  const auto before = other->statistics().head_writes;
  EXPECT_EQ(other->outcome(nonce_of(error), {.after = after_of(error)}).value().state,
            State::not_committed);
  EXPECT_EQ(other->statistics().head_writes, before);
}

TEST_F(OutcomeTest, WhoCanOnlyReadFindsWhatWasCommitted) {
  const auto report = connect()->transact(forms("[{:n 1}]"), {}).value();
  auto reading = connect(std::make_shared<ReadOnly>(memory_));
  EXPECT_EQ(reading->outcome(report.nonce, {}).value().state, State::committed);
  EXPECT_EQ(reading->outcome(kNonce, {}).value().state, State::unknown);
}

TEST_F(OutcomeTest, AStoreThatSaysNothingLeavesItUnknown) {
  const auto error = lose(Fault::error_before);
  auto silent = connect(std::make_shared<store::FaultyStore>(
      memory_, std::make_unique<HeadFaults>(Fault::error_before, 1)));
  EXPECT_EQ(silent->outcome(nonce_of(error), {.timeout_ms = 100}).value().state, State::unknown);
}

TEST_F(OutcomeTest, FoldsDoNotHideWhatWasCommitted) {
  auto connection = connect();
  const auto report = connection->transact(forms("[{:n 1}]"), {}).value();
  for (int n = 2; n < 9; ++n) connection->transact(forms("[{:n 2}]"), {}).value();
  connection->fold(Deadline{}).value();
  const auto outcome = connect()->outcome(report.nonce, {}).value();
  EXPECT_EQ(outcome.state, State::committed);
  EXPECT_EQ(outcome.tx, report.tx);
  EXPECT_EQ(outcome.commit_id, report.db_after.commit_id());
}

TEST_F(OutcomeTest, ATransactionOfOneNameIsDoneOnce) {
  const TransactOptions named{.nonce = kNonce};
  const auto first = connect()->transact(forms("[{:n 1}]"), named).value();
  EXPECT_FALSE(first.repeated);
  EXPECT_EQ(first.nonce, kNonce);
  connect()->transact(forms("[{:n 2}]"), {}).value();
  for (bool folded : {false, true}) {
    if (folded) connect()->fold(Deadline{}).value();
    const auto again = connect()->transact(forms("[{:n 1}]"), named).value();
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.tx, first.tx);
    EXPECT_TRUE(again.tx_data.empty());
    const auto log = again.db_after.log({.from = again.tx, .to = again.tx}).value();
    EXPECT_EQ(log.front().datoms.size(), first.tx_data.size());
    EXPECT_EQ(again.tx_meta, first.tx_meta);
    EXPECT_EQ(numbers(again.db_before), 0u);
    EXPECT_EQ(numbers(again.db_after), 2u);
    EXPECT_EQ(numbers(connect()->db({}).value()), 2u);
  }
}

// What it does may be impossible once it is done: a compare-and-set fails the second time.
TEST_F(OutcomeTest, WhatWasDoneIsFoundBeforeItsFormsAreLookedAtAlsoByWhoDoesNotKnowYet) {
  auto a = connect(), b = connect();
  a->transact(forms("[{:db/id 7 :n 1}]"), {}).value();
  b->db({}).value();
  const auto swap = forms("[[:db/cas 7 :n 1 2]]");
  const TransactOptions named{.nonce = kNonce};
  const auto first = a->transact(swap, named).value();
  environment_.advance(1);
  const auto again = b->transact(swap, named);  // b has not seen it
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->tx, first.tx);
}

TEST_F(OutcomeTest, OnlyLaterTransactionsAreSearchedIfSoAsked) {
  const auto first = connect()->transact(forms("[{:n 1}]"), {.nonce = kNonce}).value();
  const TransactOptions after{.nonce = kNonce, .nonce_after = first.tx};
  EXPECT_FALSE(connect()->transact(forms("[{:n 1}]"), after).value().repeated);
  const TransactOptions before{.nonce = kNonce, .nonce_after = first.tx - 1};
  EXPECT_TRUE(connect()->transact(forms("[{:n 1}]"), before).value().repeated);
}

TEST_F(OutcomeTest, ARetryAfterAnUnknownOutcomeDoesNothingTwice) {
  for (Fault fault : {Fault::error_before, Fault::error_after, Fault::late}) {
    for (bool landed : {false, true}) {
      memory_ = store::make_memory_store(environment_);
      format::Config config;
      config.schema_on_read = true;
      create_database(*memory_, config, "db", Deadline{}).value();
      faulty_ =
          std::make_shared<store::FaultyStore>(memory_, std::make_unique<HeadFaults>(fault, 1000));
      const TransactOptions named{.timeout_ms = 300, .nonce = kNonce};
      (void)connect(faulty_)->transact(forms("[{:n 1}]"), named);
      faulty_->heal();
      if (landed) faulty_->settle();
      EXPECT_TRUE(connect()->transact(forms("[{:n 1}]"), named).ok());
      faulty_->settle();
      EXPECT_EQ(numbers(connect()->db({}).value()), 1u) << static_cast<int>(fault) << landed;
    }
  }
}

}  // namespace
}  // namespace stele::conn
