// Loader: an engine that is filled while a watch runs, in memory or in a folder on disk.
//
// What a peer promises for a file is what stele promises: a transaction that was acknowledged has
// been flushed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data_set.h"

namespace stele::bench {

// Rows [begin, end) of one of the data set's tables.
struct Rows {
  std::size_t table = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};
using Transaction = std::vector<Rows>;

// The whole data set, `rows` at most in a transaction.
std::vector<Transaction> transactions_of(const DataSet& data, std::size_t rows);

class Loader {
 public:
  virtual ~Loader() = default;
  virtual std::string name() const = 0;
  // An empty database that knows the data set's schema, in `folder`, which exists and is empty, or
  // in memory if it is "".
  virtual void open(const DataSet& data, const std::string& folder) = 0;
  // Applies them one after the other; milliseconds. What an engine wants its input to be is made
  // before the watch starts.
  virtual double apply_ms(const std::vector<Transaction>& transactions) = 0;
  // Brings the files into the shape that they keep; milliseconds.
  virtual double settle_ms() = 0;
  // Facts that are there: cells of columns, without ids.
  virtual std::uint64_t facts() = 0;
  virtual void close() = 0;
};

std::unique_ptr<Loader> make_stele_loader();
std::unique_ptr<Loader> make_sqlite_loader();
std::unique_ptr<Loader> make_duckdb_loader(const std::string& peers_folder, std::string& why);
// In memory only.
std::unique_ptr<Loader> make_datascript_loader(const std::string& peers_folder, std::string& why);

}  // namespace stele::bench
