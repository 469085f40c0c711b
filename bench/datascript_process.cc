#include "datascript_process.h"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "json.h"

namespace stele::bench {
namespace {

std::string json_column(const DataColumn& column) {
  std::string out = "{\"attribute\":" + json_text(column.attribute) + ",\"many\":";
  out += column.many ? "true" : "false";
  out += ",\"reference\":";
  out += column.type == Type::reference ? "true" : "false";
  out += ",\"words\":[";
  for (const std::string& word : column.words) {
    out += (out.back() == '[' ? "" : ",") + json_text(word);
  }
  out += "],\"cells\":[";
  for (const std::int64_t cell : column.cells) {
    out += (out.back() == '[' ? "" : ",") + std::to_string(cell);
  }
  return out + "]}";
}

std::string json_table(const Table& table) {
  std::string out = "{\"ids\":" + json_ints(table.ids) + ",\"columns\":[";
  for (const DataColumn& column : table.columns) {
    out += (out.back() == '[' ? "" : ",") + json_column(column);
  }
  return out + "]}";
}

}  // namespace

DataScriptProcess::DataScriptProcess(const std::string& peers_folder) {
  int to[2], from[2];
  if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("cannot make pipes");
  pid_ = fork();
  if (pid_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
    const char* script = STELE_BENCH_FOLDER "/datascript.mjs";
    execlp("node", "node", script, peers_folder.c_str(), nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  in_ = fdopen(to[1], "w");
  out_ = fdopen(from[0], "r");
  std::signal(SIGPIPE, SIG_IGN);
  ask(R"({"op":"hello"})");
}

// It ends with its input.
DataScriptProcess::~DataScriptProcess() {
  std::fclose(in_);
  std::fclose(out_);
  waitpid(pid_, nullptr, 0);
}

std::istringstream DataScriptProcess::ask(const std::string& request) {
  std::fputs((request + "\n").c_str(), in_);
  std::fflush(in_);
  char* line = nullptr;
  std::size_t room = 0;
  const ssize_t length = getline(&line, &room, out_);
  const std::string reply(line ? line : "", length > 0 ? static_cast<std::size_t>(length) : 0);
  std::free(line);
  if (!reply.starts_with("ok")) {
    throw std::runtime_error("DataScript: " + (reply.empty() ? "node ended" : reply));
  }
  return std::istringstream(reply.substr(2));
}

std::string json_ints(const std::vector<std::int64_t>& ints) {
  std::string out = "[";
  for (const std::int64_t i : ints) out += (out.size() == 1 ? "" : ",") + std::to_string(i);
  return out + "]";
}

std::string json_tables(const DataSet& data) {
  std::string out = "[";
  for (const Table& table : data.tables) out += (out.size() == 1 ? "" : ",") + json_table(table);
  return out + "]";
}

}  // namespace stele::bench
