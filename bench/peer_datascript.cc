#include "datascript_process.h"
#include "json.h"
#include "peer.h"

namespace stele::bench {
namespace {

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
  explicit DataScriptRunner(DataScriptProcess& node) : node_(node) {}

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
  DataScriptProcess& node_;
};

class DataScript : public Peer {
 public:
  explicit DataScript(const std::string& folder) : node_(folder) {}
  std::string name() const override { return "datascript"; }

  void load(const DataSet& data) override {
    node_.ask("{\"op\":\"load\",\"tables\":" + json_tables(data) + "}");
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
  DataScriptProcess node_;
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
