// The commands of the command line, without the command line: each takes its arguments as text,
// writes to standard output, and gives an error to be told on standard error.
#pragma once

#include <stele/stele.h>

#include "app/output/output.h"

namespace stele::app {

// ---- of whole databases: database_commands.cc

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
  std::string nonce;  // names the transaction, so that it is not done twice
  TxId nonce_after = 0;
};
Done transact(const TransactArguments& arguments);

struct OutcomeArguments {
  std::string database;
  std::string nonce;
  TxId after = 0;
};
Done outcome(const OutcomeArguments& arguments);

Done schema(const std::string& database);
Done info(const std::string& database);
Done fold(const std::string& database);
Done remove(const std::string& database);
Done repair(const std::string& database);
Done verify(const std::string& database);

struct DumpArguments {
  std::string database;
  std::string name;  // of a pack or node
  bool full = false;
};
// What is stored, as EDN.
Done dump(const DumpArguments& arguments);

Done pipe();

struct BranchArguments {
  std::string database;  // with #from, if it is not the main branch
  std::string name;
};
Done branch(const BranchArguments& arguments);
Done delete_branch(const BranchArguments& arguments);

struct GarbageArguments {
  std::string database;
  std::string grace = "24h";  // a number and s, m, h or d
  bool dry_run = false;
};
Done collect_garbage(const GarbageArguments& arguments);

// ---- between stores: copy_commands.cc

struct CopyArguments {
  std::string source;
  std::string destination;  // another store; a folder for publish
};
Done copy(const CopyArguments& arguments);
Done publish(const CopyArguments& arguments);
Done list(const std::string& store);

// ---- queries: query_commands.cc

struct QueryArguments {
  std::string query;
  std::vector<std::string> inputs;  // databases and EDN values
  Output output;
  std::int64_t timeout_ms = 0;  // 0: none
  bool stats = false;           // what it took, on standard error
};
Done query(const QueryArguments& arguments);
// Prints the plan instead of running it.
Done explain(const QueryArguments& arguments);

// ---- reading one database: reading_commands.cc

struct DatomsArguments {
  std::string database;
  std::string index = "eavt";
  std::vector<std::string> components;
  std::int64_t limit = -1;
  Output output;
};
Done datoms(const DatomsArguments& arguments);
Done seek(const DatomsArguments& arguments);
Done rseek(const DatomsArguments& arguments);

struct RangeArguments {
  std::string database;
  std::string attribute;
  std::string start, end;  // EDN; nil is open
  std::int64_t limit = -1;
  Output output;
};
Done range(const RangeArguments& arguments);

struct LogArguments {
  std::string database;
  std::int64_t limit = -1;
  bool newest_first = false;
  Output output;
};
Done log(const LogArguments& arguments);

struct PullArguments {
  std::string database;
  std::string pattern;
  std::vector<std::string> entities;  // ids, lookup refs, idents
  Output output;
};
// One entity is printed as a map, several as a vector of maps.
Done pull(const PullArguments& arguments);

struct EntityArguments {
  std::string database;
  std::string entity;
  Output output;
};
Done entity(const EntityArguments& arguments);

}  // namespace stele::app
