// A bulk import, text included: packages of a distribution as entity maps, in transactions of
// 5,000. Twenty attributes, some with many values; references as lookup refs, as tempids and as
// nested maps that find their entity by its identity. 32 datoms a package.
#include <filesystem>

#include <benchmark/benchmark.h>

#include <stele/stele.h>

#include "base/testing_random.h"
#include "base/text.h"

namespace stele {
namespace {

constexpr int kPackages = 63'000;
constexpr int kTogether = 5'000;

constexpr std::string_view kSchema = R"([
  {:db/ident :pkg/name :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :pkg/version :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/source :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/index true}
  {:db/ident :pkg/architecture :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/section :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one
   :db/index true}
  {:db/ident :pkg/priority :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/maintainer :db/valueType :db.type/ref :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/installed-size :db/valueType :db.type/long :db/cardinality :db.cardinality/one
   :db/index true}
  {:db/ident :pkg/size :db/valueType :db.type/long :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/filename :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/md5 :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/sha256 :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/description :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/homepage :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/multi-arch :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/essential :db/valueType :db.type/boolean :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/built :db/valueType :db.type/instant :db/cardinality :db.cardinality/one}
  {:db/ident :pkg/tag :db/valueType :db.type/keyword :db/cardinality :db.cardinality/many}
  {:db/ident :pkg/depends :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
  {:db/ident :pkg/provides :db/valueType :db.type/string :db/cardinality :db.cardinality/many}
  {:db/ident :person/email :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :person/name :db/valueType :db.type/string :db/cardinality :db.cardinality/one}])";

std::string hex(base::TestRandom& random, int digits) {
  std::string out;
  while (digits-- > 0) out += "0123456789abcdef"[random.below(16)];
  return out;
}

std::string name_of(std::uint64_t package) {
  return base::text("lib", package * 7919 % 99991, "-", package);
}

// The packages before it, those of its own transaction by tempid.
std::string depends_of(base::TestRandom& random, int package, int first) {
  std::string out;
  for (int i = 0; i < 6 && package > 0; ++i) {
    const auto other = static_cast<int>(random.below(static_cast<std::uint64_t>(package)));
    out += other < first
               ? base::text("[:pkg/name \"", name_of(static_cast<std::uint64_t>(other)), "\"] ")
               : base::text('-', other - first + 1, ' ');
  }
  return out;
}

std::string package_text(base::TestRandom& random, int i, int first) {
  const std::string name = name_of(static_cast<std::uint64_t>(i));
  const auto person = random.below(1500);
  return base::text(
      "{:db/id ", -(i - first + 1), " :pkg/name \"", name, "\" :pkg/version \"", 1 + i % 9, '.',
      i % 31, "-", 1 + i % 4, "\" :pkg/source \"src", i / 3,
      "\" :pkg/architecture :", i % 3 ? "amd64" : "all", " :pkg/section :", "section", i % 57,
      " :pkg/priority :optional", " :pkg/maintainer {:person/email \"p", person,
      "@example.org\" :person/name \"Person ", person, "\"} :pkg/installed-size ",
      random.below(200'000), " :pkg/size ", random.below(90'000'000), " :pkg/filename \"pool/main/",
      name.substr(0, 4), "/", name, "_", i, ".deb\" :pkg/md5 \"", hex(random, 32),
      "\" :pkg/sha256 \"", hex(random, 64), "\" :pkg/description \"", name,
      " is what you want when ", hex(random, 12), " does not do what it should\" :pkg/homepage ",
      "\"https://example.org/", name, "\" :pkg/multi-arch :same :pkg/essential ",
      i % 100 ? "false" : "true", " :pkg/built #inst \"20", 10 + i % 15, "-0", 1 + i % 9, "-1",
      i % 10, "\" :pkg/tag [:a", i % 11, " :b", i % 13, " :c", i % 17, " :d", i % 19,
      "] :pkg/depends [", depends_of(random, i, first), "] :pkg/provides [\"virtual-", i % 800,
      "\" \"api-", i % 5000, "\" \"abi-", i, "\"]}\n");
}

const std::vector<std::string>& packages() {
  static const std::vector<std::string> texts = [] {
    base::TestRandom random(7);
    std::vector<std::string> made;
    for (int i = 0; i < kPackages; ++i) {
      const int first = i - i % kTogether;
      if (i == first) made.emplace_back("[");
      made.back() += package_text(random, i, first);
    }
    for (auto& text : made) text += "]";
    return made;
  }();
  return texts;
}

void report(benchmark::State& state, std::size_t datoms) {
  state.counters["datoms"] = static_cast<double>(datoms);
  state.SetItemsProcessed(static_cast<std::int64_t>(datoms) * state.iterations());
}

void read_packages(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const auto& text : packages()) {
      benchmark::DoNotOptimize(read_edn(text));
      bytes += static_cast<std::int64_t>(text.size());
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(read_packages)->Iterations(1)->Unit(benchmark::kMillisecond);

void import(benchmark::State& state, const std::string& url) {
  std::size_t datoms = 0;
  (void)packages();
  for (auto _ : state) {
    datoms = 0;
    const auto connection = create_database(url).value();
    (void)connection.transact(kSchema).value();
    for (const auto& text : packages()) datoms += connection.transact(text).value().tx_data.size();
    state.PauseTiming();
    (void)delete_database(url);
    state.ResumeTiming();
  }
  report(state, datoms);
}

void import_into_memory(benchmark::State& state) { import(state, "memory:import_bench"); }
void import_into_file(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path() / "stele_import_bench";
  std::filesystem::remove_all(folder);
  import(state, "file:" + folder.string());
  std::filesystem::remove_all(folder);
}
BENCHMARK(import_into_memory)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(import_into_file)->Iterations(1)->Unit(benchmark::kMillisecond);

// One entity of six datoms, its instant included, a transaction.
void transact_one_by_one(benchmark::State& state) {
  const auto connection = create_database("memory:one_by_one").value();
  (void)connection.transact(kSchema).value();
  std::vector<Value> forms;
  for (int i = 0; i < 10'000; ++i) {
    forms.push_back(*read_edn(base::text("[{:pkg/version \"1\" :pkg/size ", i,
                                         " :pkg/essential true :pkg/md5 \"m", i,
                                         "\" :pkg/architecture :all}]")));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(connection.transact(forms[next++ % forms.size()]));
  }
  state.SetItemsProcessed(state.iterations());
  (void)delete_database("memory:one_by_one");
}
BENCHMARK(transact_one_by_one)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stele
