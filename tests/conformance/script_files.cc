#include "script_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace stele::conformance {

namespace files = std::filesystem;

namespace {

// Of a page of documentation, what stands in its ```edn blocks; every other line is empty.
std::string samples(const std::string& page) {
  std::string out;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line); out += '\n') {
    const bool is_fence = line.starts_with("```");
    if (inside && !is_fence) out += line;
    if (is_fence) inside = line == "```edn";
  }
  return out;
}

}  // namespace

std::vector<std::string> script_files() {
  std::vector<std::string> found;
  for (const auto& entry : files::directory_iterator("tests/conformance")) {
    if (entry.path().extension() == ".edn") found.push_back(entry.path());
  }
  found.push_back("tests/conformance/README.md");
  found.push_back("docs/query.md");
  std::sort(found.begin(), found.end());
  return found;
}

std::string script_text(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return path.ends_with(".md") ? samples(all.str()) : all.str();
}

std::string script_name(const std::string& path) {
  auto name = files::path(path).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace stele::conformance
