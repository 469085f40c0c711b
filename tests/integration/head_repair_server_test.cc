// Heads that are damaged in PostgreSQL and in a bucket of Ceph's RADOS Gateway, and their repair.
#include <cstdio>

#include "backend/postgres/postgres_connection.h"
#include "backend/postgres/postgres_server_testing.h"
#include "backend/postgres/postgres_store.h"
#include "backend/s3/rados_gateway_testing.h"
#include "backend/s3/s3_client.h"
#include "base/text.h"
#include "head_repair_testing.h"

namespace stele {
namespace {

using backend::PostgresConnection;
using backend::PostgresServer;
using backend::PostgresStore;
using backend::RadosGateway;
using base::text;

// The rows of a head in PostgreSQL, set aside to be put back.
class PostgresHead {
 public:
  explicit PostgresHead(const std::string& prefix)
      : prefix_(prefix),
        settings_(PostgresServer::instance().settings(prefix)),
        session_(
            PostgresConnection::open(settings_, base::system_environment(), Deadline{}).value()) {
    run("CREATE TABLE %_kept_heads AS SELECT * FROM %_heads");
    run("CREATE TABLE %_kept_entries AS SELECT * FROM %_entries");
  }

  std::string read() {
    const auto rows =
        run("SELECT string_agg(e.bytes, ''::bytea ORDER BY e.ends) FROM %_heads h JOIN %_entries e"
            " ON e.name = h.name AND e.generation = h.generation");
    const auto bytes = rows[0].bytes(0, 0);
    return {bytes.begin(), bytes.end()};
  }

  // The rows as they were set aside, with these bytes in them.
  void write(const std::string& head) {
    for (const char* table : {"heads", "entries"}) {
      run(text("DELETE FROM %_", table));
      run(text("INSERT INTO %_", table, " SELECT * FROM %_kept_", table));
    }
    run("UPDATE %_entries e SET bytes = substring($1::bytea FROM (ends - length(bytes) + 1)::int"
        " FOR length(bytes)) FROM %_heads h WHERE e.name = h.name AND e.generation = h.generation",
        {base::view(head)});
  }

  PostgresConnection::Answers run(std::string sql,
                                  std::vector<backend::PostgresParameter> parameters = {}) {
    for (auto at = sql.find('%'); at != std::string::npos; at = sql.find('%'))
      sql.replace(at, 1, prefix_);
    const auto& kept = sql_.emplace_back(std::make_unique<std::string>(std::move(sql)));
    const backend::PostgresCommand command{kept.get(), std::move(parameters)};
    return session_->run({&command, 1}, "testing", Deadline{}).value();
  }

 private:
  const std::string prefix_;
  const backend::PostgresSettings settings_;
  std::vector<std::unique_ptr<std::string>> sql_;  // prepared under their addresses
  const std::unique_ptr<PostgresConnection> session_;
};

TEST(HeadRepairOnPostgres, DamagedBytesAreNamedAndAllButTheNewestStateComesBack) {
  const auto prefix = PostgresServer::new_prefix();
  const auto url = PostgresServer::instance().url(prefix);
  scene::build_small(url);
  PostgresHead head(prefix);
  const auto store = PostgresStore::open(PostgresServer::instance().settings(prefix)).value();
  const auto tally = scene::damage_head(
      url, store, {[&] { return head.read(); }, [&](const std::string& b) { head.write(b); }},
      "127.0.0.1", 37);
  EXPECT_EQ(tally.lost, 0);
  EXPECT_EQ(tally.without_effect, 0);
  const auto aside =
      head.run("SELECT length(bytes)::int8 FROM %_objects WHERE key = 'tmp/db.damaged'");
  EXPECT_EQ(aside[0].number(0, 0), static_cast<std::int64_t>(head.read().size()));
  const auto listed = store->list("", "", {}).value();
  for (const auto& object : listed.objects)
    EXPECT_TRUE(object.key.starts_with("packs/")) << object.key;
  std::printf("    %d damaged bytes named and repaired\n", tally.restored);
}

TEST(HeadRepairOnPostgres, RowsThatAreMissingAreNamedAndRepaired) {
  const auto prefix = PostgresServer::new_prefix();
  const auto url = PostgresServer::instance().url(prefix);
  scene::build_small(url);
  PostgresHead head(prefix);
  const auto good = head.read();
  const std::string current =
      " e USING %_heads h WHERE e.name = h.name AND e.generation = h.generation";
  const std::string kDamages[] = {
      "DELETE FROM %_entries" + current,
      "DELETE FROM %_entries" + current + " AND e.ends = h.length",
      "UPDATE %_heads SET length = length + 1",
      "UPDATE %_heads SET generation = 7",
  };
  for (const auto& damage : kDamages) {
    SCOPED_TRACE(damage);
    head.run(damage);
    const auto found = scene::everything(url);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().category(), ErrorCategory::corrupt) << found.error().message();
    const auto store = PostgresStore::open(PostgresServer::instance().settings(prefix)).value();
    const auto report = conn::repair(store, "db", base::system_environment());
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(report->restored);
    EXPECT_TRUE(scene::everything(url).ok());
    head.write(good);
  }
}

TEST(HeadRepairOnS3, ADamagedEnvelopeLosesNothing) {
  auto& gateway = RadosGateway::instance();
  const auto url = gateway.url();
  scene::build_small(url);
  const auto truth = scene::everything(url).value();
  auto options = gateway.options();
  options.prefix = url.substr(0, url.find('?')).substr(url.rfind('/', url.find('?')) + 1);
  backend::S3Client client(backend::S3Address::make(options.bucket, options.prefix,
                                                    options.settings.endpoint, "us-east-1", true)
                               .value(),
                           options.settings, nullptr, net::shared_http_client(""),
                           base::system_environment());
  const backend::S3Request get{.object = options.prefix + "/heads/db"};
  auto bad = client.send(get, {}).body;
  ASSERT_GT(bad.size(), 60u);
  for (const std::size_t at : {0, 9, 10, 30}) bad[at] ^= 0x55;
  ASSERT_EQ(client.send({.method = "PUT", .object = get.object, .body = bad}, {}).status, 200);
  const auto found = scene::everything(url);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code(), "store/head");
  const auto store = backend::S3Store::open(options).value();
  const auto report = conn::repair(store, "db", base::system_environment());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_TRUE(report->restored);
  EXPECT_EQ(scene::everything(url).value(), truth);
  EXPECT_EQ(client.send({.object = options.prefix + "/tmp/db.damaged"}, {}).body, bad);
}

}  // namespace
}  // namespace stele
