// What is made of mistakes and of servers that refuse, on a true server: each an error that says
// what, where and how to mend it, in time.
#include <gtest/gtest.h>

#include "backend/postgres/postgres_connection.h"
#include "backend/postgres/postgres_server_testing.h"
#include "backend/postgres/postgres_store.h"
#include "base/text.h"

namespace stele::backend {
namespace {

using base::text;
using Outcome = HeadWrite::Outcome;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
PostgresServer& server() { return PostgresServer::instance(); }
base::Environment& environment() { return base::system_environment(); }
Deadline in_ms(std::int64_t ms) { return base::deadline_after(environment(), ms); }

class PostgresFaults : public testing::Test {
 protected:
  PostgresFaults() : store_(PostgresStore::create(server().settings(prefix_)).value()) {}

  // Runs a statement as the owner; '%' in it stands for the prefix.
  void beside(std::string sql) {
    for (auto at = sql.find('%'); at != std::string::npos; at = sql.find('%'))
      sql.replace(at, 1, prefix_);
    const auto to = server().settings(prefix_);
    auto session = PostgresConnection::open(to, environment(), {}).value();
    const PostgresCommand command{&sql, {}};
    const auto done = session->run({&command, 1}, "testing", {});
    EXPECT_TRUE(done.ok()) << done.error().message();
  }
  // The error of opening the store with more in its URL's query, as that role.
  Error error_of(const std::string& more, const std::string& role = "owner") const {
    const auto settings = PostgresSettings::of_url(server().url(prefix_, role) + more).value();
    const auto opened = PostgresStore::open(settings, {.open_wait_ms = 20'000});
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? invalid("none", "no error") : opened.error();
  }
  void expect(const Error& error, std::string_view code, std::string_view said) const {
    EXPECT_EQ(error.code(), code) << error.message();
    EXPECT_NE(error.message().find(said), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("127.0.0.1"), std::string::npos) << error.message();
  }

  const std::string prefix_ = PostgresServer::new_prefix();
  const std::shared_ptr<Store> store_;
};

// --- TLS ---------------------------------------------------------------------------------------

class PostgresTls : public PostgresFaults {
 protected:
  PostgresTls() { server().command("tls"); }
  ~PostgresTls() override { server().command("plain"); }
};

TEST_F(PostgresTls, IsVerifiedByTheAuthorityAndTheHost) {
  const auto url =
      server().url(prefix_) + "&sslmode=verify-full&sslrootcert=" + server()["ca_bundle"];
  auto store = PostgresStore::open(PostgresSettings::of_url(url).value());
  ASSERT_TRUE(store.ok()) << store.error().message();
  EXPECT_EQ((*store)->swap_head("db", {}, bytes("one"), {}).outcome, Outcome::written);
  EXPECT_TRUE((*store)->read_head("db", {}, 0, {}).ok());
}

TEST_F(PostgresTls, OfAnotherAuthorityAnotherHostOrWithoutItsFileIsRefused) {
  const std::string own = "&sslrootcert=" + server()["ca_bundle"];
  expect(error_of("&sslmode=verify-full&sslrootcert=" + server()["other_ca_bundle"]), "store/tls",
         "sslrootcert=FILE");
  expect(error_of("&sslmode=verify-ca&sslrootcert=" + server()["other_ca_bundle"]), "store/tls",
         "certificate verify failed");
  expect(error_of("&sslmode=verify-full&sslrootcert=/nowhere/ca.pem"), "store/tls",
         "/nowhere/ca.pem");
  const auto elsewhere = PostgresSettings::of_url(
      text("postgres://owner@elsewhere.example:", server()["port"],
           "/postgres?hostaddr=127.0.0.1&sslmode=verify-full&prefix=", prefix_, own));
  const auto refused = PostgresStore::open(elsewhere.value());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "store/tls") << refused.error().message();
  EXPECT_NE(refused.error().message().find("elsewhere.example"), std::string::npos)
      << refused.error().message();
}

TEST_F(PostgresFaults, AServerWithoutTlsIsNoneToTrust) {
  for (const char* mode : {"require", "verify-ca", "verify-full"}) {
    const auto more = text("&sslmode=", mode, "&sslrootcert=", server()["ca_bundle"]);
    expect(error_of(more), "store/tls", "ssl = on");
  }
}

// --- who, and where ----------------------------------------------------------------------------

TEST_F(PostgresFaults, RolesDatabasesAndPasswordsThatAreWrongAreNamed) {
  expect(error_of("", "nobody"), "store/denied", "role \"nobody\"");
  expect(error_of("", "ann"), "store/denied", "password");
  expect(error_of("", "ann:not-this-one"), "store/denied", "right password");
  const auto url =
      text("postgres://owner@127.0.0.1:", server()["port"], "/nowhere?prefix=", prefix_);
  const auto missing = PostgresStore::open(PostgresSettings::of_url(url).value());
  ASSERT_FALSE(missing.ok());
  expect(missing.error(), "store/missing", "CREATE DATABASE");
  const auto closed = PostgresStore::open(
      PostgresSettings::of_url("postgres://owner@127.0.0.1:1/postgres?prefix=" + prefix_).value());
  ASSERT_FALSE(closed.ok());
  expect(closed.error(), "store/unreachable", "host and port");
}

TEST_F(PostgresFaults, WithoutRightsNothingIsReadOrWritten) {
  ASSERT_EQ(store_->swap_head("db", {}, bytes("one"), {}).outcome, Outcome::written);
  expect(error_of("", "reader"), "store/denied", "GRANT SELECT");
  beside("GRANT SELECT ON %_store, %_heads, %_entries, %_objects TO reader");
  auto reader = PostgresStore::open(server().settings(prefix_, "reader")).value();
  EXPECT_FALSE(reader->traits().writable);
  const auto head = reader->read_head("db", {}, 0, {}).value();
  EXPECT_EQ(reader->swap_head("db", head.version, bytes("two"), {}).error->code(),
            "store/read-only");
  EXPECT_EQ(reader->write_once("packs/a", bytes("x"), {}).error().code(), "store/read-only");
  EXPECT_EQ(reader->destroy({}).error().code(), "store/read-only");
  // Rights that are taken away later are missed when they are needed.
  beside("REVOKE ALL ON %_objects FROM reader");
  expect(reader->read("packs/a", {}, {}).error(), "store/denied", "GRANT SELECT");
  EXPECT_TRUE(reader->read_head("db", head.version, 0, {})->unchanged);
}

TEST_F(PostgresFaults, TablesThatAreGoneAreSaidToBe) {
  const auto version = store_->swap_head("db", {}, bytes("one"), {}).version;
  ASSERT_TRUE(store_->write_once("packs/a", bytes("x"), {}).ok());
  beside("DROP TABLE %_objects");
  EXPECT_EQ(store_->read("packs/a", {}, {}).error().code(), "store/missing");
  EXPECT_EQ(store_->write_once("packs/b", bytes("x"), {}).error().code(), "store/missing");
  beside("DROP TABLE %_heads, %_entries");
  EXPECT_EQ(store_->read_head("db", {}, 0, {}).error().code(), "store/missing");
  const auto write = store_->append_head("db", version, {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  EXPECT_EQ(write.error->code(), "store/missing");
  beside("DROP TABLE %_store");
  EXPECT_EQ(error_of("").code(), "store/missing");
}

TEST_F(PostgresFaults, AHeadWriteThatFailsHalfwayLeavesTheHeadAsItWas) {
  const auto version = store_->swap_head("db", {}, bytes("one"), {}).version;
  beside("ALTER TABLE %_entries ADD CONSTRAINT short CHECK (length(bytes) < 10)");
  const auto append = store_->append_head("db", version, {}, bytes("much too long"), {});
  EXPECT_EQ(append.outcome, Outcome::failed);
  const auto swapped = store_->swap_head("db", version, bytes("much too long"), {});
  EXPECT_EQ(swapped.outcome, Outcome::failed);
  EXPECT_NE(swapped.error->message().find("short"), std::string::npos) << swapped.error->message();
  const auto head = store_->read_head("db", {}, 0, {}).value();
  EXPECT_EQ(head.version, version);
  EXPECT_EQ(head.bytes, bytes("one"));
  EXPECT_EQ(store_->append_head("db", version, {}, bytes("!"), {}).outcome, Outcome::written);
}

// --- limits ------------------------------------------------------------------------------------

TEST_F(PostgresFaults, AServerThatIsFullOfSessionsSaysSoAndIsUsedAgain) {
  beside("ALTER ROLE reader CONNECTION LIMIT 0");
  expect(error_of("", "reader"), "store/busy", "max_connections");
  beside("ALTER ROLE reader CONNECTION LIMIT -1");
  beside("GRANT SELECT ON %_store, %_heads, %_entries, %_objects TO reader");
  EXPECT_TRUE(PostgresStore::open(server().settings(prefix_, "reader")).ok());
}

TEST_F(PostgresFaults, LimitsOfTheServerAreToldApartFromDeadlines) {
  ASSERT_EQ(store_->swap_head("db", {}, bytes("one"), {}).outcome, Outcome::written);
  beside("GRANT SELECT ON %_store, %_heads, %_entries, %_objects TO reader");
  auto reader =
      PostgresStore::open(PostgresSettings::of_url(server().url(prefix_, "reader") +
                                                   "&options=-c%20statement_timeout%3D200")
                              .value())
          .value();
  const auto to = server().settings(prefix_);
  auto blocker = PostgresConnection::open(to, environment(), {}).value();
  const std::string begin = "BEGIN", lock = text("LOCK TABLE ", prefix_, "_heads"),
                    end = "ROLLBACK";
  for (const auto* sql : {&begin, &lock}) {
    const PostgresCommand command{sql, {}};
    ASSERT_TRUE(blocker->run({&command, 1}, "testing", {}).ok());
  }
  expect(reader->read_head("db", {}, 0, {}).error(), "store/timeout", "statement_timeout");
  EXPECT_EQ(reader->read_head("db", {}, 0, in_ms(300)).error().code(), "store/deadline");
  const PostgresCommand command{&end, {}};
  ASSERT_TRUE(blocker->run({&command, 1}, "testing", {}).ok());
  EXPECT_TRUE(reader->read_head("db", {}, 0, {}).ok());
}

}  // namespace
}  // namespace stele::backend
