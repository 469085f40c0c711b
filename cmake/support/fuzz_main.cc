// Drives a fuzzer where libFuzzer is not to be had (g++), and makes every fuzzer a short test.
//
//   NAME_fuzz [--seed=N] [--runs=N] [FILE or FOLDER ...]
//
// First each file is given to the fuzzer as it is; then `runs` inputs are made by changing those
// files (or nothing, when there are none). The same seed and files make the same inputs. An input
// that ends the program is kept as crash-SEED-RUN in the working folder: give that file to the
// program to see it again. libFuzzer's programs take the same files.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kInputBytesMax = 4096;

// What the fuzzer is looking at, for the signal handler.
Bytes current_input;
char current_name[64];

extern "C" void keep_current_input(int signal) {
  if (std::FILE* file = std::fopen(current_name, "wb")) {
    std::fwrite(current_input.data(), 1, current_input.size(), file);
    std::fclose(file);
    std::fprintf(stderr, "the input is kept in %s\n", current_name);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// SplitMix64: tiny, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }

 private:
  std::uint64_t state_;
};

Bytes read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

std::vector<Bytes> read_corpus(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else {
      files.emplace_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const auto& file : files) corpus.push_back(read(file));
  return corpus;
}

void mutate_once(Bytes& input, const std::vector<Bytes>& corpus, Random& random) {
  const std::size_t at = random.below(input.size() + 1);
  const auto byte = static_cast<std::uint8_t>(random.next());
  switch (random.below(6)) {
    case 0:
      if (at < input.size()) input[at] = byte;
      break;
    case 1:
      if (at < input.size()) input[at] ^= static_cast<std::uint8_t>(1u << (byte & 7u));
      break;
    case 2:
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), byte);
      break;
    case 3:
      if (at < input.size()) input.erase(input.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 4:
      input.resize(at);
      break;
    default:
      if (!corpus.empty()) {
        const Bytes& other = corpus[random.below(corpus.size())];
        const std::size_t from = random.below(other.size() + 1);
        const std::size_t count = random.below(other.size() - from + 1);
        const auto begin = other.begin() + static_cast<std::ptrdiff_t>(from);
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), begin,
                     begin + static_cast<std::ptrdiff_t>(count));
      }
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

void run(std::uint64_t seed, std::uint64_t number, Bytes input) {
  current_input = std::move(input);
  std::snprintf(current_name, sizeof current_name, "crash-%llu-%llu",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(number));
  LLVMFuzzerTestOneInput(current_input.data(), current_input.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  std::uint64_t runs = 100000;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--seed=")) {
      seed = std::strtoull(argv[i] + 7, nullptr, 10);
    } else if (word.starts_with("--runs=")) {
      runs = std::strtoull(argv[i] + 7, nullptr, 10);
    } else if (word.starts_with("-")) {
      std::fprintf(stderr, "usage: %s [--seed=N] [--runs=N] [FILE or FOLDER ...]\n", argv[0]);
      return 2;
    } else {
      paths.emplace_back(word);
    }
  }
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) {
    std::signal(signal, keep_current_input);
  }

  const std::vector<Bytes> corpus = read_corpus(paths);
  std::uint64_t number = 0;
  for (const Bytes& input : corpus) run(seed, number++, input);
  Random random(seed);
  for (std::uint64_t i = 0; i < runs; ++i) {
    Bytes input = corpus.empty() ? Bytes() : corpus[random.below(corpus.size())];
    for (std::size_t changes = 1 + random.below(16); changes > 0; --changes) {
      mutate_once(input, corpus, random);
    }
    run(seed, number++, std::move(input));
  }
  std::printf("%llu inputs, seed %llu\n", static_cast<unsigned long long>(number),
              static_cast<unsigned long long>(seed));
}
