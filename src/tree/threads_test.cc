// Readers and a writer at once. Every moment that a reader gets hold of must be whole: it has as
// many rows as the writer gave it.

#include <thread>

#include <gtest/gtest.h>

#include "base/mutex.h"
#include "tree/tree_testing.h"

namespace stele::tree {
namespace {

class Board {
 public:
  void publish(const Moment& moment) {
    auto next = std::make_shared<const Moment>(moment);
    base::Lock lock(mutex_);
    latest_ = std::move(next);
  }
  std::shared_ptr<const Moment> latest() {
    base::Lock lock(mutex_);
    return latest_;
  }

 private:
  base::Mutex mutex_;
  std::shared_ptr<const Moment> latest_;
};

void read_all(const Moment& moment, bool descending) {
  for (std::size_t i = 0; i < moment.indices.size(); ++i) {
    Reader reader;
    Scan scan(moment.indices[i], Range::all(), reader,
              descending ? Scan::Direction::descending : Scan::Direction::ascending);
    std::uint64_t rows = 0;
    for (Slice slice; scan.next(slice);) rows += slice.size();
    ASSERT_TRUE(reader.ok());
    ASSERT_EQ(rows, moment.rows[i].size());
    ASSERT_EQ(count_rows(moment.indices[i], Range::all(), reader), rows);
  }
}

TEST(Threads, ReadWhileAnotherCommitsAndFolds) {
  TreeShape shape;
  shape.leaf_rows_target = 20;
  shape.leaf_rows_max = 40;
  shape.leaf_rows_min = 8;
  shape.fanout_max = 8;
  World world(1, shape, 200'000);  // small enough to evict
  Moment moment = world.empty_moment();
  world.transact(moment, 100);
  Board board;
  board.publish(moment);
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&, i] {
      do {
        read_all(*board.latest(), i % 2 == 1);
      } while (!done && !::testing::Test::HasFailure());
    });
  }
  for (int step = 0; step < 60; ++step) {
    world.transact(moment, 60);
    if (step % 5 == 4) world.merge_all(moment);
    board.publish(moment);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace stele::tree
