// Databases: those that a command line names, each of them opened once.
//
// A database is named by a URL, which may carry a moment (file:shop@2025-11-01), by a map
// {:store …}, or by a reference as in the pipe, in which names are URLs: #db-history "file:shop".
//
// Thread safety: used by one thread.
#pragma once

#include <map>
#include <string>

#include <stele/stele.h>

namespace stele::app {

class Databases {
 public:
  // Does an argument name a database, rather than being a value?
  static bool names_one(const std::string& argument);

  Result<Db> open(const std::string& argument);

  // What was asked of all stores together, from opening them on.
  StoreStatistics statistics() const;

 private:
  Result<Db> open_value(const Value& name);
  Result<Db> open_location(const std::string& url_or_map);

  std::map<std::string, Connection> connections_;  // by the map that names store and branch
};

}  // namespace stele::app
