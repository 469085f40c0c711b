// Durable appends of a 400-byte record a second: the file backend beside the bare disk.
#include "backend/file/file_store.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include "backend/file/scratch_directory_testing.h"

namespace stele::backend {
namespace {

const Store::Bytes kRecord(400, 'r');
// The head is folded now and then, as a database does.
constexpr std::size_t kTailBytes = 256 << 10;

void RawAppend(benchmark::State& state) {
  ScratchDirectory scratch;
  const int file = ::open(scratch.path("log").c_str(), O_RDWR | O_CREAT | O_APPEND, 0666);
  for (auto _ : state) {
    if (::write(file, kRecord.data(), kRecord.size()) < 0 || ::fdatasync(file) != 0)
      state.SkipWithError("cannot write");
  }
  ::close(file);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RawAppend)->UseRealTime();

struct SharedStore {
  ScratchDirectory scratch;
  std::shared_ptr<Store> store = FileStore::create(scratch.path("store"), {}).value();
};
std::unique_ptr<SharedStore> shared;

void open_shared(const benchmark::State&) {
  shared = std::make_unique<SharedStore>();
  (void)shared->store->swap_head("db", {}, {}, {});
}
void close_shared(const benchmark::State&) { shared.reset(); }

// Read what is new, append, wait for the flush; a loser tries again with the lock, as a committer
// does, and so does whoever lost the time before.
void append_until_done(benchmark::State& state, Store& store) {
  HeadVersion version;
  std::uint64_t length = 0, conflicts = 0;
  bool contended = false;
  for (auto _ : state) {
    std::unique_ptr<HeadLock> lock;
    if (contended) lock = store.lock_head("db", {}).value();
    for (;;) {
      auto read = store.read_head("db", version, length, {});
      if (!read.ok()) return state.SkipWithError("cannot read");
      if (!read->unchanged) {
        version = read->version;
        length = read->offset + read->bytes.size();
      }
      const HeadWrite write = length > kTailBytes
                                  ? store.swap_head("db", version, kRecord, {})
                                  : store.append_head("db", version, {}, kRecord, {});
      if (write.outcome == HeadWrite::Outcome::conflict) {
        ++conflicts;
        contended = true;
        lock = store.lock_head("db", {}).value();
        continue;
      }
      if (write.outcome != HeadWrite::Outcome::written) return state.SkipWithError("cannot write");
      version = write.version;
      length = length > kTailBytes ? kRecord.size() : length + kRecord.size();
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["conflicts"] = static_cast<double>(conflicts);
}

void OneStore(benchmark::State& state) { append_until_done(state, *shared->store); }
BENCHMARK(OneStore)
    ->Setup(open_shared)
    ->Teardown(close_shared)
    ->Threads(1)
    ->Threads(8)
    ->UseRealTime();

// Each thread has a Store object of its own, as if it were a process.
void StoreEach(benchmark::State& state) {
  auto store = FileStore::open(shared->scratch.path("store"), {}).value();
  append_until_done(state, *store);
}
BENCHMARK(StoreEach)
    ->Setup(open_shared)
    ->Teardown(close_shared)
    ->Threads(4)
    ->Threads(8)
    ->UseRealTime();

void ReadUnchangedHead(benchmark::State& state) {
  const HeadVersion version = shared->store->read_head("db", {}, 0, {}).value().version;
  for (auto _ : state)
    benchmark::DoNotOptimize(shared->store->read_head("db", version, 0, {}).value().unchanged);
}
BENCHMARK(ReadUnchangedHead)->Setup(open_shared)->Teardown(close_shared)->UseRealTime();

}  // namespace
}  // namespace stele::backend
