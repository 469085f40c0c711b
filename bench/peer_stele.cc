#include <stele/stele.h>

#include "peer.h"
#include "stele_forms.h"

namespace stele::bench {
namespace {

// Every cell of the result, so that all of it has been looked at.
std::uint64_t consume(const Relation& rows) {
  std::uint64_t sum = rows.rows();
  for (std::size_t column = 0; column < rows.columns(); ++column) {
    const Kind kind = rows.kind(column);
    if (kind == Kind::int64) {
      for (const std::int64_t cell : rows.int64s(column)) sum += static_cast<std::uint64_t>(cell);
      continue;
    }
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (kind == Kind::string || kind == Kind::keyword) {
        sum += rows.get<std::string_view>(row, column).size();
      } else if (kind == Kind::float64) {
        sum += static_cast<std::uint64_t>(rows.get<double>(row, column));
      } else {
        sum += hash(rows.at(row, column));
      }
    }
  }
  return sum;
}

void add(AnswerBuilder& out, const Value& value) {
  switch (value.kind()) {
    case Kind::int64:
      return out.number(value.as_int64());
    case Kind::float64:
      return out.number(value.as_double());
    case Kind::string:
      return out.text(value.as_string());
    case Kind::keyword:
      return out.text(value.name());
    case Kind::map:  // a pulled entity: its values in the order of their keys
      for (const auto& [key, item] : value.entries()) add(out, item);
      return;
    default:
      return out.text(write_edn(value));
  }
}

void add(AnswerBuilder& out, const Relation& rows) {
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t column = 0; column < rows.columns(); ++column) add(out, rows.at(row, column));
    out.end_row();
  }
}

// What the runners of a data set share.
struct Loaded {
  Db db;
  std::optional<Connection> aged;  // made when a row asks for it
  Db before;                       // the same facts, as of before all of them changed
  Db copy;
};

class QueryRunner : public LocalRunner {
 public:
  QueryRunner(const QueryRow& row, std::vector<Input> inputs)
      : query_(Query::read(Value(row.datalog)).value()),
        inputs_(std::move(inputs)),
        arguments_(row.arguments) {
    if (!arguments_.empty()) inputs_.emplace_back(Value());
  }

  Answer answer() override {
    AnswerBuilder out;
    for (std::size_t i = 0; i < std::max<std::size_t>(arguments_.size(), 1); ++i) {
      add(out, ask(i).value());
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override { return consume(*ask(i)); }

 private:
  Result<Relation> ask(std::size_t i) {
    if (!arguments_.empty()) inputs_.back() = Value(arguments_[i % arguments_.size()]);
    return query_.run(inputs_);
  }

  Query query_;
  std::vector<Input> inputs_;
  std::vector<std::int64_t> arguments_;
};

class FreshTextRunner : public LocalRunner {
 public:
  FreshTextRunner(const QueryRow& row, Db db) : row_(row), db_(std::move(db)) {}

  Answer answer() override {
    AnswerBuilder out;
    for (std::size_t i = 0; i < row_.arguments.size(); ++i) add(out, ask(i).value());
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override { return consume(*ask(i)); }

 private:
  Result<Relation> ask(std::size_t i) {
    return q(with_argument(row_.datalog, row_.arguments[i % row_.arguments.size()]), db_);
  }

  const QueryRow row_;
  Db db_;
};

class EntityRunner : public LocalRunner {
 public:
  EntityRunner(const QueryRow& row, Db db) : row_(row), db_(std::move(db)) {}

  Answer answer() override {
    AnswerBuilder out;
    for (const std::int64_t id : row_.arguments) {
      for (const Datom& datom : ask(id)) add(out, datom.v);
      out.end_row();
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t i) override {
    return ask(row_.arguments[i % row_.arguments.size()]).at(0).v.as_string().size();
  }

 private:
  std::vector<Datom> ask(std::int64_t id) {
    const Value components[] = {Value(id), name_};
    return db_.datoms(IndexOrder::eavt, components).value();
  }

  const QueryRow row_;
  Db db_;
  Value name_ = Value::keyword("name");
};

class AllDatomsRunner : public LocalRunner {
 public:
  explicit AllDatomsRunner(Db db) : db_(std::move(db)) {}

  // Those of users: the attributes' own are none of the peers'.
  Answer answer() override {
    AnswerBuilder out;
    for (const Datom& datom : db_.datoms(IndexOrder::eavt).value()) {
      if (datom.e < static_cast<EntityId>(kFirstId) || datom.e >= kTx0) continue;
      out.number(static_cast<std::int64_t>(datom.e));
      add(out, datom.v);
      out.end_row();
    }
    return out.answer();
  }

 protected:
  std::uint64_t run(std::size_t) override { return db_.datoms(IndexOrder::eavt)->size(); }

 private:
  Db db_;
};

class SteleEngine : public Peer {
 public:
  std::string name() const override { return "stele"; }

  void load(const DataSet& data) override {
    data_ = &data;
    loaded_ = Loaded();
    loaded_.db = fill(data, "data").db().value();
  }

  std::unique_ptr<Runner> prepare(const QueryRow& row, std::string& why) override {
    try {
      return runner(row);
    } catch (const Exception& e) {
      why = e.error().message();
      return nullptr;
    }
  }

 private:
  static Connection fill(const DataSet& data, const std::string& name) {
    const std::string url = "memory:" + name;
    if (database_exists(url).value()) delete_database(url).value();
    Connection connection = create_database(url).value();
    connection.transact(schema_forms(data)).value();
    connection.transact(all_forms(data)).value();
    connection.fold().value();
    return connection;
  }

  std::unique_ptr<Runner> runner(const QueryRow& row) {
    switch (row.door) {
      case Door::fresh_text:
        return std::make_unique<FreshTextRunner>(row, loaded_.db);
      case Door::entity:
        return std::make_unique<EntityRunner>(row, loaded_.db);
      case Door::all_datoms:
        return std::make_unique<AllDatomsRunner>(loaded_.db);
      default:
        return std::make_unique<QueryRunner>(row, inputs(row));
    }
  }

  std::vector<Input> inputs(const QueryRow& row) {
    std::vector<Input> out;
    out.emplace_back(row.door == Door::as_of ? before() : loaded_.db);
    if (row.door == Door::two_databases) out.emplace_back(copy());
    if (!row.input.empty()) out.emplace_back(read_edn(row.input).value());
    return out;
  }

  Db before() {
    if (!loaded_.aged) {
      loaded_.aged = fill(*data_, "aged");
      const TxId then = loaded_.aged->db()->max_tx();
      loaded_.aged->transact(changed_forms(*data_)).value();
      loaded_.aged->fold().value();
      loaded_.before = loaded_.aged->db()->as_of(then);
    }
    return loaded_.before;
  }

  Db copy() {
    if (loaded_.copy.commit_id() == Db().commit_id()) {
      loaded_.copy = fill(*data_, "copy").db().value();
    }
    return loaded_.copy;
  }

  const DataSet* data_ = nullptr;
  Loaded loaded_;
};

}  // namespace

std::unique_ptr<Peer> make_stele() { return std::make_unique<SteleEngine>(); }

}  // namespace stele::bench
