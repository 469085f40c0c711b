#include <cstdio>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/databases.h"
#include "app/dump.h"
#include "app/told.h"
#include "base/text.h"
#include "base/try.h"
#include "conn/repair.h"
#include "conn/verify.h"
#include "door/location.h"
#include "door/registry.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

namespace {

void print(std::string_view out) { std::fwrite(out.data(), 1, out.size(), stdout); }

std::string line_of(std::string_view name, const std::string& value) {
  return text(name, std::string(name.size() < 14 ? 14 - name.size() : 1, ' '), value, "\n");
}

}  // namespace

Done create(const CreateArguments& arguments) {
  std::vector<Value::Entry> options;
  if (arguments.schema_on_read) {
    options.emplace_back(Value::keyword("schema-flexibility"), Value::keyword("read"));
  }
  if (arguments.no_history) options.emplace_back(Value::keyword("keep-history?"), Value(false));
  if (!arguments.schema.empty()) {
    STELE_TRY(auto schema, form_argument(arguments.schema));
    options.emplace_back(Value::keyword("initial-tx"), schema);
  }
  STELE_TRY(auto connection, create_database(arguments.database, Value::map(options)));
  print(text("created ", connection.url(), "\n"));
  return {};
}

Done transact(const TransactArguments& arguments) {
  STELE_TRY(auto connection, connect(arguments.database));
  STELE_TRY(auto forms, text_argument(arguments.forms));
  TransactOptions options;
  if (!arguments.nonce.empty()) {
    STELE_TRY(options.nonce, parse_uuid(arguments.nonce));
  }
  options.nonce_after = arguments.nonce_after;
  STELE_TRY(auto report, connection.transact(std::string_view(forms), options));
  if (arguments.full) {
    print(edn::write_pretty(told(report)) + "\n");
  } else {
    print(text("transaction ", report.tx, ": ",
               report.repeated ? "committed before" : text(report.tx_data.size(), " datoms"),
               "\n"));
  }
  return {};
}

Done outcome(const OutcomeArguments& arguments) {
  STELE_TRY(const auto nonce, parse_uuid(arguments.nonce));
  STELE_TRY(auto connection, connect(arguments.database));
  STELE_TRY(const auto outcome, connection.outcome(nonce, {.after = arguments.after}));
  std::string line(name(outcome.state));
  if (outcome.state == TransactionOutcome::State::committed) {
    line += text(": transaction ", outcome.tx, " of ", to_string(outcome.instant), ", commit ",
                 to_string(outcome.commit_id));
  }
  print(line + "\n");
  return {};
}

Done schema(const std::string& database) {
  Databases databases;
  STELE_TRY(Db db, databases.open(database));
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

Done branch(const BranchArguments& arguments) {
  STELE_TRY(auto location, door::read_location(arguments.database));
  STELE_TRY(auto connection, connect(arguments.database));
  return connection.branch(location.branch, arguments.name);
}

Done delete_branch(const BranchArguments& arguments) {
  STELE_TRY(auto connection, connect(arguments.database));
  return connection.delete_branch(arguments.name);
}

Done collect_garbage(const GarbageArguments& arguments) {
  GarbageOptions options;
  STELE_TRY(options.grace_ms, duration_argument(arguments.grace));
  options.dry_run = arguments.dry_run;
  STELE_TRY(auto connection, connect(arguments.database));
  STELE_TRY(const auto report, connection.collect_garbage(options));
  const auto line = [](std::string_view what, std::uint64_t packs, std::uint64_t bytes) {
    print(line_of(what, text(packs, packs == 1 ? " pack, " : " packs, ", bytes, " bytes")));
  };
  line(options.dry_run ? "to be removed" : "removed", report.removed.size(), report.bytes_removed);
  line("waiting", report.packs_waiting, report.bytes_waiting);
  line("needed", report.packs_needed, report.bytes_needed);
  if (report.bytes_moved > 0) {
    print(line_of("moved",
                  text(report.bytes_moved, " bytes, out of packs of which little is needed")));
  }
  return {};
}

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

Done dump(const DumpArguments& arguments) {
  STELE_TRY(auto location, door::read_location(arguments.database));
  STELE_TRY(auto store, door::open_store(location.store, door::Access::open));
  return dump(*store, {location.branch, arguments.name, arguments.full},
              [](const Value& piece) { print(write_edn(piece) + "\n"); });
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

}  // namespace stele::app
