// DataScript in a node process of its own, which answers each line of JSON with a line of words;
// the requests are listed in datascript.mjs.
#pragma once

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <sys/types.h>

#include "data_set.h"

namespace stele::bench {

class DataScriptProcess {
 public:
  // Throws if there is no node, or no DataScript in `peers_folder`.
  explicit DataScriptProcess(const std::string& peers_folder);
  ~DataScriptProcess();
  DataScriptProcess(const DataScriptProcess&) = delete;
  DataScriptProcess& operator=(const DataScriptProcess&) = delete;

  // The words behind `ok`. Throws what stands behind `error`.
  std::istringstream ask(const std::string& request);

 private:
  pid_t pid_;
  std::FILE* in_;
  std::FILE* out_;
};

std::string json_ints(const std::vector<std::int64_t>& ints);
std::string json_tables(const DataSet& data);

}  // namespace stele::bench
