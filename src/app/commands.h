// The commands of the command line, without the command line: each takes its arguments as text,
// writes to standard output, and gives an error to be told on standard error.
#pragma once

#include <stele/stele.h>

namespace stele::app {

enum class OutputFormat { edn, table };

struct CreateArguments {
  std::string database;
  bool schema_on_read = false;
  bool no_history = false;
  std::string schema;  // forms to transact at once
};
Done create(const CreateArguments& arguments);

struct TransactArguments {
  std::string database;
  std::string forms;
  bool full = false;  // the whole report instead of a summary
};
Done transact(const TransactArguments& arguments);

struct QueryArguments {
  std::string query;
  std::vector<std::string> inputs;
  OutputFormat format = OutputFormat::edn;
  std::int64_t timeout_ms = 0;
};
Done query(const QueryArguments& arguments);

struct DatomsArguments {
  std::string database;
  std::string index = "eavt";
  std::vector<std::string> components;
  std::int64_t limit = -1;
};
Done datoms(const DatomsArguments& arguments);

Done schema(const std::string& database);
Done info(const std::string& database);
Done fold(const std::string& database);
Done remove(const std::string& database);
Done repair(const std::string& database);
Done verify(const std::string& database);
Done pipe();

// "-" is what stands on standard input, "@PATH" what stands in a file, anything else itself.
Result<std::string> text_argument(const std::string& argument);

}  // namespace stele::app
