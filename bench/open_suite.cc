// The open suite: from nothing to the first answer, out of a file of a million datoms. The
// machine's page cache is warm, every cache of an engine's own is empty.
#include <cstdio>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include <stele/stele.h>

#include "duckdb_database.h"
#include "loader.h"
#include "samples.h"
#include "scratch_folder.h"
#include "sqlite_database.h"
#include "suite.h"

namespace stele::bench {
namespace {

std::string sql_for(std::int64_t id) {
  return "SELECT name FROM person WHERE e = " + std::to_string(id);
}

std::string datalog_for(std::int64_t id) {
  return "[:find ?n . :where [" + std::to_string(id) + " :name ?n]]";
}

std::string ask_stele(const std::string& folder, std::int64_t id) {
  const Connection connection = connect("file:" + folder + "/stele").value();
  const Relation rows = q(datalog_for(id), connection.db().value()).value();
  return std::string(rows.get<std::string_view>(0, 0));
}

std::string ask_sqlite(const std::string& folder, std::int64_t id) {
  const SqliteDatabase database = open_sqlite(folder + "/people.sqlite");
  const SqliteStatement statement = prepare_statement(database.get(), sql_for(id));
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(database.get(), sql_for(id));
  return std::string(text_at(statement.get(), 0));
}

std::string ask_duckdb(const duckdb_api::Api& api, const std::string& folder, std::int64_t id) {
  DuckDb database(api, (folder + "/people.duckdb").c_str());
  DuckDbStatement statement(database, sql_for(id));
  std::string out;
  statement.run([&](const std::vector<int>& types, const DuckDbChunk& chunk) {
    if (types.at(0) != duckdb_api::kVarchar) throw std::runtime_error("DuckDB: a name is no text");
    out = static_cast<const duckdb_api::String*>(chunk.data[0])->view();
  });
  return out;
}

// What a program writes to standard output, without the line's end.
std::string output_of(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int out[2];
  if (pipe(out) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t pid = vfork();
  if (pid == 0) {
    dup2(out[1], STDOUT_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(out[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  close(out[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error(words[0] + " failed");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

class OpenSuite {
 public:
  explicit OpenSuite(const Settings& settings)
      : settings_(settings), data_(make_people(182'000 * settings.people / 20'000, settings.seed)) {
    std::string why;
    api_ = load_duckdb(settings.peers_folder, why);
    report_ = {"open", {"sqlite", "duckdb"}, {}};
    if (!api_) std::printf("duckdb is missing: %s\n", why.c_str());
    fill(*make_stele_loader());
    fill(*make_sqlite_loader());
    if (api_) fill(*make_duckdb_loader(settings.peers_folder, why));
  }

  Report run() {
    print_head(report_);
    if (settings_.wants("connect")) connect_row();
    if (settings_.wants("process")) process_row();
    print_means(report_);
    return std::move(report_);
  }

 private:
  void fill(Loader& loader) {
    loader.open(data_, folder_.path());
    loader.apply_ms(transactions_of(data_, 10'000));
    loader.settle_ms();
    loader.close();
  }

  void connect_row() {
    ReportRow out{.name = "connect", .note = "connect, ask for one name"};
    out.stele = median(out, true, [&](std::int64_t id) { return ask_stele(folder_.path(), id); });
    out.peers["sqlite"] =
        median(out, false, [&](std::int64_t id) { return ask_sqlite(folder_.path(), id); });
    if (api_) {
      out.peers["duckdb"] = median(
          out, false, [&](std::int64_t id) { return ask_duckdb(*api_, folder_.path(), id); });
    }
    add(std::move(out));
  }

  // The peers' programs are not needed for this; this one stands in for SQLite's.
  void process_row() {
    ReportRow out{.name = "process", .note = "from the start of `stele query` to its end"};
    out.stele = median(out, true, [&](std::int64_t id) {
      const std::string text = output_of(
          {settings_.stele_program, "query", datalog_for(id), "file:" + folder_.path() + "/stele"});
      return text.size() > 2 ? text.substr(1, text.size() - 2) : text;
    });
    out.peers["sqlite"] = median(out, false, [&](std::int64_t id) {
      return output_of({"/proc/self/exe", "--ask-sqlite", folder_.path(), std::to_string(id)});
    });
    add(std::move(out));
  }

  // Asks for one name after another; who gives a wrong one is not equal.
  template <typename Ask>
  double median(ReportRow& out, bool is_stele, const Ask& ask) {
    Samples samples;
    const Table& person = data_.tables[0];
    const int times = settings_.budget_ms > 0 ? 41 : 1;
    for (int i = 0; i < times; ++i) {
      const std::size_t row = static_cast<std::size_t>(i) * 7919 % person.ids.size();
      const Stopwatch watch;
      const std::string name = ask(person.ids[row]);
      samples.add(watch.us());
      if (name != person.columns[0].word(row)) out.equal = false;
    }
    if (is_stele) out.stele_p99 = samples.quantile_us(0.99) / 1000;
    return samples.median_us() / 1000;
  }

  void add(ReportRow row) {
    row.rows = 1;
    print_row(report_, row);
    report_.rows.push_back(std::move(row));
  }

  const Settings settings_;
  const DataSet data_;
  const ScratchFolder folder_;
  std::optional<duckdb_api::Api> api_;
  Report report_;
};

}  // namespace

std::vector<std::string> open_row_names() { return {"connect", "process"}; }

Report run_open_suite(const Settings& settings) { return OpenSuite(settings).run(); }

void print_sqlite_answer(const std::string& folder, std::int64_t id) {
  std::printf("%s\n", ask_sqlite(folder, id).c_str());
}

}  // namespace stele::bench
