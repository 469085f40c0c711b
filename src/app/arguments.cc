#include "app/arguments.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

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

}  // namespace stele::app
