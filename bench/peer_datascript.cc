#include <cstdio>
#include <sstream>
#include <stdexcept>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "peer.h"

namespace stele::bench {
namespace {

// A node process that answers each line of JSON with a line of words; see datascript.mjs.
class Node {
 public:
  explicit Node(const std::string& folder) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("cannot make pipes");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(to[0], STDIN_FILENO);
      dup2(from[1], STDOUT_FILENO);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execlp("node", "node", STELE_BENCH_FOLDER "/datascript.mjs", folder.c_str(), nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    in_ = fdopen(to[1], "w");
    out_ = fdopen(from[0], "r");
    signal(SIGPIPE, SIG_IGN);
  }
  ~Node() {
    std::fclose(in_);  // it ends with its input
    std::fclose(out_);
    waitpid(pid_, nullptr, 0);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // The words behind `ok`. Throws what stands behind `error`.
  std::istringstream ask(const std::string& request) {
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

 private:
  pid_t pid_;
  std::FILE* in_;
  std::FILE* out_;
};

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

std::string json_ints(const std::vector<std::int64_t>& ints) {
  std::string out = "[";
  for (const std::int64_t i : ints) out += (out.size() == 1 ? "" : ",") + std::to_string(i);
  return out + "]";
}

std::string json_table(const Table& table) {
  std::string out = "{\"ids\":" + json_ints(table.ids) + ",\"columns\":[";
  for (const DataColumn& column : table.columns) {
    out += (out.back() == '[' ? "" : ",") + json_column(column);
  }
  return out + "]}";
}

std::string json_row(const QueryRow& row) {
  const char* door = row.door == Door::entity       ? "entity"
                     : row.door == Door::fresh_text ? "fresh"
                                                    : "query";
  return "{\"op\":\"prepare\",\"datalog\":" + json_text(row.datalog) +
         ",\"input\":" + json_text(row.input) + ",\"arguments\":" + json_ints(row.arguments) +
         ",\"door\":\"" + door + "\"}";
}

class DataScriptRunner : public Runner {
 public:
  explicit DataScriptRunner(Node& node) : node_(node) {}

  Answer answer() override {
    Answer out;
    node_.ask(R"({"op":"answer"})") >> out.rows >> out.checksum;
    return out;
  }

  void sample(double budget_ms, Samples& samples) override {
    auto words = node_.ask("{\"op\":\"sample\",\"budget\":" + std::to_string(budget_ms) + "}");
    for (double us = 0; words >> us;) samples.add(us);
  }

 private:
  Node& node_;
};

class DataScript : public Peer {
 public:
  explicit DataScript(const std::string& folder) : node_(folder) { node_.ask(R"({"op":"hello"})"); }
  std::string name() const override { return "datascript"; }

  void load(const DataSet& data) override {
    std::string request = R"({"op":"load","tables":[)";
    for (const Table& table : data.tables) {
      request += (request.back() == '[' ? "" : ",") + json_table(table);
    }
    node_.ask(request + "]}");
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    if (!row.datascript) {
      why = "DataScript has no such query";
      return nullptr;
    }
    node_.ask(json_row(row));
    return std::make_unique<DataScriptRunner>(node_);
  }

 private:
  Node node_;
};

}  // namespace

std::unique_ptr<Peer> make_datascript(const std::string& folder, std::string& why) {
  try {
    return std::make_unique<DataScript>(folder);
  } catch (const std::runtime_error& e) {
    why = e.what();
    return nullptr;
  }
}

}  // namespace stele::bench
