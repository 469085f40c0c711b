// The store on a true server, which is crashed, frozen and cut off.
#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "backend/postgres/postgres_connection.h"
#include "backend/postgres/postgres_server_testing.h"
#include "backend/postgres/postgres_store.h"
#include "base/text.h"
#include "store/store_conformance_testing.h"
#include "store/store_processes_testing.h"

namespace stele::backend {
namespace {

using base::text;
using Outcome = HeadWrite::Outcome;
using store::StoreConformance;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

PostgresServer& server() { return PostgresServer::instance(); }
base::Environment& environment() { return base::system_environment(); }
Deadline in_ms(std::int64_t ms) { return base::deadline_after(environment(), ms); }

// --- conformance -------------------------------------------------------------------------------

class Tables final : public store::StoreUniverse {
 public:
  Tables() { EXPECT_TRUE(PostgresStore::create(settings_).ok()); }
  ~Tables() override {
    if (auto store = PostgresStore::open(settings_); store.ok()) (void)(*store)->destroy({});
  }
  std::shared_ptr<Store> open() override { return PostgresStore::open(settings_).value(); }

 private:
  const PostgresSettings settings_ = server().settings(PostgresServer::new_prefix());
};

std::shared_ptr<store::StoreUniverse> tables() { return std::make_shared<Tables>(); }

INSTANTIATE_TEST_SUITE_P(PostgresStores, StoreConformance,
                         testing::Values(store::StoreUnderTest{"Postgres", tables}),
                         store::name_of);

// --- the rest ----------------------------------------------------------------------------------

class PostgresStoreTest : public testing::Test {
 protected:
  std::shared_ptr<Store> create() { return PostgresStore::create(settings()).value(); }
  std::shared_ptr<Store> open() { return PostgresStore::open(settings()).value(); }
  PostgresSettings settings(const std::string& role = "owner") const {
    return server().settings(prefix_, role);
  }
  // Runs a statement beside the store; '%' in it stands for the prefix. The first number it gives.
  std::int64_t beside(std::string sql) {
    for (auto at = sql.find('%'); at != std::string::npos; at = sql.find('%'))
      sql.replace(at, 1, prefix_);
    const auto to = settings();
    auto session = PostgresConnection::open(to, environment(), {}).value();
    const PostgresCommand command{&sql, {}};
    const auto answers = session->run({&command, 1}, "testing", {}).value();
    return answers[0].rows() > 0 ? answers[0].number(0, 0) : 0;
  }
  void cut_all_sessions() {
    beside(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE application_name = 'stele' AND pid <> pg_backend_pid()");
  }

  const std::string prefix_ = PostgresServer::new_prefix();
};

TEST_F(PostgresStoreTest, FourProcessesLoseNoLine) {
  create();
  store::run_writers([to = settings()] { return PostgresStore::open(to).value(); }, 4, 1500);
}

TEST_F(PostgresStoreTest, AKilledProcessLosesNoLine) {
  create();
  store::run_kills([to = settings()] { return PostgresStore::open(to).value(); }, 20,
                   store::Writing::by_server);
}

TEST_F(PostgresStoreTest, IsFoundOnceItIsMade) {
  EXPECT_FALSE(*PostgresStore::exists(settings()));
  EXPECT_EQ(PostgresStore::open(settings()).error().code(), "store/missing");
  create();
  EXPECT_TRUE(*PostgresStore::exists(settings()));
  EXPECT_EQ(PostgresStore::create(settings()).error().code(), "store/exists");
  beside("UPDATE %_store SET layout = 2");
  EXPECT_EQ(PostgresStore::open(settings()).error().code(), "store/format");
}

TEST_F(PostgresStoreTest, OfManyThatMakeItAtOnceOneDoes) {
  std::atomic<int> made{0}, found{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] {
      const auto store = PostgresStore::create(settings());
      (store.ok() ? made : found)++;
      if (!store.ok()) {
        EXPECT_EQ(store.error().code(), "store/exists") << store.error().message();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_TRUE(PostgresStore::open(settings()).ok());
}

TEST_F(PostgresStoreTest, ADatabaseThatIsNotThereHoldsNoStore) {
  const auto nowhere =
      PostgresSettings::of_url(text("postgres://owner@127.0.0.1:", server()["port"], "/nowhere"))
          .value();
  EXPECT_FALSE(*PostgresStore::exists(nowhere));
  EXPECT_EQ(PostgresStore::open(nowhere).error().code(), "store/missing");
}

TEST_F(PostgresStoreTest, StoresOfOneDatabaseDoNotMeet) {
  auto store = create();
  const auto other_settings = server().settings(PostgresServer::new_prefix());
  auto other = PostgresStore::create(other_settings).value();
  ASSERT_EQ(store->swap_head("db", {}, bytes("mine"), {}).outcome, Outcome::written);
  ASSERT_TRUE(store->write_once("packs/a", bytes("mine"), {}).ok());
  EXPECT_TRUE(other->read_head("db", {}, 0, {})->version.absent());
  ASSERT_TRUE(other->destroy({}).ok());
  EXPECT_FALSE(*PostgresStore::exists(other_settings));
  EXPECT_EQ(other->swap_head("db", {}, bytes("x"), {}).error->code(), "store/missing");
  EXPECT_EQ(text_of(*store->read("packs/a", {}, {})), "mine");
}

// --- who may what ------------------------------------------------------------------------------

TEST_F(PostgresStoreTest, ARoleThatMayOnlyReadReads) {
  const HeadVersion version = create()->swap_head("db", {}, bytes("one"), {}).version;
  EXPECT_EQ(PostgresStore::open(settings("reader")).error().code(), "store/denied");
  beside("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
  auto store = PostgresStore::open(settings("reader")).value();
  EXPECT_FALSE(store->traits().writable);
  EXPECT_EQ(text_of(store->read_head("db", {}, 0, {})->bytes), "one");
  const HeadWrite write = store->append_head("db", version, {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/read-only");
  EXPECT_EQ(store->destroy({}).error().code(), "store/read-only");
}

TEST_F(PostgresStoreTest, PasswordsOpenDoorsAndStayOutOfMessages) {
  const auto with = [&](const std::string& password) {
    return PostgresSettings::of_url(text("postgres://ann:", password, "@127.0.0.1:",
                                         server()["port"], "/postgres?prefix=", prefix_))
        .value();
  };
  auto store = PostgresStore::create(with(server()["ann_password"]));
  ASSERT_TRUE(store.ok()) << store.error().message();
  EXPECT_EQ((*store)->url().find(server()["ann_password"]), std::string::npos);
  const auto refused = PostgresStore::open(with("not-this-one"));
  EXPECT_EQ(refused.error().code(), "store/denied");
  EXPECT_EQ(refused.error().message().find("not-this-one"), std::string::npos);
}

TEST_F(PostgresStoreTest, AServerWithoutTlsIsRefusedWhereTlsIsAskedFor) {
  const auto secure = PostgresSettings::of_url(server().url(prefix_) + "&sslmode=require").value();
  const auto refused = PostgresStore::create(secure);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("SSL"), std::string::npos) << refused.error().message();
}

// --- cost --------------------------------------------------------------------------------------

TEST_F(PostgresStoreTest, ACommitCostsWhatItAddsAndNotWhatIsThere) {
  auto store = create();
  const std::string known(300'000, 'x');
  HeadVersion version = store->swap_head("db", {}, bytes(known), {}).version;
  beside("CHECKPOINT");
  constexpr int kCommits = 200;
  // The first after a checkpoint logs whole pages.
  version = store->append_head("db", version, {}, bytes(std::string(200, 'y')), {}).version;
  const auto before = beside("SELECT (pg_current_wal_insert_lsn() - '0/0')::int8");
  for (int i = 0; i < kCommits; ++i)
    version = store->append_head("db", version, {}, bytes(std::string(200, 'y')), {}).version;
  const auto logged = beside("SELECT (pg_current_wal_insert_lsn() - '0/0')::int8") - before;
  RecordProperty("wal_bytes_a_commit", static_cast<int>(logged / kCommits));
  EXPECT_LT(logged / kCommits, 1500);
}

// --- sessions that end -------------------------------------------------------------------------

TEST_F(PostgresStoreTest, GoesOnAfterItsSessionsWereCut) {
  auto store = create();
  HeadVersion version = store->swap_head("db", {}, bytes("one"), {}).version;
  ASSERT_TRUE(store->write_once("packs/a", bytes("a"), {}).ok());
  for (int i = 0; i < 5; ++i) {
    cut_all_sessions();
    EXPECT_TRUE(store->read("packs/a", {}, {}).ok());
    cut_all_sessions();
    const HeadWrite write = store->append_head("db", version, {}, bytes("x"), {});
    // It is seen that the session is gone before anything is sent; if not, nobody knows.
    if (write.outcome == Outcome::unknown) {
      version = store->read_head("db", {}, 0, {})->version;
    } else {
      ASSERT_EQ(write.outcome, Outcome::written) << write.error->message();
      version = write.version;
    }
  }
}

TEST_F(PostgresStoreTest, ALockEndsWithItsSession) {
  auto store = create();
  HeadVersion version = store->swap_head("db", {}, bytes("one"), {}).version;
  auto holder = open();
  auto held = holder->lock_head("db", {}).value();
  EXPECT_EQ(store->append_head("db", version, {}, bytes("x"), in_ms(200)).error->code(),
            "store/deadline");
  cut_all_sessions();
  EXPECT_EQ(store->append_head("db", version, {}, bytes("x"), in_ms(20'000)).outcome,
            Outcome::written);
}

// --- servers that die --------------------------------------------------------------------------

// Appends numbered lines until told to stop, finding out after each doubtful write what became of
// it. Everything acknowledged, and nothing twice, is in the head at the end.
class Writer {
 public:
  explicit Writer(std::shared_ptr<Store> store) : store_(std::move(store)) {
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    stopping_ = true;
    thread_.join();
  }
  void await(int more) const {
    for (const int from = acknowledged_; acknowledged_ < from + more;) environment().sleep_ms(1);
  }
  const std::string& expected() const { return known_; }  // after stop()
  int doubts() const { return doubts_; }

 private:
  void run() {
    while (!stopping_) {
      const std::string line = text(next_, '\n');
      auto read = store_->read_head("db", version_, known_.size(), in_ms(2000));
      if (!read.ok()) continue;
      if (!read->unchanged) {
        const std::string now = known_.substr(0, read->offset) + text_of(read->bytes);
        // Nobody else writes: what is new is the line in doubt.
        ASSERT_TRUE(now == known_ || (in_doubt_ && now == known_ + line)) << "lost or mixed up";
        if (now != known_) ++next_;
        known_ = now;
        version_ = read->version;
        in_doubt_ = false;
        continue;
      }
      const auto write = store_->append_head("db", version_, {}, bytes(line), in_ms(2000));
      if (write.outcome == Outcome::unknown) ++doubts_;
      in_doubt_ = in_doubt_ || write.outcome == Outcome::unknown;
      if (write.outcome != Outcome::written) continue;
      version_ = write.version;
      known_ += line;
      in_doubt_ = false;
      ++next_;
      ++acknowledged_;
    }
  }

  std::shared_ptr<Store> store_;
  HeadVersion version_;
  std::string known_;
  int next_ = 0;
  bool in_doubt_ = false;
  std::atomic<int> acknowledged_{0};
  int doubts_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class PostgresServerDies : public PostgresStoreTest {
 protected:
  void die_under_load(const char* how, int rounds) {
    auto store = create();
    ASSERT_EQ(store->swap_head("db", {}, {}, {}).outcome, Outcome::written);
    Writer writer(store);
    for (int round = 0; round < rounds; ++round) {
      writer.await(20);
      server().command(how);
      environment().sleep_ms(20);
      server().command("start");
    }
    writer.await(20);
    writer.stop();
    const std::string at_the_end = text_of(open()->read_head("db", {}, 0, {})->bytes);
    EXPECT_TRUE(at_the_end.starts_with(writer.expected()));
    EXPECT_LE(std::ranges::count(at_the_end.substr(writer.expected().size()), '\n'), 1);
    RecordProperty("doubts", writer.doubts());
  }
};

TEST_F(PostgresServerDies, ByKillAndNothingAcknowledgedIsLost) { die_under_load("kill", 3); }

TEST_F(PostgresServerDies, AtOnceAndNothingAcknowledgedIsLost) { die_under_load("quit", 3); }

TEST_F(PostgresServerDies, AndCallsSaySo) {
  auto store = create();
  const HeadVersion version = store->swap_head("db", {}, bytes("one"), {}).version;
  server().command("kill");
  EXPECT_EQ(store->read_head("db", {}, 0, {}).error().code(), "store/unreachable");
  const HeadWrite write = store->append_head("db", version, {}, bytes("x"), {});
  EXPECT_TRUE(write.outcome == Outcome::failed || write.outcome == Outcome::unknown);
  EXPECT_EQ(PostgresStore::open(settings()).error().code(), "store/unreachable");
  server().command("start");
  EXPECT_EQ(text_of(store->read_head("db", {}, 0, {})->bytes), "one");
}

TEST_F(PostgresServerDies, OrFreezesAndNobodyWaitsBeyondTheDeadline) {
  auto store = create();
  const HeadVersion version = store->swap_head("db", {}, bytes("one"), {}).version;
  ASSERT_TRUE(store->write_once("packs/a", bytes("a"), {}).ok());
  server().command("freeze");
  constexpr std::int64_t kWaitMs = 300, kPatienceMs = 3000;
  const std::int64_t start_ms = environment().steady_ms();
  const HeadWrite write = store->append_head("db", version, {}, bytes("!"), in_ms(kWaitMs));
  EXPECT_EQ(write.outcome, Outcome::unknown) << "it was sent, and may be written later";
  EXPECT_FALSE(store->read("packs/a", {}, in_ms(kWaitMs)).ok());
  EXPECT_FALSE(store->read_head("db", {}, 0, in_ms(kWaitMs)).ok());
  EXPECT_FALSE(store->lock_head("db", in_ms(kWaitMs)).ok());
  EXPECT_EQ(PostgresStore::open(settings(), {.open_wait_ms = kWaitMs}).error().code(),
            "store/deadline");
  EXPECT_LT(environment().steady_ms() - start_ms, 5 * kWaitMs + kPatienceMs);
  server().command("thaw");
  const std::string now = text_of(store->read_head("db", {}, 0, in_ms(20'000)).value().bytes);
  EXPECT_TRUE(now == "one" || now == "one!") << now;
}

}  // namespace
}  // namespace stele::backend
