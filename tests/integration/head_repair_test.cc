// Heads that are damaged in a file of SQLite and in a bucket, and `stele repair`.
#include <cstdio>

#include "backend/s3/fake_s3_testing.h"
#include "backend/sqlite/sqlite_connection.h"
#include "backend/sqlite/sqlite_store.h"
#include "base/text.h"
#include "head_repair_testing.h"

namespace stele {
namespace {

using backend::FakeS3;
using backend::SqliteConnection;

// The rows of the heads in an SQLite file, set aside to be put back.
class SqliteHead {
 public:
  explicit SqliteHead(const std::string& path)
      : connection_(SqliteConnection::open(path, "sqlite:" + path, SqliteConnection::Mode::write,
                                           base::system_environment(), {})
                        .value()) {
    run("CREATE TABLE kept_heads AS SELECT * FROM stele_heads;"
        "CREATE TABLE kept_entries AS SELECT * FROM stele_entries");
  }

  std::string read() {
    auto rows = connection_->statement(kRows).value();
    std::string all;
    while (rows.step().value()) {
      const auto bytes = rows.bytes(1);
      all.append(bytes.begin(), bytes.end());
    }
    return all;
  }

  // The rows as they were set aside, with these bytes in them.
  void write(const std::string& head) {
    run("DELETE FROM stele_heads; INSERT INTO stele_heads SELECT * FROM kept_heads;"
        "DELETE FROM stele_entries; INSERT INTO stele_entries SELECT * FROM kept_entries");
    std::vector<std::pair<std::int64_t, std::size_t>> places;
    {
      auto rows = connection_->statement(kRows).value();
      while (rows.step().value()) places.emplace_back(rows.number(0), rows.bytes(1).size());
    }
    std::size_t at = 0;
    for (const auto& [place, length] : places) {
      auto set =
          connection_->statement("UPDATE stele_entries SET bytes = ?2 WHERE place = ?1").value();
      const auto part = head.substr(at, length);
      EXPECT_TRUE(set.bind(1, place).bind(2, base::view(part)).run().ok());
      at += length;
    }
  }

  void run(const char* sql) {
    const auto done = connection_->run(sql);
    EXPECT_TRUE(done.ok()) << done.error().message();
  }
  std::int64_t number(const char* sql) {
    auto rows = connection_->statement(sql).value();
    EXPECT_TRUE(rows.step().value());
    return rows.number(0);
  }

 private:
  static constexpr const char* kRows =
      "SELECT place, bytes FROM stele_entries WHERE place > 0 ORDER BY place";
  const std::unique_ptr<SqliteConnection> connection_;
};

scene::HeadBytes bytes_of(SqliteHead& head) {
  return {[&] { return head.read(); }, [&](const std::string& bytes) { head.write(bytes); }};
}

// All of them take half a minute; STELE_BYTE_STEP=1 tries them.
std::size_t every_so_many_bytes() {
  return static_cast<std::size_t>(scene::repetitions("BYTE_STEP", 7));
}

std::shared_ptr<Store> sqlite_store(const std::string& path) {
  return backend::SqliteStore::open(path).value();
}

TEST(HeadRepair, InSqliteEveryDamagedByteIsNamedAndAllButTheNewestStateComesBack) {
  scene::Scratch scratch;
  const std::string path = scratch.file("db.sqlite"), url = "sqlite:" + path;
  scene::build_small(url);
  SqliteHead head(path);
  const auto tally =
      scene::damage_head(url, sqlite_store(path), bytes_of(head), path, every_so_many_bytes());
  // What the last fold replaced is there, so no single byte loses everything.
  EXPECT_EQ(tally.lost, 0);
  EXPECT_EQ(tally.without_effect, 0);
  std::printf("    %d damaged bytes named and repaired\n", tally.restored);
}

TEST(HeadRepair, InSqliteADamagedSnapshotLosesNothingWhereTheOneBeforeIsThere) {
  scene::Scratch scratch;
  const std::string path = scratch.file("db.sqlite"), url = "sqlite:" + path;
  scene::build_small(url);
  const auto truth = scene::everything(url).value();
  SqliteHead head(path);
  auto bad = head.read();
  bad[20] ^= 1;
  head.write(bad);
  const auto report = conn::repair(sqlite_store(path), "db", base::system_environment());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_TRUE(report->restored);
  EXPECT_EQ(scene::everything(url).value(), truth);
  // What was taken away is kept, and is no object of the store.
  EXPECT_EQ(head.number("SELECT length FROM stele_objects WHERE key = 'tmp/db.damaged'"),
            static_cast<std::int64_t>(bad.size()));
  const auto listed = sqlite_store(path)->list("", "", {}).value();
  for (const auto& object : listed.objects) EXPECT_TRUE(object.key.starts_with("packs/"));
}

TEST(HeadRepair, InSqliteRowsThatAreMissingAreNamedAndRepaired) {
  scene::Scratch scratch;
  const std::string path = scratch.file("db.sqlite"), url = "sqlite:" + path;
  scene::build_small(url);
  SqliteHead head(path);
  const auto good = head.read();
  const char* const kDamages[] = {
      "DELETE FROM stele_entries WHERE place > 0",
      "DELETE FROM stele_entries WHERE place = (1 << 32)",
      "DELETE FROM stele_entries WHERE place = (SELECT max(place) - 1 FROM stele_entries)",
      "UPDATE stele_entries SET ends = ends + 1 WHERE place > 0",
      "UPDATE stele_entries SET bytes = zeroblob(length(bytes)) WHERE place > 0",
      "UPDATE stele_entries SET bytes = substr(bytes, 2) WHERE place > 0",
  };
  for (const char* damage : kDamages) {
    SCOPED_TRACE(damage);
    head.run(damage);
    const auto found = scene::everything(url);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().category(), ErrorCategory::corrupt) << found.error().message();
    EXPECT_NE(found.error().message().find(path), std::string::npos) << found.error().message();
    const auto created = create_database(url);
    EXPECT_FALSE(created.ok());
    const auto report = conn::repair(sqlite_store(path), "db", base::system_environment());
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_TRUE(report->restored);
    EXPECT_TRUE(scene::everything(url).ok());
    head.write(good);
  }
}

// Of the whole file one byte in many, and of what is repaired nothing is wrong.
TEST(HeadRepair, OfAnSqliteFileNoDamagedByteGivesAWrongAnswer) {
  scene::Scratch scratch;
  const std::string path = scratch.file("db.sqlite"), url = "sqlite:" + path;
  scene::build_small(url);
  {
    SqliteHead head(path);
    head.run("DROP TABLE kept_heads; DROP TABLE kept_entries");
    head.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const auto truth = scene::everything(url).value();
  std::FILE* file = std::fopen(path.c_str(), "r+b");
  ASSERT_NE(file, nullptr);
  std::fseek(file, 0, SEEK_END);
  const long length = std::ftell(file);
  const auto flip = [&](long at) {
    std::fseek(file, at, SEEK_SET);
    const int byte = std::fgetc(file);
    std::fseek(file, at, SEEK_SET);
    std::fputc(byte ^ 1 << at % 8, file);
    std::fflush(file);
  };
  const long step = length / scene::repetitions("BYTES", 400) + 1;
  int named = 0, without_effect = 0;
  for (long at = 0; at < length; at += step) {
    flip(at);
    const auto found = scene::everything(url);
    if (found.ok()) {
      EXPECT_EQ(*found, truth) << "a wrong answer: byte " << at;
      ++without_effect;
    } else {
      EXPECT_NE(found.error().message().find(path), std::string::npos)
          << "byte " << at << ": " << found.error().message();
      ++named;
    }
    flip(at);
  }
  std::fclose(file);
  EXPECT_GT(named, 0);
  std::printf("    %d damaged bytes named, %d without effect\n", named, without_effect);
}

// --- buckets -----------------------------------------------------------------------------------

std::string url_of(const FakeS3& server) {
  return base::text("s3://bucket/stele?endpoint=", server.url(), "&anonymous=true");
}

TEST(HeadRepair, InABucketEveryDamagedByteIsNamedAndWhatVerifiesComesBack) {
  FakeS3 server;
  const auto url = url_of(server);
  scene::build_small(url);
  const std::string name = "stele/heads/db";
  const scene::HeadBytes head = {[&] { return server.objects().at(name); },
                                 [&](const std::string& bytes) { server.put(name, bytes); }};
  const auto good = head.read();
  const auto tally =
      scene::damage_head(url, server.open(), head, "s3://bucket/stele", every_so_many_bytes());
  // The snapshot stands there once.
  EXPECT_GT(tally.restored, 0);
  EXPECT_GT(tally.lost, 0);
  EXPECT_EQ(tally.without_effect, 0);
  EXPECT_EQ(server.objects().count("stele/tmp/db.damaged"), 1u);
  std::printf("    %d damaged bytes named and repaired, %d named and lost\n", tally.restored,
              tally.lost);
}

TEST(HeadRepair, InABucketADamagedEnvelopeLosesNothing) {
  FakeS3 server;
  const auto url = url_of(server);
  scene::build_small(url);
  const auto truth = scene::everything(url).value();
  auto bad = server.objects().at("stele/heads/db");
  for (const std::size_t at : {0, 8, 10, 20, 40}) bad[at] ^= 0x55;
  server.put("stele/heads/db", bad);
  const auto report = conn::repair(server.open(), "db", base::system_environment());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(scene::everything(url).value(), truth);
  EXPECT_EQ(server.objects().at("stele/tmp/db.damaged"), bad);
}

TEST(HeadRepair, InABucketADamagedPackIsNamedAndNothingIsReplaced) {
  FakeS3 server;
  const auto url = url_of(server);
  scene::build_small(url);
  const auto head = server.objects().at("stele/heads/db");
  int named = 0;
  for (const auto& [name, good] : server.objects()) {
    if (!name.starts_with("stele/packs/")) continue;
    auto bad = good;
    for (std::size_t at = 0; at < bad.size(); at += 40) bad[at] ^= 1;
    server.put(name, bad);
    const auto report = conn::repair(server.open(), "db", base::system_environment());
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_FALSE(report->restored);
    if (report->was_damaged) {
      ++named;
      EXPECT_NE(report->damage.find(name.substr(6)), std::string::npos) << report->damage;
    }
    EXPECT_EQ(server.objects().at("stele/heads/db"), head);
    server.put(name, good);
  }
  EXPECT_GT(named, 0);
}

}  // namespace
}  // namespace stele
