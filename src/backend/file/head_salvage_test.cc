#include "backend/file/head_salvage.h"

#include <gtest/gtest.h>

#include "backend/file/file_store.h"
#include "backend/file/head_format.h"
#include "backend/file/power_loss_file_system.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

// All runs, a '|' between them.
std::string joined(const Store::Salvage& salvage) {
  std::string out;
  for (const auto& run : salvage.runs)
    out += (out.empty() ? "" : "|") + std::string(run.begin(), run.end());
  return out;
}

struct Example {
  Example() {
    file = encode_head(3, bytes("the body"));
    HeadMark at{8, file.size(), decode_head_header(file)->chain};
    for (const char* payload : {"[one]", "[two]", "[three]"}) {
      starts.push_back(file.size());
      const base::Bytes frame = encode_frame(bytes(payload), at, at);
      file.insert(file.end(), frame.begin(), frame.end());
    }
    end = file.size();
    file.resize(1024);
  }
  Store::Salvage salvage() const {
    Store::Salvage salvage;
    salvage_head_file(file, salvage);
    return salvage;
  }
  base::Bytes file;
  std::vector<std::size_t> starts;
  std::size_t end = 0;
};

TEST(HeadSalvage, OfAnIntactFileIsAllOfIt) {
  const Store::Salvage salvage = Example().salvage();
  EXPECT_EQ(joined(salvage), "the body[one][two][three]");
  EXPECT_EQ(salvage.damage, "");
}

TEST(HeadSalvage, LosesOnlyTheDamagedRecord) {
  Example example;
  for (std::size_t byte = example.starts[1]; byte < example.starts[2]; ++byte) {
    example.file[byte] ^= 0x10;
    const Store::Salvage salvage = example.salvage();
    // The checksum in bytes 8 to 15 of a frame leads on to the next one.
    const bool leads_on = byte < example.starts[1] + 8 || byte >= example.starts[1] + 16;
    EXPECT_EQ(joined(salvage), leads_on ? "the body[one]|[three]" : "the body[one]") << byte;
    EXPECT_NE(salvage.damage.find(std::to_string(example.starts[1])), std::string::npos);
    example.file[byte] ^= 0x10;
  }
}

TEST(HeadSalvage, FindsRecordsBehindADamagedBody) {
  Example example;
  example.file[66] ^= 1;
  EXPECT_EQ(joined(example.salvage()), "thd body|[one][two][three]");
}

TEST(HeadSalvage, FindsRecordsBehindADamagedHeader) {
  Example example;
  for (std::size_t byte = 0; byte < 56; ++byte) {
    example.file[byte] ^= 0xff;
    const std::string found = joined(example.salvage());
    EXPECT_TRUE(found.starts_with("the body")) << byte;
    EXPECT_TRUE(found.ends_with("|[one][two][three]")) << byte;
    example.file[byte] ^= 0xff;
  }
}

TEST(HeadSalvage, EndsOnAnyBytes) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Example example;
    unsigned state = seed;
    for (int i = 0; i < 20; ++i) {
      state = state * 1664525 + 1013904223;
      example.file[(state >> 8) % example.file.size()] = static_cast<std::uint8_t>(state >> 3);
    }
    (void)example.salvage();
    example.file.resize(seed);
    (void)example.salvage();
  }
}

TEST(FileStoreSalvage, RestoresADamagedHeadAndKeepsTheDamagedFile) {
  PowerLossFileSystem files;
  const FileStoreOptions options{.files = &files};
  auto store = FileStore::create("/s", options).value();
  HeadVersion version = store->swap_head("db", {}, bytes("old body"), {}).version;
  version = store->append_head("db", version, {}, bytes("[old]"), {}).version;
  version = store->swap_head("db", version, bytes("new body"), {}).version;
  version = store->append_head("db", version, {}, bytes("[new]"), {}).version;
  files.damage("/s/heads/db", 70, 4);
  ASSERT_EQ(store->read_head("db", {}, 0, {}).error().category(), ErrorCategory::corrupt);

  auto salvage = store->salvage_head("db", {});
  ASSERT_TRUE(salvage.ok());
  EXPECT_EQ(joined(*salvage), "old body[old]|new bo`y|[new]");
  EXPECT_NE(salvage->damage.find("/s/heads/db"), std::string::npos);

  ASSERT_TRUE(store->restore_head("db", bytes("restored"), {}).ok());
  files.crash(1);
  auto again = FileStore::open("/s", options).value();
  auto head = again->read_head("db", {}, 0, {});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->bytes, bytes("restored"));
  EXPECT_NE(head->version, version);
  EXPECT_TRUE(files.stat("/s/tmp/db.damaged").value().has_value());
  EXPECT_EQ(again->append_head("db", version, {}, bytes("x"), {}).outcome, Outcome::conflict);
  ASSERT_TRUE(again->destroy({}).ok());
}

}  // namespace
}  // namespace stele::backend
