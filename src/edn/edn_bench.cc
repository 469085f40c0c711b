// How fast text becomes values and values text, over what a transaction log looks like.
#include <benchmark/benchmark.h>

#include "base/text.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::edn {
namespace {

std::string sample() {
  std::string text = "[";
  for (int i = 0; i < 5000; ++i) {
    text += base::text("{:db/id ", i, " :person/name \"Person number ", i, "\" :person/age ",
                       i % 90, " :person/height 1.", i % 100,
                       " :person/friends [[:person/email \"a", i, "@example.org\"] ", i + 7,
                       "] :person/tags #{:tag/a :tag/b} :person/born #inst \"1984-05-06\"}\n");
  }
  return text + "]";
}

void read_sample(benchmark::State& state) {
  const std::string text = sample();
  for (auto _ : state) benchmark::DoNotOptimize(read(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(read_sample);

void write_sample(benchmark::State& state) {
  const Value value = *read(sample());
  std::size_t bytes = 0;
  for (auto _ : state) bytes += write(value).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_sample);

}  // namespace
}  // namespace stele::edn
