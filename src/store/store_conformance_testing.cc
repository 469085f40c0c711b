#include "store/store_conformance_testing.h"

#include <atomic>
#include <ostream>
#include <thread>

#include "base/bytes.h"
#include "base/environment.h"
#include "base/text.h"

namespace stele::store {

namespace {

class LoneStore final : public StoreUniverse {
 public:
  explicit LoneStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  std::shared_ptr<Store> open() override { return store_; }

 private:
  std::shared_ptr<Store> store_;
};

Store::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(const Store::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

Deadline past() { return {base::system_environment().steady_ms() - 1}; }

using Outcome = HeadWrite::Outcome;

HeadVersion swap(Store& store, const std::string& head, const HeadVersion& expected,
                 std::string_view content) {
  HeadWrite write = store.swap_head(head, expected, bytes(content), {});
  EXPECT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
  return write.version;
}

HeadVersion append(Store& store, const std::string& head, const HeadVersion& expected,
                   std::string_view known, std::string_view more) {
  HeadWrite write = store.append_head(head, expected, bytes(known), bytes(more), {});
  EXPECT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
  return write.version;
}

HeadRead read_whole(Store& store, const std::string& head) {
  auto read = store.read_head(head, {}, 0, {});
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message());
  return read.ok() ? *read : HeadRead{};
}

void expect_error(const Done& done, ErrorCategory category, std::string_view code) {
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().category(), category) << done.error().message();
  EXPECT_EQ(done.error().code(), code) << done.error().message();
}
template <typename T>
void expect_error(const Result<T>& result, ErrorCategory category, std::string_view code) {
  expect_error(result.ok() ? Done() : Done(result.error()), category, code);
}

std::vector<ObjectInfo> list_all(Store& store, const std::string& prefix) {
  std::vector<ObjectInfo> all;
  std::string from;
  do {
    auto page = store.list(prefix, from, {});
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return all;
    all.insert(all.end(), page->objects.begin(), page->objects.end());
    from = page->next;
  } while (!from.empty());
  return all;
}

}  // namespace

std::shared_ptr<StoreUniverse> universe_of(std::shared_ptr<Store> store) {
  return std::make_shared<LoneStore>(std::move(store));
}

void PrintTo(const StoreUnderTest& under_test, std::ostream* out) { *out << under_test.name; }
std::string name_of(const testing::TestParamInfo<StoreUnderTest>& info) { return info.param.name; }

void StoreConformance::SetUp() {
  universe_ = GetParam().create();
  ASSERT_TRUE(universe_);
  store_ = universe_->open();
  ASSERT_TRUE(store_);
}

// A backend's test that forgets to name its store would pass without testing anything; a program
// that only links this file for another of its tests is fine.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

// --- objects -----------------------------------------------------------------------------------

TEST_P(StoreConformance, SaysWhereItIs) {
  EXPECT_FALSE(store().url().empty());
  EXPECT_TRUE(store().traits().writable);
  EXPECT_LE(store().traits().tail_bytes_soft, store().traits().tail_bytes_hard);
  EXPECT_GE(store().traits().parallel_reads, 1);
}

TEST_P(StoreConformance, ReadsWhatWasWritten) {
  ASSERT_TRUE(store().write_once("packs/5f0c", bytes("hello"), {}).ok());
  auto read = store().read("packs/5f0c", {}, {});
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(text_of(*read), "hello");
  EXPECT_EQ(text_of(*universe_->open()->read("packs/5f0c", {}, {})), "hello");
}

TEST_P(StoreConformance, KeepsEmptyAndLargeObjects) {
  ASSERT_TRUE(store().write_once("empty", {}, {}).ok());
  EXPECT_EQ(store().read("empty", {}, {})->size(), 0u);
  Store::Bytes large(3 << 20);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  ASSERT_TRUE(store().write_once("packs/large", large, {}).ok());
  EXPECT_EQ(*store().read("packs/large", {}, {}), large);
}

TEST_P(StoreConformance, CutsRangesAtTheEnd) {
  ASSERT_TRUE(store().write_once("packs/r", bytes("0123456789"), {}).ok());
  auto part = [&](std::uint64_t offset, std::uint64_t length) {
    auto read = store().read("packs/r", {offset, length}, {});
    EXPECT_TRUE(read.ok());
    return read.ok() ? text_of(*read) : "error";
  };
  EXPECT_EQ(part(0, 10), "0123456789");
  EXPECT_EQ(part(0, 1), "0");
  EXPECT_EQ(part(3, 4), "3456");
  EXPECT_EQ(part(8, 2), "89");
  EXPECT_EQ(part(8, 3), "89");
  EXPECT_EQ(part(8, ByteRange::kToEnd), "89");
  EXPECT_EQ(part(9, UINT64_MAX - 3), "9");
  EXPECT_EQ(part(10, 1), "");
  EXPECT_EQ(part(11, ByteRange::kToEnd), "");
  EXPECT_EQ(part(UINT64_MAX, ByteRange::kToEnd), "");
  EXPECT_EQ(part(4, 0), "");
}

TEST_P(StoreConformance, NamesTheMissingObject) {
  auto read = store().read("packs/none", {}, {});
  expect_error(read, ErrorCategory::unavailable, "store/missing");
  EXPECT_NE(read.error().message().find("packs/none"), std::string::npos);
}

TEST_P(StoreConformance, ReadsManyInTheOrderOfTheRequests) {
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(
        store().write_once(base::text("packs/", i), bytes(base::text("object ", i)), {}).ok());
  std::vector<ReadRequest> requests;
  for (int i = 19; i >= 0; --i) requests.push_back({base::text("packs/", i), {7, 2}});
  requests.push_back({"packs/none", {}});
  requests.push_back({"BAD", {}});
  auto results = store().read_many(requests, {});
  ASSERT_EQ(results.size(), requests.size());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(results[static_cast<std::size_t>(i)].ok());
    EXPECT_EQ(text_of(*results[static_cast<std::size_t>(i)]), base::text(19 - i));
  }
  expect_error(results[20], ErrorCategory::unavailable, "store/missing");
  expect_error(results[21], ErrorCategory::invalid, "store/key");
  EXPECT_TRUE(store().read_many({}, {}).empty());
}

TEST_P(StoreConformance, WritesTheSameTwice) {
  ASSERT_TRUE(store().write_once("packs/a", bytes("same"), {}).ok());
  EXPECT_TRUE(store().write_once("packs/a", bytes("same"), {}).ok());
  EXPECT_EQ(text_of(*store().read("packs/a", {}, {})), "same");
}

TEST_P(StoreConformance, NeverChangesAnObject) {
  ASSERT_TRUE(store().write_once("packs/a", bytes("first"), {}).ok());
  expect_error(store().write_once("packs/a", bytes("other length"), {}), ErrorCategory::conflict,
               "store/exists");
  expect_error(store().write_once("packs/a", {}, {}), ErrorCategory::conflict, "store/exists");
  (void)store().write_once("packs/a", bytes("FIRST"), {});
  EXPECT_EQ(text_of(*store().read("packs/a", {}, {})), "first");
}

TEST_P(StoreConformance, RefusesWhatIsNoKey) {
  const std::string long_part(kKeyPartBytesMax + 1, 'a');
  std::string long_key(kKeyBytesMax + 1, 'a');
  for (std::size_t i = 50; i < long_key.size(); i += 50) long_key[i] = '/';
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("."),
        std::string("a/../b"), std::string("a/./b"), std::string(".."), std::string("A"),
        std::string("a b"), std::string("a\\b"), std::string("a\0b", 3), std::string("h\xc3\xa4"),
        std::string("heads/db"), std::string("tmp"), std::string("stele-store"), long_part,
        long_key}) {
    SCOPED_TRACE(key);
    expect_error(store().read(key, {}, {}), ErrorCategory::invalid, "store/key");
    expect_error(store().write_once(key, bytes("x"), {}), ErrorCategory::invalid, "store/key");
    expect_error(store().remove(std::vector{key}, {}), ErrorCategory::invalid, "store/key");
  }
  EXPECT_TRUE(list_all(store(), "").empty());
}

TEST_P(StoreConformance, TakesEveryKeyThatIsOne) {
  std::string longest(kKeyBytesMax, 'z');
  longest[100] = '/';
  for (const std::string& key :
       {std::string("a"), std::string("0/1/2/3/4/5/6/7/8/9"), std::string("..."), std::string("-"),
        std::string("_.x"), std::string("packs/heads"), longest}) {
    SCOPED_TRACE(key);
    ASSERT_TRUE(store().write_once(key, bytes(key), {}).ok());
    EXPECT_EQ(text_of(*store().read(key, {}, {})), key);
  }
  EXPECT_EQ(list_all(store(), "").size(), 7u);
}

TEST_P(StoreConformance, ListsInOrderWithSizesAndAges) {
  const std::vector<std::string> keys = {"a-b", "a.c", "a/1", "a/2/x", "a/20", "a0", "b"};
  for (std::size_t i = keys.size(); i-- > 0;)
    ASSERT_TRUE(store().write_once(keys[i], Store::Bytes(i + 1), {}).ok());
  auto all = list_all(store(), "");
  ASSERT_EQ(all.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(all[i].key, keys[i]);
    EXPECT_EQ(all[i].bytes, i + 1);
    EXPECT_GE(all[i].age_ms, 0);
    EXPECT_LT(all[i].age_ms, 60'000);
  }
  auto listed = [&](const std::string& prefix) {
    std::string joined;
    for (const ObjectInfo& object : list_all(store(), prefix)) joined += object.key + " ";
    return joined;
  };
  EXPECT_EQ(listed("a/"), "a/1 a/2/x a/20 ");
  EXPECT_EQ(listed("a/2"), "a/2/x a/20 ");
  EXPECT_EQ(listed("a/2/"), "a/2/x ");
  EXPECT_EQ(listed("b"), "b ");
  EXPECT_EQ(listed("c"), "");
  EXPECT_EQ(listed("a/2/x/y"), "");
}

TEST_P(StoreConformance, ListsPageByPage) {
  constexpr std::size_t kObjects = 1100, kThreads = 4;  // more than a page of most stores
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < kObjects; ++i) keys.push_back(base::text("packs/", 10000 + i));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < kObjects; i += kThreads)
        EXPECT_TRUE(store().write_once(keys[i], bytes("x"), {}).ok());
    });
  for (std::thread& thread : threads) thread.join();
  auto all = list_all(store(), "packs/");
  ASSERT_EQ(all.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(all[i].key, keys[i]);
}

TEST_P(StoreConformance, RemovesAndForgivesTheMissing) {
  ASSERT_TRUE(store().write_once("packs/a", bytes("a"), {}).ok());
  ASSERT_TRUE(store().write_once("packs/b", bytes("b"), {}).ok());
  EXPECT_TRUE(store().remove(std::vector<std::string>{"packs/a", "packs/none"}, {}).ok());
  expect_error(store().read("packs/a", {}, {}), ErrorCategory::unavailable, "store/missing");
  EXPECT_TRUE(store().read("packs/b", {}, {}).ok());
  EXPECT_EQ(list_all(store(), "packs/").size(), 1u);
  EXPECT_TRUE(store().write_once("packs/a", bytes("again"), {}).ok());
  EXPECT_EQ(text_of(*store().read("packs/a", {}, {})), "again");
}

// --- heads -------------------------------------------------------------------------------------

TEST_P(StoreConformance, AnAbsentHeadHasTheAbsentVersionAndNoBytes) {
  HeadRead read = read_whole(store(), "db");
  EXPECT_TRUE(read.version.absent());
  EXPECT_TRUE(read.bytes.empty());
  EXPECT_EQ(read.offset, 0u);
  EXPECT_TRUE(store().head_names({})->empty());
}

TEST_P(StoreConformance, CreatesAHeadOnlyOnce) {
  const HeadVersion first = swap(store(), "db", {}, "one");
  EXPECT_FALSE(first.absent());
  HeadRead read = read_whole(store(), "db");
  EXPECT_EQ(text_of(read.bytes), "one");
  EXPECT_EQ(read.version, first);
  EXPECT_EQ(store().swap_head("db", {}, bytes("two"), {}).outcome, Outcome::conflict);
  EXPECT_EQ(text_of(read_whole(store(), "db").bytes), "one");
}

TEST_P(StoreConformance, SwapsOnlyTheExpectedVersion) {
  const HeadVersion first = swap(store(), "db", {}, "one");
  const HeadVersion second = swap(store(), "db", first, "two");
  EXPECT_NE(first, second);
  EXPECT_EQ(store().swap_head("db", first, bytes("three"), {}).outcome, Outcome::conflict);
  EXPECT_EQ(store().swap_head("db", {"nonsense"}, bytes("three"), {}).outcome, Outcome::conflict);
  EXPECT_EQ(store().swap_head("other", second, bytes("x"), {}).outcome, Outcome::conflict);
  EXPECT_EQ(text_of(read_whole(store(), "db").bytes), "two");
  EXPECT_TRUE(read_whole(store(), "other").version.absent());
}

TEST_P(StoreConformance, ASwapToTheSameBytesIsANewVersion) {
  const HeadVersion first = swap(store(), "db", {}, "same");
  const HeadVersion second = swap(store(), "db", first, "same");
  EXPECT_NE(first, second);
  // So a no-op swap fences: what was meant for the first version cannot land any more.
  EXPECT_EQ(store().append_head("db", first, bytes("same"), bytes("late"), {}).outcome,
            Outcome::conflict);
}

TEST_P(StoreConformance, AppendsOnlyToTheExpectedVersion) {
  const HeadVersion first = swap(store(), "db", {}, "one");
  const HeadVersion second = append(store(), "db", first, "one", " two");
  EXPECT_NE(first, second);
  EXPECT_EQ(store().append_head("db", first, bytes("one"), bytes("no"), {}).outcome,
            Outcome::conflict);
  EXPECT_EQ(store().swap_head("db", first, bytes("no"), {}).outcome, Outcome::conflict);
  const HeadVersion third = append(store(), "db", second, "one two", " three");
  HeadRead read = read_whole(*universe_->open(), "db");
  EXPECT_EQ(text_of(read.bytes), "one two three");
  EXPECT_EQ(read.version, third);
}

TEST_P(StoreConformance, DoesNotAppendToAnAbsentHead) {
  HeadWrite write = store().append_head("db", {}, {}, bytes("x"), {});
  EXPECT_EQ(write.outcome, Outcome::failed);
  ASSERT_TRUE(write.error);
  EXPECT_EQ(write.error->category(), ErrorCategory::invalid);
  EXPECT_TRUE(read_whole(store(), "db").version.absent());
}

TEST_P(StoreConformance, KeepsEmptyHeadsAndLongOnes) {
  HeadVersion version = swap(store(), "db", {}, "");
  HeadRead read = read_whole(store(), "db");
  EXPECT_FALSE(read.version.absent());
  EXPECT_TRUE(read.bytes.empty());
  std::string content;
  // Runs of zeros among them: a store that looks for torn writes must not mistake them.
  for (std::size_t length : {1, 511, 512, 513, 4096, 70'000, 300'000}) {
    for (char filling : {'x', '\0', '\xff'}) {
      const std::string more(length, filling);
      version = append(store(), "db", version, content, more);
      content += more;
      read = read_whole(*universe_->open(), "db");
      ASSERT_EQ(text_of(read.bytes), content);
      ASSERT_EQ(read.version, version);
    }
  }
}

TEST_P(StoreConformance, SaysWhenAHeadIsUnchanged) {
  const HeadVersion first = swap(store(), "db", {}, "one");
  auto same = store().read_head("db", first, 3, {});
  ASSERT_TRUE(same.ok());
  EXPECT_TRUE(same->unchanged);
  EXPECT_TRUE(same->bytes.empty());
  EXPECT_TRUE(universe_->open()->read_head("db", first, 0, {})->unchanged);
  (void)append(store(), "db", first, "one", "x");
  EXPECT_FALSE(store().read_head("db", first, 3, {})->unchanged);
}

TEST_P(StoreConformance, MayLeaveOutKnownBytesOfAHeadThatOnlyGrew) {
  const HeadVersion first = swap(store(), "db", {}, "one");
  const HeadVersion second = append(store(), "db", first, "one", " two");
  const HeadVersion third = append(store(), "db", second, "one two", " three");
  const std::string whole = "one two three";
  struct Case {
    HeadVersion unless;
    std::uint64_t known;
  };
  for (const Case& one : {Case{first, 3}, Case{second, 7}, Case{second, 3}, Case{second, 5},
                          Case{first, 0}, Case{first, 7}, Case{{"nonsense"}, 3}, Case{{}, 3}}) {
    for (auto& from : {store_, universe_->open()}) {
      auto read = from->read_head("db", one.unless, one.known, {});
      ASSERT_TRUE(read.ok());
      EXPECT_FALSE(read->unchanged);
      EXPECT_EQ(read->version, third);
      EXPECT_TRUE(read->offset == 0 || read->offset == one.known) << read->offset;
      EXPECT_EQ(text_of(read->bytes), whole.substr(read->offset));
    }
  }
}

TEST_P(StoreConformance, LeavesOutNothingOfAHeadThatWasReplaced) {
  const HeadVersion first = swap(store(), "db", {}, "one two");
  const HeadVersion second = swap(store(), "db", first, "eins zwei");
  (void)append(store(), "db", second, "eins zwei", " drei");
  for (auto& from : {store_, universe_->open()}) {
    auto read = from->read_head("db", first, 7, {});
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->offset, 0u);
    EXPECT_EQ(text_of(read->bytes), "eins zwei drei");
  }
}

TEST_P(StoreConformance, NamesAllHeadsInOrder) {
  for (const char* head : {"db", "a.branch", "z", "0"}) (void)swap(store(), head, {}, "x");
  EXPECT_EQ(*store().head_names({}), (std::vector<std::string>{"0", "a.branch", "db", "z"}));
  ASSERT_TRUE(store().write_once("packs/a", bytes("a"), {}).ok());
  EXPECT_EQ(universe_->open()->head_names({})->size(), 4u);
  EXPECT_EQ(list_all(store(), "").size(), 1u);  // and heads are no objects
}

TEST_P(StoreConformance, RefusesWhatIsNoHeadName) {
  for (const std::string& name :
       {std::string(), std::string("a/b"), std::string("."), std::string(".."), std::string("DB"),
        std::string("db.lock"), std::string(kKeyPartBytesMax + 1, 'a')}) {
    SCOPED_TRACE(name);
    expect_error(store().read_head(name, {}, 0, {}), ErrorCategory::invalid, "store/key");
    HeadWrite write = store().swap_head(name, {}, bytes("x"), {});
    EXPECT_EQ(write.outcome, Outcome::failed);
    ASSERT_TRUE(write.error);
    EXPECT_EQ(write.error->code(), "store/key");
  }
  const std::string longest(kKeyPartBytesMax, 'a');
  (void)swap(store(), longest, {}, "x");
  EXPECT_EQ(text_of(read_whole(store(), longest).bytes), "x");
}

TEST_P(StoreConformance, DoesNothingPastTheDeadline) {
  const HeadVersion version = swap(store(), "db", {}, "one");
  ASSERT_TRUE(store().write_once("packs/a", bytes("a"), {}).ok());
  const auto kLimit = ErrorCategory::limit;
  expect_error(store().read("packs/a", {}, past()), kLimit, "store/deadline");
  expect_error(store().write_once("packs/b", bytes("b"), past()), kLimit, "store/deadline");
  expect_error(store().list("", "", past()), kLimit, "store/deadline");
  expect_error(store().read_head("db", {}, 0, past()), kLimit, "store/deadline");
  expect_error(store().head_names(past()), kLimit, "store/deadline");
  expect_error(store().remove(std::vector<std::string>{"packs/a"}, past()), kLimit,
               "store/deadline");
  expect_error(store().destroy(past()), kLimit, "store/deadline");
  for (const HeadWrite& write : {store().swap_head("db", version, bytes("x"), past()),
                                 store().append_head("db", version, {}, bytes("x"), past())}) {
    EXPECT_EQ(write.outcome, Outcome::failed);
    ASSERT_TRUE(write.error);
    EXPECT_EQ(write.error->category(), kLimit);
  }
  EXPECT_EQ(read_whole(store(), "db").version, version);
  EXPECT_EQ(list_all(store(), "").size(), 1u);
}

TEST_P(StoreConformance, DestroysEverything) {
  const HeadVersion version = swap(store(), "db", {}, "one");
  (void)swap(store(), "other", {}, "one");
  ASSERT_TRUE(store().write_once("packs/a", bytes("a"), {}).ok());
  ASSERT_TRUE(store().write_once("b", bytes("b"), {}).ok());
  auto done = store().destroy({});
  ASSERT_TRUE(done.ok()) << done.error().message();
  // Some stores are gone now and say so, others are empty.
  auto names = store().head_names({});
  EXPECT_TRUE(!names.ok() || names->empty());
  EXPECT_FALSE(store().read("packs/a", {}, {}).ok());
  auto head = store().read_head("db", {}, 0, {});
  EXPECT_TRUE(!head.ok() || head->version.absent());
  EXPECT_NE(store().swap_head("db", version, bytes("x"), {}).outcome, Outcome::written);
  EXPECT_NE(store().append_head("db", version, bytes("one"), bytes("x"), {}).outcome,
            Outcome::written);
}

// --- many at once ------------------------------------------------------------------------------

namespace {

// Reads, adds one line, on conflict again with the lock: what a committer does, `count` times.
void add_lines(Store& store, int writer, int count, bool sometimes_swap) {
  std::string known;
  HeadVersion version;
  std::unique_ptr<HeadLock> lock;
  for (int i = 0; i < count;) {
    auto read = store.read_head("db", version, known.size(), {});
    ASSERT_TRUE(read.ok()) << read.error().message();
    if (!read->unchanged) {
      known.resize(read->offset);
      known += text_of(read->bytes);
      version = read->version;
    }
    const std::string line = base::text(writer, ':', i, '\n');
    HeadWrite write = sometimes_swap && i % 7 == 3
                          ? store.swap_head("db", version, bytes(known + line), {})
                          : store.append_head("db", version, bytes(known), bytes(line), {});
    lock.reset();
    if (write.outcome == Outcome::conflict) {
      auto locked = store.lock_head("db", {});
      ASSERT_TRUE(locked.ok()) << locked.error().message();
      lock = std::move(*locked);  // null where there are none
      continue;
    }
    ASSERT_EQ(write.outcome, Outcome::written) << (write.error ? write.error->message() : "");
    known += line;
    version = write.version;
    ++i;
  }
}

void expect_all_lines(Store& store, int writers, int count) {
  const std::string content = text_of(read_whole(store, "db").bytes);
  std::size_t length = 0;
  for (int w = 0; w < writers; ++w) {
    std::size_t at = 0;
    for (int i = 0; i < count; ++i) {
      const std::string line = base::text(w, ':', i, '\n');
      length += line.size();
      at = content.find(line, at);
      ASSERT_NE(at, std::string::npos) << "lost: " << line;
    }
  }
  EXPECT_EQ(content.size(), length);
}

}  // namespace

TEST_P(StoreConformance, LosesNoLineOfManyWriters) {
  constexpr int kWriters = 4, kLines = 40;
  (void)swap(store(), "db", {}, "");
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w)
    // Half of them share a Store object.
    threads.emplace_back([this, w, mine = w % 2 ? store_ : universe_->open()] {
      add_lines(*mine, w, kLines, true);
    });
  for (std::thread& thread : threads) thread.join();
  expect_all_lines(store(), kWriters, kLines);
  expect_all_lines(*universe_->open(), kWriters, kLines);
}

TEST_P(StoreConformance, LetsExactlyOneSwapperWinEachVersion) {
  constexpr int kRounds = 20, kWriters = 4;
  HeadVersion version = swap(store(), "db", {}, "start");
  std::vector<std::shared_ptr<Store>> stores;
  for (int w = 0; w < kWriters; ++w) stores.push_back(universe_->open());
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<int> wins{0}, others{0};
    std::vector<std::thread> threads;
    for (int w = 0; w < kWriters; ++w) {
      threads.emplace_back([&, w] {
        const HeadWrite write = stores[static_cast<std::size_t>(w)]->swap_head(
            "db", version, bytes(base::text(round, '/', w)), {});
        (write.outcome == Outcome::written ? wins : others)++;
        EXPECT_TRUE(write.outcome == Outcome::written || write.outcome == Outcome::conflict);
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(wins, 1);
    ASSERT_EQ(others, kWriters - 1);
    version = read_whole(store(), "db").version;
  }
}

TEST_P(StoreConformance, WritesOneObjectFromManyThreads) {
  const Store::Bytes content(100'000, 7);
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w)
    threads.emplace_back([&, mine = universe_->open()] {
      for (int i = 0; i < 5; ++i) {
        auto done = mine->write_once(base::text("packs/", i), content, {});
        EXPECT_TRUE(done.ok()) << done.error().message();
        EXPECT_EQ(*mine->read(base::text("packs/", i), {}, {}), content);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(list_all(store(), "").size(), 5u);
}

TEST_P(StoreConformance, AHeadLockKeepsOthersOut) {
  HeadVersion version = swap(store(), "db", {}, "one");
  auto lock = store().lock_head("db", {});
  ASSERT_TRUE(lock.ok()) << lock.error().message();
  if (!*lock) GTEST_SKIP() << "this store has no locks";

  std::atomic<bool> released{false};
  std::atomic<int> early{0};
  std::vector<std::thread> threads;
  for (auto& other : {store_, universe_->open()})
    threads.emplace_back([&, other] {
      const Deadline soon = base::deadline_after(base::system_environment(), 20);
      auto refused = other->lock_head("db", soon);
      if (!released) expect_error(refused, ErrorCategory::limit, "store/deadline");
      HeadWrite write = other->swap_head("db", {"not this"}, bytes("x"), {});
      EXPECT_EQ(write.outcome, Outcome::conflict);
      early += !released;
    });
  // The holder's own writes go through, and so do reads and writes of other heads.
  EXPECT_EQ(read_whole(store(), "db").version, version);
  version = swap(store(), "db", version, "two");
  (void)swap(*universe_->open(), "other", {}, "free");
  EXPECT_EQ(text_of(read_whole(*universe_->open(), "db").bytes), "two");
  base::system_environment().sleep_ms(60);
  released = true;
  (void)append(store(), "db", version, "two", " three");  // this may give the lock back
  lock->reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(early, 0);
  EXPECT_EQ(text_of(read_whole(store(), "db").bytes), "two three");
  EXPECT_TRUE(*store().lock_head("db", {}));  // and it can be taken again
}

}  // namespace stele::store
