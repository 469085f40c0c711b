// A store loses power at every operation, and comes back with what it acknowledged.
#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "backend/file/file_store.h"
#include "backend/file/power_loss_file_system.h"
#include "base/text.h"

namespace stele::backend {
namespace {

using Outcome = HeadWrite::Outcome;

Store::Bytes some_bytes(std::size_t n, unsigned seed) {
  Store::Bytes bytes(n);
  for (auto& b : bytes) b = static_cast<std::uint8_t>((seed = seed * 1664525 + 1013904223) >> 24);
  return bytes;
}

FileStoreOptions options_on(FileSystem& files) {
  return {.lock_wait_ms = 1000, .chunk_bytes = 2048, .files = &files};
}

// What the writer was told, and the one thing it was not told about.
struct Witness {
  bool created = false;
  std::map<std::string, Store::Bytes> heads;    // acknowledged
  std::map<std::string, Store::Bytes> objects;  // acknowledged
  std::string head_under_way;
  Store::Bytes head_would_be;
  std::string object_under_way;
  Store::Bytes object_would_be;
};

class Writer {
 public:
  Writer(FileSystem& files, Witness& witness) : files_(files), witness_(witness) {}

  // Creates, swaps, appends, writes objects, until all is done or the power is gone.
  void run() {
    auto created = FileStore::create("/data/store", options_on(files_));
    if (!created.ok()) return;
    witness_.created = true;
    one_ = *created;
    two_ = FileStore::open("/data/store", options_on(files_)).value_or(nullptr);
    if (!two_) return;
    for (unsigned i = 0; i < 30; ++i)
      if (!step(i)) return;
  }

 private:
  bool step(unsigned i) {
    // Two Store objects take turns, so that each finds what the other has written.
    store_ = i % 3 == 1 ? two_ : one_;
    const std::string head = i % 5 == 4 ? "branch" : "db";
    if (i % 4 == 0) return object(base::text("packs/", i / 8, '-', i), some_bytes(i * 90, i));
    if (i % 7 == 1 || !witness_.heads.contains(head)) return swap(head, some_bytes(100 + i, i));
    if (i == 17) return append(head, Store::Bytes(1500));  // zeros: becomes a new body
    return append(head, some_bytes(i % 2 ? 40 : 900, i));
  }

  bool object(const std::string& key, const Store::Bytes& bytes) {
    witness_.object_under_way = key;
    witness_.object_would_be = bytes;
    if (!store_->write_once(key, bytes, {}).ok()) return false;
    witness_.objects[key] = bytes;
    return true;
  }

  bool swap(const std::string& head, const Store::Bytes& bytes) {
    auto read = store_->read_head(head, {}, 0, {});
    if (!read.ok()) return false;
    return note(head, bytes, [&] { return store_->swap_head(head, read->version, bytes, {}); });
  }

  bool append(const std::string& head, const Store::Bytes& more) {
    auto read = store_->read_head(head, {}, 0, {});
    if (!read.ok()) return false;
    Store::Bytes whole = read->bytes;
    whole.insert(whole.end(), more.begin(), more.end());
    return note(head, whole,
                [&] { return store_->append_head(head, read->version, read->bytes, more, {}); });
  }

  template <typename Write>
  bool note(const std::string& head, const Store::Bytes& whole, const Write& write) {
    witness_.head_under_way = head;
    witness_.head_would_be = whole;
    const HeadWrite result = write();
    EXPECT_NE(result.outcome, Outcome::conflict);
    if (result.outcome != Outcome::written) return false;
    witness_.heads[head] = whole;
    witness_.head_under_way.clear();
    return true;
  }

  FileSystem& files_;
  Witness& witness_;
  std::shared_ptr<Store> one_, two_, store_;
};

void expect_heads(Store& store, const Witness& witness) {
  for (const std::string head : {"db", "branch"}) {
    auto read = store.read_head(head, {}, 0, {});
    ASSERT_TRUE(read.ok()) << read.error().message();
    auto acknowledged = witness.heads.find(head);
    const bool as_acknowledged = acknowledged == witness.heads.end()
                                     ? read->version.absent()
                                     : read->bytes == acknowledged->second;
    const bool one_more = witness.head_under_way == head && read->bytes == witness.head_would_be;
    ASSERT_TRUE(as_acknowledged || one_more) << head << " has " << read->bytes.size() << " bytes";
  }
}

void expect_objects(Store& store, const Witness& witness) {
  for (const auto& [key, bytes] : witness.objects) {
    auto read = store.read(key, {}, {});
    ASSERT_TRUE(read.ok()) << read.error().message();
    ASSERT_EQ(*read, bytes) << key;
  }
  if (witness.object_under_way.empty()) return;
  auto read = store.read(witness.object_under_way, {}, {});
  if (read.ok()) {
    ASSERT_EQ(*read, witness.object_would_be);
  }
}

// After the first look nothing may be lost any more, however often the power fails.
void expect_it_goes_on(PowerLossFileSystem& files, const Witness& witness, std::uint64_t seed) {
  Store::Bytes content;
  {
    auto store = FileStore::open("/data/store", options_on(files)).value();
    expect_heads(*store, witness);
    expect_objects(*store, witness);
    auto head = store->read_head("db", {}, 0, {});
    content = head->bytes;
    files.crash(seed + 1);
  }
  auto store = FileStore::open("/data/store", options_on(files)).value();
  auto head = store->read_head("db", {}, 0, {});
  ASSERT_TRUE(head.ok()) << head.error().message();
  ASSERT_EQ(head->bytes, content) << "what was answered was not durable";
  const Store::Bytes more = some_bytes(700, 5);
  const HeadWrite write = head->version.absent()
                              ? store->swap_head("db", {}, more, {})
                              : store->append_head("db", head->version, content, more, {});
  ASSERT_EQ(write.outcome, Outcome::written);
  content.insert(content.end(), more.begin(), more.end());
  files.crash(seed + 2);
  auto again = FileStore::open("/data/store", options_on(files)).value();
  ASSERT_EQ(again->read_head("db", {}, 0, {})->bytes, content);
}

void recover(PowerLossFileSystem& files, const Witness& witness, std::uint64_t seed) {
  files.crash(seed);
  auto exists = FileStore::exists("/data/store", options_on(files));
  ASSERT_TRUE(exists.ok());
  if (!*exists) {
    ASSERT_FALSE(witness.created);
    ASSERT_TRUE(FileStore::create("/data/store", options_on(files)).ok());
    return;
  }
  expect_it_goes_on(files, witness, seed);
}

TEST(FileStorePowerLoss, KeepsWhatWasAcknowledgedWhereverThePowerIsCut) {
  std::uint64_t operations = 0;
  {
    PowerLossFileSystem files;
    ASSERT_TRUE(*files.make_directory("/data") && files.flush_directory("/").ok());
    Witness witness;
    Writer(files, witness).run();
    ASSERT_EQ(witness.heads.size(), 2u);
    operations = files.operations();
  }
  ASSERT_GT(operations, 100u);
  for (std::uint64_t cut = 2; cut <= operations; ++cut) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      SCOPED_TRACE(base::text("cut at ", cut, ", seed ", seed));
      PowerLossFileSystem files;
      ASSERT_TRUE(*files.make_directory("/data") && files.flush_directory("/").ok());
      files.cut_at(cut);
      Witness witness;
      Writer(files, witness).run();
      recover(files, witness, seed * 1000);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// --- several writers, whose records wait together for a flush ----------------------------------

constexpr int kThreads = 3;

// Appends lines "THREAD:N" until the power is gone; the number of those that were acknowledged.
int append_lines(Store& store, int thread) {
  for (int i = 0;;) {
    auto read = store.read_head("db", {}, 0, {});
    if (!read.ok()) return i;
    const std::string line = base::text(thread, ':', i, ':', std::string(i % 5 * 180, 'x'), '\n');
    const Store::Bytes more(line.begin(), line.end());
    const HeadWrite write = store.append_head("db", read->version, read->bytes, more, {});
    if (write.outcome == Outcome::conflict) continue;
    if (write.outcome != Outcome::written) return i;
    ++i;
  }
}

// Lines of each thread, which must be whole and in order.
std::vector<int> count_lines(const Store::Bytes& content) {
  std::vector<int> counts(kThreads);
  const std::string text(content.begin(), content.end());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    EXPECT_NE(end, std::string::npos) << "half a line";
    if (end == std::string::npos) break;
    const auto thread = static_cast<std::size_t>(text[at] - '0');
    const std::string start = base::text(thread, ':', counts[thread]++, ':');
    EXPECT_EQ(text.substr(at, start.size()), start);
    at = end + 1;
  }
  return counts;
}

TEST(FileStorePowerLoss, KeepsTheLinesOfSeveralWriters) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    PowerLossFileSystem files;
    auto first = FileStore::create("/store", options_on(files)).value();
    ASSERT_EQ(first->swap_head("db", {}, {}, {}).outcome, Outcome::written);
    files.cut_at(files.operations() + 5 + seed * 7 % 101);
    std::vector<int> acknowledged(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        auto mine = t == 0 ? Result<std::shared_ptr<Store>>(first)
                           : FileStore::open("/store", options_on(files));
        if (mine.ok()) acknowledged[static_cast<std::size_t>(t)] = append_lines(**mine, t);
      });
    for (std::thread& thread : threads) thread.join();

    files.crash(seed);
    auto head = FileStore::open("/store", options_on(files)).value()->read_head("db", {}, 0, {});
    ASSERT_TRUE(head.ok()) << head.error().message();
    const std::vector<int> found = count_lines(head->bytes);
    for (std::size_t t = 0; t < kThreads; ++t) {
      EXPECT_GE(found[t], acknowledged[t]);
      EXPECT_LE(found[t], acknowledged[t] + 1);
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

// --- what others have written and not flushed ---------------------------------------------------

// A writer that never flushes stands for one that is just about to.
struct Unflushed {
  explicit Unflushed(bool by_swap) {
    store = FileStore::create("/store", options_on(files)).value();
    version = store->swap_head("db", {}, some_bytes(10, 1), {}).version;
    FileStoreOptions options = options_on(files);
    options.flush = false;
    auto writer = FileStore::open("/store", options).value();
    const HeadWrite write = by_swap ? writer->swap_head("db", version, content, {})
                                    : writer->append_head("db", version, {}, content, {});
    EXPECT_EQ(write.outcome, Outcome::written);
  }
  Store::Bytes read_after_crash(std::uint64_t seed) {
    files.crash(seed);
    return FileStore::open("/store", options_on(files)).value()->read_head("db", {}, 0, {})->bytes;
  }
  PowerLossFileSystem files;
  std::shared_ptr<Store> store;
  HeadVersion version;
  Store::Bytes content = some_bytes(3000, 2);
};

TEST(FileStorePowerLoss, AReaderMakesDurableWhatItFinds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Unflushed scene(seed % 2);
    const Store::Bytes answered = scene.store->read_head("db", {}, 0, {})->bytes;
    ASSERT_GE(answered.size(), scene.content.size());
    ASSERT_EQ(scene.read_after_crash(seed), answered);
  }
}

TEST(FileStorePowerLoss, TheHolderOfTheLockMakesDurableWhatItWritesBehind) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Unflushed scene(seed % 2);
    auto lock = scene.store->lock_head("db", {}).value();
    const std::uint64_t flushes = scene.files.flushes();
    HeadRead found = scene.store->read_head("db", {}, 0, {}).value();
    ASSERT_EQ(scene.files.flushes(), flushes);
    const Store::Bytes more = some_bytes(50, 3);
    ASSERT_EQ(scene.store->append_head("db", found.version, found.bytes, more, {}).outcome,
              Outcome::written);
    found.bytes.insert(found.bytes.end(), more.begin(), more.end());
    ASSERT_EQ(scene.read_after_crash(seed), found.bytes);
  }
}

TEST(PowerLossFileSystem, KeepsWhatWasFlushedAndAnySubsetOfTheRest) {
  int kept = 0, lost = 0, half = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    PowerLossFileSystem files;
    auto file = files.open("/f", OpenMode::create).value();
    ASSERT_TRUE(file->write_at(Store::Bytes(1024, 1), 0).ok());
    ASSERT_TRUE(file->flush().ok());
    ASSERT_TRUE(files.flush_directory("/").ok());
    ASSERT_TRUE(file->write_at(Store::Bytes(1024, 2), 0).ok());
    files.crash(seed);
    EXPECT_FALSE(file->flush().ok());
    Store::Bytes content(1024);
    ASSERT_EQ(*files.open("/f", OpenMode::read).value()->read_at(content, 0), 1024u);
    const auto twos = std::ranges::count(content, 2);
    EXPECT_EQ(twos % 512, 0);
    EXPECT_EQ(twos + std::ranges::count(content, 1), 1024);
    (twos == 0 ? lost : twos == 1024 ? kept : half)++;
  }
  EXPECT_GT(kept, 10);
  EXPECT_GT(lost, 10);
  EXPECT_GT(half, 10);
}

TEST(PowerLossFileSystem, LosesNamesThatWereNotFlushed) {
  int there = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    PowerLossFileSystem files;
    (void)files.open("/a", OpenMode::create).value();
    ASSERT_TRUE(files.flush_directory("/").ok());
    ASSERT_TRUE(files.rename("/a", "/b").ok());
    files.crash(seed);
    const bool moved = files.stat("/b").value().has_value();
    EXPECT_NE(moved, files.stat("/a").value().has_value()) << "half a rename";
    there += moved;
  }
  EXPECT_GT(there, 10);
  EXPECT_LT(there, 90);
}

}  // namespace
}  // namespace stele::backend
