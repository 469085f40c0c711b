// Every backend that stele has, for tests that hold for each of them, and for each pair.
//
// Servers are started when the first place on them is asked for, and stopped when the process ends.
//
// Thread safety: none.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace stele::scene {

// Where a test may put a database.
struct Place {
  std::string url;  // where it is created and written to
  std::string read_url;
  std::string published;  // the folder behind read_url, where that is a web server's

  // Lets whoever reads see what was written: nothing but for published databases.
  void show() const;
  // The same database by another road, where there is one: another gateway to the same bucket.
  std::string url_of_writer(int writer) const;
};

struct Backend {
  const char* name;
  Place (*new_place)();  // where nothing is yet
  bool is_shared;        // other processes find what is there
  bool is_written;       // through the same URL by which it is read
};

// memory, file, sqlite, postgres, s3, http, tiered (a cache in front of s3).
std::span<const Backend> backends();
// Those that are so, by their places among all of them: what a test has as its parameter.
std::vector<std::size_t> backends_that(bool Backend::*so);

}  // namespace stele::scene
