// Every byte of a small store damaged in turn: an answer is right or is an error that names the
// file; it is never wrong, and nothing crashes.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "backend/file/file_store.h"
#include "conn/verify.h"
#include "scene_testing.h"

namespace stele {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// All there is to read: the present, the past and the schema.
Result<std::string> everything(const std::string& url) {
  auto connection = connect(url);
  if (!connection.ok()) return connection.error();
  auto db = connection->db();
  if (!db.ok()) return db.error();
  std::string all = write_edn(db->schema());
  for (const auto& view : {*db, db->as_of(TxId{kTx0 + 2})}) {
    for (const auto order : {IndexOrder::eavt, IndexOrder::aevt, IndexOrder::avet}) {
      auto datoms = view.datoms(order);
      if (!datoms.ok()) return datoms.error();
      for (const auto& d : *datoms) {
        all += std::to_string(d.e) + write_edn(d.a) + write_edn(d.v) + std::to_string(d.tx) + "\n";
      }
    }
  }
  return all;
}

// A store with a little of everything: trees, a past, and a tail.
void build(const std::string& url) {
  auto connection = create_database(url).value();
  connection
      .transact(R"([{:db/ident :name :db/valueType :db.type/string
                     :db/cardinality :db.cardinality/one :db/unique :db.unique/identity}
                    {:db/ident :age :db/valueType :db.type/long
                     :db/cardinality :db.cardinality/one}
                    {:db/ident :friend :db/valueType :db.type/ref
                     :db/cardinality :db.cardinality/many}])")
      .value();
  connection.transact(R"([{:name "Ada" :age 36} {:name "Grace" :age 45 :friend [:name "Ada"]}])")
      .value();
  connection.transact(R"([[:db/add [:name "Ada"] :age 37]])").value();
  connection.fold().value();
  connection.transact(R"([{:name "Edsger" :age 40 :friend [[:name "Ada"] [:name "Grace"]]}])")
      .value();
  connection.transact(R"([[:db/retract [:name "Grace"] :friend [:name "Ada"]]])").value();
}

constexpr std::size_t kHeadBytes = 6000;  // more than there are in use, fewer than in any pack

struct Tally {
  int right = 0, named = 0;
};

void damage_every_byte(const fs::path& path, const std::string& url, const std::string& truth,
                       Tally& tally) {
  const std::string good = contents(path);
  const std::string name = path.filename();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    write(path, bad);
    const auto found = everything(url);
    if (found.ok()) {
      ASSERT_EQ(*found, truth) << "wrong answer: byte " << at << " of " << path;
      ++tally.right;
      if (path.parent_path().filename() == "packs") {
        // What no answer needs (a directory, a hint) is found by whoever verifies the whole.
        auto store = backend::FileStore::open(url.substr(5)).value();
        const auto verified = conn::verify_packs(*store);
        ASSERT_FALSE(verified.ok()) << "unnamed: byte " << at << " of " << path;
        ASSERT_NE(verified.error().message().find(name), std::string::npos);
      }
      continue;
    }
    const auto& message = found.error().message();
    ASSERT_TRUE(message.find(url.substr(5)) != std::string::npos)
        << "byte " << at << " of " << path << " gives " << message;
    ++tally.named;
  }
  write(path, good);
}

TEST(Damage, OfAnySingleByteNeverGivesAWrongAnswer) {
  scene::Scratch scratch;
  const auto url = scratch.url("store");
  build(url);
  const auto truth = everything(url).value();
  Tally tally;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.file("store"))) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  for (const auto& file : files) {
    // The zeros that wait behind a head's last frame are many and all alike: a sample will do.
    if (fs::file_size(file) > kHeadBytes) fs::resize_file(file, kHeadBytes);
    damage_every_byte(file, url, truth, tally);
    if (HasFatalFailure()) return;
  }
  std::printf("    %d damaged bytes named, %d without effect\n", tally.named, tally.right);
  EXPECT_EQ(everything(url).value(), truth);
}

TEST(Damage, ByTruncationAtAnyLengthNeverGivesAWrongAnswer) {
  scene::Scratch scratch;
  const auto url = scratch.url("store");
  build(url);
  const auto truth = everything(url).value();
  for (const auto& entry : fs::recursive_directory_iterator(scratch.file("store") + "/packs")) {
    if (!entry.is_regular_file()) continue;
    const auto good = contents(entry.path());
    for (std::size_t length = 0; length < good.size(); ++length) {
      write(entry.path(), good.substr(0, length));
      const auto found = everything(url);
      if (found.ok()) {
        ASSERT_EQ(*found, truth) << length << " bytes of " << entry.path();
      } else {
        ASSERT_NE(found.error().message().find("store"), std::string::npos);
      }
    }
    write(entry.path(), good);
  }
}

}  // namespace
}  // namespace stele
