#include "duckdb_database.h"
#include "peer.h"
#include "sql_text.h"

namespace stele::bench {
namespace {

struct AddTo {
  AnswerBuilder& out;
  void operator()(std::string_view text) const { out.text(text); }
  template <typename Number>
  void operator()(Number number) const {
    out.number(number);
  }
};

struct SumInto {
  std::uint64_t& sum;
  void operator()(std::string_view text) const { sum += text.size(); }
  template <typename Number>
  void operator()(Number number) const {
    sum += static_cast<std::uint64_t>(number);
  }
};

class DuckDbRunner : public LocalRunner {
 public:
  DuckDbRunner(DuckDb& database, const QueryRow& row) : database_(database), row_(row) {
    if (row.door != Door::fresh_text) statement_.emplace(database, row.sql);
  }

  Answer answer() override {
    AnswerBuilder out;
    for (std::size_t i = 0; i < std::max<std::size_t>(row_.arguments.size(), 1); ++i) {
      ready(i).run([&](const std::vector<int>& types, const DuckDbChunk& chunk) {
        for (std::uint64_t row = 0; row < chunk.rows; ++row) {
          for (std::size_t c = 0; c < types.size(); ++c) {
            visit_duckdb(types[c], chunk.data[c], row, AddTo{out});
          }
          out.end_row();
        }
      });
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override {
    std::uint64_t sum = 0;
    ready(i).run([&](const std::vector<int>& types, const DuckDbChunk& chunk) {
      for (std::size_t c = 0; c < types.size(); ++c) {
        for (std::uint64_t row = 0; row < chunk.rows; ++row) {
          visit_duckdb(types[c], chunk.data[c], row, SumInto{sum});
        }
      }
    });
    return sum;
  }

 private:
  DuckDbStatement& ready(std::size_t i) {
    if (row_.arguments.empty()) return *statement_;
    const std::int64_t argument = row_.arguments[i % row_.arguments.size()];
    if (row_.door == Door::fresh_text) {
      statement_.emplace(database_, sql_with_argument(row_.sql, argument));
    } else {
      statement_->bind(1, argument);
    }
    return *statement_;
  }

  DuckDb& database_;
  const QueryRow row_;
  std::optional<DuckDbStatement> statement_;
};

class DuckDbPeer : public Peer {
 public:
  explicit DuckDbPeer(const duckdb_api::Api& api) : api_(api) {}
  std::string name() const override { return "duckdb"; }

  // Without indexes but for the primary key: where the others have one DuckDB is faster without.
  void load(const DataSet& data) override {
    database_.reset();
    database_.emplace(api_, nullptr);
    for (const Table& table : data.tables) {
      database_->execute(create_table(table));
      database_->append(table, 0, table.ids.size());
    }
    database_->execute("ANALYZE");
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    if (row.door == Door::all_datoms) {
      why = "DuckDB has no column of several types";
      return nullptr;
    }
    return std::make_unique<DuckDbRunner>(*database_, row);
  }

 private:
  const duckdb_api::Api api_;
  std::optional<DuckDb> database_;
};

}  // namespace

std::unique_ptr<Peer> make_duckdb(const std::string& folder, std::string& why) {
  const auto api = load_duckdb(folder, why);
  return api ? std::make_unique<DuckDbPeer>(*api) : nullptr;
}

}  // namespace stele::bench
