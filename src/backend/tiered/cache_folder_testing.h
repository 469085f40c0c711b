// A folder for tests of caches, removed with all that is in it, and a look at the blocks in it.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "base/text.h"

namespace stele::backend {

class CacheFolder {
 public:
  CacheFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            base::text("stele-cache-test-", ::getpid(), '-', count++);
    std::filesystem::create_directories(path_);
  }
  ~CacheFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  CacheFolder(const CacheFolder&) = delete;
  CacheFolder& operator=(const CacheFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

  // Blocks of all caches in it, by their names: files like cache/SPACE/XX/OBJECT.N.
  std::vector<std::string> block_files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (!entry.is_regular_file()) continue;
      if (entry.path().parent_path().filename().string().size() == 2)
        files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  std::uint64_t block_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& file : block_files()) bytes += std::filesystem::file_size(file);
    return bytes;
  }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace stele::backend
