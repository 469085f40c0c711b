#include "app/arguments.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "edn/reader.h"

namespace stele::app {

using base::text;

namespace {

Result<std::string> read_all(std::FILE* file, std::string_view name) {
  std::string all;
  std::array<char, 1 << 16> chunk;
  while (auto n = std::fread(chunk.data(), 1, chunk.size(), file)) all.append(chunk.data(), n);
  if (std::ferror(file)) return unavailable("file/unreadable", text("cannot read ", name));
  return all;
}

}  // namespace

Result<std::string> text_argument(const std::string& argument) {
  if (argument == "-") return read_all(stdin, "standard input");
  if (!argument.starts_with('@')) return argument;
  const std::string path = argument.substr(1);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                       &std::fclose);
  if (!file) {
    return unavailable("file/unreadable", text("cannot open ", path, ": ", std::strerror(errno)));
  }
  return read_all(file.get(), path);
}

Result<Value> form_argument(const std::string& argument) {
  STELE_TRY(auto given, text_argument(argument));
  return edn::read(given);
}

Result<std::int64_t> duration_argument(const std::string& argument) {
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}};
  constexpr std::int64_t kNumberMax = 1'000'000;  // of any unit, so that nothing overflows
  std::int64_t number = -1;
  const char* const last = argument.data() + argument.size();
  const auto read = std::from_chars(argument.data(), last, number);
  for (const auto& [unit, ms] : kUnits) {
    const bool fits = read.ec == std::errc() && read.ptr + 1 == last && *read.ptr == unit;
    if (fits && number >= 0 && number <= kNumberMax) return number * ms;
  }
  return invalid("argument/time", base::text("'", argument,
                                             "' is no time; write a number and s, m, h "
                                             "or d, for example 30m"));
}

}  // namespace stele::app
