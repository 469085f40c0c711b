#include "app/commands.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "app/pipe.h"
#include "app/table.h"
#include "app/told.h"
#include "base/text.h"
#include "base/try.h"
#include "conn/repair.h"
#include "conn/verify.h"
#include "door/location.h"
#include "door/registry.h"
#include "edn/reader.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

void print(std::string_view out) { std::fwrite(out.data(), 1, out.size(), stdout); }

Result<std::string> read_all(std::FILE* file, std::string_view name) {
  std::string all;
  std::array<char, 1 << 16> chunk;
  while (auto n = std::fread(chunk.data(), 1, chunk.size(), file)) all.append(chunk.data(), n);
  if (std::ferror(file)) return unavailable("file/unreadable", text("cannot read ", name));
  return all;
}

std::string line_of(std::string_view name, const std::string& value) {
  return text(name, std::string(name.size() < 14 ? 14 - name.size() : 1, ' '), value, "\n");
}

Result<Input> input_of(const std::string& argument) {
  if (door::names_database(argument)) {
    STELE_TRY(Db db, open(argument));
    return Input(std::move(db));
  }
  STELE_TRY(auto given, text_argument(argument));
  STELE_TRY(auto value, edn::read(given));
  return Input(std::move(value));
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

Done create(const CreateArguments& arguments) {
  std::vector<Value::Entry> options;
  if (arguments.schema_on_read) {
    options.emplace_back(Value::keyword("schema-flexibility"), Value::keyword("read"));
  }
  if (arguments.no_history) options.emplace_back(Value::keyword("keep-history?"), Value(false));
  if (!arguments.schema.empty()) {
    STELE_TRY(auto forms, text_argument(arguments.schema));
    STELE_TRY(auto schema, edn::read(forms));
    options.emplace_back(Value::keyword("initial-tx"), schema);
  }
  STELE_TRY(auto connection, create_database(arguments.database, Value::map(options)));
  print(text("created ", connection.url(), "\n"));
  return {};
}

Done transact(const TransactArguments& arguments) {
  STELE_TRY(auto connection, connect(arguments.database));
  STELE_TRY(auto forms, text_argument(arguments.forms));
  STELE_TRY(auto report, connection.transact(std::string_view(forms)));
  if (arguments.full) {
    print(edn::write_pretty(told(report)) + "\n");
  } else {
    print(text("transaction ", report.tx, ": ", report.tx_data.size(), " datoms\n"));
  }
  return {};
}

Done query(const QueryArguments& arguments) {
  STELE_TRY(auto source, text_argument(arguments.query));
  STELE_TRY(auto form, edn::read(source));
  STELE_TRY(auto prepared, Query::read(form));
  std::vector<Input> inputs;
  for (const auto& argument : arguments.inputs) {
    STELE_TRY(auto input, input_of(argument));
    inputs.push_back(std::move(input));
  }
  STELE_TRY(auto rows, prepared.run(inputs, {.timeout_ms = arguments.timeout_ms}));
  print(arguments.format == OutputFormat::table ? table(rows) : edn::write(rows.to_value()) + "\n");
  return {};
}

Done datoms(const DatomsArguments& arguments) {
  constexpr std::array<std::string_view, 3> kOrders = {"eavt", "aevt", "avet"};
  const auto order = std::find(kOrders.begin(), kOrders.end(), arguments.index);
  if (order == kOrders.end()) {
    return invalid("index/unknown",
                   text("there is no index '", arguments.index, "'; there are eavt, aevt, avet"));
  }
  STELE_TRY(Db db, open(arguments.database));
  std::vector<Value> components;
  for (const auto& argument : arguments.components) {
    STELE_TRY(auto component, edn::read(argument));
    components.push_back(std::move(component));
  }
  const auto limit = arguments.limit < 0 ? SIZE_MAX : static_cast<std::size_t>(arguments.limit);
  STELE_TRY(auto found,
            db.datoms(static_cast<IndexOrder>(order - kOrders.begin()), components, limit));
  for (const auto& datom : found) print(edn::write(told(datom)) + "\n");
  return {};
}

Done schema(const std::string& database) {
  STELE_TRY(Db db, open(database));
  print(edn::write_pretty(db.schema()) + "\n");
  return {};
}

Done info(const std::string& database) {
  STELE_TRY(Db db, open(database));
  STELE_TRY(auto count, db.count());
  const auto& state = *db.state();
  print(line_of("database", to_string(state.config.database_id)));
  print(line_of("branch", state.branch));
  print(line_of("created", to_string(state.config.created)));
  print(line_of("schema on", state.config.schema_on_read ? "read" : "write"));
  print(line_of("history", state.config.keep_history ? "kept" : "not kept"));
  print(line_of("transaction", text(db.max_tx(), " of ", to_string(state.instant))));
  print(line_of("commit", db.commit_hash()));
  print(line_of("datoms", text(count)));
  print(line_of("in the tail",
                text(state.index(format::Tree::log).overlay->size(), " transactions")));
  print(line_of("tree height", text(int{state.index(format::Tree::eavt).base.height})));
  return {};
}

Done fold(const std::string& database) {
  STELE_TRY(auto connection, connect(database));
  return connection.fold();
}

Done remove(const std::string& database) { return delete_database(database); }

Done verify(const std::string& database) {
  STELE_TRY(Db db, open(database));
  tree::Reader reader;
  STELE_TRY(auto nodes, conn::verify_trees(*db.state(), reader));
  STELE_TRY(auto location, door::read_location(database));
  STELE_TRY(auto store, door::open_store(location.store, door::Access::open));
  STELE_TRY(auto packs, conn::verify_packs(*store));
  print(text("verified: ", nodes, " nodes, ", packs, " packs and every record of the head\n"));
  return {};
}

Done repair(const std::string& database) {
  STELE_TRY(auto location, door::read_location(database));
  STELE_TRY(auto store, door::open_store(location.store, door::Access::open));
  STELE_TRY(auto report, conn::repair(store, location.branch, base::system_environment()));
  const auto state = text("transaction ", report.max_tx, " of ", to_string(report.instant));
  if (report.restored) {
    print(text("damage: ", report.damage, "\nrestored: ", state,
               "; what was committed later is lost\n"));
  } else if (report.was_damaged) {
    return corrupt("repair/nodes",
                   text("the head is whole (", state, "), but not all it names: ", report.damage,
                        " A node cannot be mended from the head; copy that pack from a replica or "
                        "a backup."));
  } else {
    print(text("nothing to repair: ", state, ", and every node verifies\n"));
  }
  return {};
}

Done pipe() {
  Pipe pipe;
  std::string line;
  for (int c; (c = std::getc(stdin)) != EOF || !line.empty();) {
    if (c != '\n' && c != EOF) {
      line += static_cast<char>(c);
      continue;
    }
    const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
    if (!blank) print(pipe.answer(line) + "\n");
    std::fflush(stdout);
    line.clear();
    if (c == EOF) break;
  }
  return {};
}

}  // namespace stele::app
