// Durable appends of a 400-byte record a second, and reads of ranges of a pack.
#include "backend/sqlite/sqlite_store.h"

#include <filesystem>
#include <random>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/text.h"

namespace stele::backend {
namespace {

namespace fs = std::filesystem;

const Store::Bytes kRecord(400, 'r');
// The head is folded now and then, as a database does.
constexpr std::size_t kTailBytes = 256 << 10;

// A store in a folder of its own, removed with all that is in it.
struct Scratch {
  fs::path folder = fs::temp_directory_path() / base::text("stele-sqlite-bench-", ::getpid());
  std::shared_ptr<Store> store = SqliteStore::create((folder / "db.sqlite").string()).value();
  ~Scratch() {
    store.reset();
    fs::remove_all(folder);
  }
};

void Append(benchmark::State& state) {
  Scratch scratch;
  HeadVersion version = scratch.store->swap_head("db", {}, {}, {}).version;
  std::size_t length = 0;
  for (auto _ : state) {
    const bool fold = length > kTailBytes;
    const HeadWrite write = fold ? scratch.store->swap_head("db", version, kRecord, {})
                                 : scratch.store->append_head("db", version, {}, kRecord, {});
    if (write.outcome != HeadWrite::Outcome::written) return state.SkipWithError("cannot write");
    version = write.version;
    length = fold ? 0 : length + kRecord.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Append)->UseRealTime();

// As a query reads: 16 nodes of 6 kB a round, anywhere in a pack of 32 MiB.
void ReadMany(benchmark::State& state) {
  Scratch scratch;
  constexpr std::size_t kPackBytes = 32 << 20, kNodeBytes = 6000;
  if (!scratch.store->write_once("packs/a", Store::Bytes(kPackBytes, 1), {}).ok())
    return state.SkipWithError("cannot write");
  std::minstd_rand any(1);
  std::vector<ReadRequest> requests(16);
  for (auto _ : state) {
    for (auto& request : requests)
      request = {"packs/a", {any() % (kPackBytes - kNodeBytes), kNodeBytes}};
    for (const auto& read : scratch.store->read_many(requests, {}))
      if (!read.ok()) return state.SkipWithError("cannot read");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(requests.size()));
}
BENCHMARK(ReadMany)->UseRealTime();

void UnchangedHead(benchmark::State& state) {
  Scratch scratch;
  const HeadVersion version = scratch.store->swap_head("db", {}, kRecord, {}).version;
  for (auto _ : state) benchmark::DoNotOptimize(scratch.store->read_head("db", version, 0, {}));
}
BENCHMARK(UnchangedHead);

}  // namespace
}  // namespace stele::backend
