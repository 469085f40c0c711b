// Eight readers and a writer in one process, for ThreadSanitizer: a Db in hand never changes.
#include <atomic>
#include <thread>

#include "scene_testing.h"

namespace stele {
namespace {

constexpr int kReaders = 8;

// Every transaction moves an amount between two accounts; their sum is always the same.
void moves_between_accounts(const std::string& url, int transactions) {
  auto connection = scene::create_schemaless(url);
  connection.transact("[{:db/id 1 :balance 500} {:db/id 2 :balance 500}]").value();
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0, looks = 0;

  auto look = [&] {
    const char* balances = "[:find ?e ?b :where [?e :balance ?b]]";
    std::int64_t last_tx = 0;
    while (!done) {
      const auto db = connection.db().value();
      const auto first = q(balances, db).value();
      std::int64_t sum = 0;
      for (auto [e, b] : first.as<std::int64_t, std::int64_t>()) sum += b;
      const auto again = q(balances, db).value();
      if (sum != 1000 || first.to_value() != again.to_value()) ++wrong;
      if (static_cast<std::int64_t>(db.max_tx()) < last_tx) ++wrong;
      last_tx = static_cast<std::int64_t>(db.max_tx());
      ++looks;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) readers.emplace_back(look);
  for (int i = 0; i < transactions; ++i) {
    const auto one = std::to_string(500 - i % 100), other = std::to_string(500 + i % 100);
    connection.transact("[[:db/add 1 :balance " + one + "] [:db/add 2 :balance " + other + "]]")
        .value();
    if (i % 50 == 49) connection.fold().value();
  }
  while (looks < kReaders) std::this_thread::yield();
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Readers, SeeWholeTransactionsOnlyInMemory) {
  scene::Scratch scratch;
  moves_between_accounts("memory:" + scratch.path(), scene::repetitions("COMMITS", 300));
}

TEST(Readers, SeeWholeTransactionsOnlyInAFileStore) {
  scene::Scratch scratch;
  moves_between_accounts(scratch.url("accounts"), scene::repetitions("COMMITS", 300));
}

TEST(Writers, ThatShareAConnectionShareHeadWritesAndLoseNothing) {
  scene::Scratch scratch;
  auto connection = scene::create_schemaless(scratch.url("ledger"));
  constexpr int kWriters = 8;
  const int each = scene::repetitions("COMMITS", 300) / 6;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int n = 0; n < each; ++n) connection.transact(scene::ledger_entry(w, n)).value();
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(scene::ledger(connection.db().value()).size(), std::size_t(kWriters) * each);
  EXPECT_LE(connection.statistics().head_writes, std::uint64_t(kWriters) * each);
}

}  // namespace
}  // namespace stele
