// What the integration tests share: scratch directories, the text's two databases and its query,
// and a ledger by which acknowledged transactions are found again.
#pragma once

#include <set>
#include <string>

#include <gtest/gtest.h>

#include <stele/stele.h>

namespace stele::scene {

// A directory of its own, removed with all that is in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string url(const std::string& name) const { return "file:" + file(name); }

 private:
  std::string path_;
};

// The text's example: team A's products, team B's stock, and what is in stock at which price.
extern const char* const kProducts;
extern const char* const kStock;
extern const char* const kInStock;
extern const char* const kInStockAnswer;

Connection create_schemaless(const std::string& url);
std::string answer(const char* query, std::initializer_list<Input> inputs);

// Entry (writer, number) in the ledger: one transaction each.
std::string ledger_entry(int writer, std::int64_t number);
std::set<std::pair<std::int64_t, std::int64_t>> ledger(const Db& db);
// Entities in the ledger: as many as entries, if each was written once.
std::int64_t ledger_entities(const Db& db);

// How often a test repeats what is worth repeating: `otherwise`, or what the environment variable
// STELE_<what> says, as for `make test-slow`.
int repetitions(const char* what, int otherwise);

}  // namespace stele::scene
