// The remote suite: what a database in a bucket costs whoever has read nothing of it yet. The
// bucket is one of a RADOS Gateway on this machine (tests/servers/rgw), and before it stands a
// proxy that makes every answer a round trip later and counts requests and rounds
// (net/delaying_proxy_testing.h).
//
// Connections are warm, everything else is cold: each sample is a new connection of stele's, which
// has read its head before the watch starts. Counts that are promised are checked: a row that takes
// more rounds or requests than it may is NOT EQUAL. Times are only told. Rows of PostgreSQL and of
// a disk cache before the bucket (filled by one run before) stand behind those of the bucket.
#include <cstdio>
#include <functional>
#include <set>

#include <stele/stele.h>

#include "backend/postgres/postgres_server_testing.h"
#include "backend/s3/rados_gateway_testing.h"
#include "base/text.h"
#include "net/delaying_proxy_testing.h"
#include "samples.h"
#include "scratch_folder.h"
#include "suite.h"

namespace stele::bench {
namespace {

using base::text;

constexpr std::size_t kPeopleInTransaction = 50'000;
constexpr std::int64_t kFirstPerson = 1001;
constexpr int kSamples = 7;
constexpr std::uint64_t kPeopleAsked = 2'000;
constexpr std::size_t kAttributes = 7;
const char* const kSchema = R"([
  {:db/ident :email :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :name :db/valueType :db.type/string :db/cardinality :db.cardinality/one :db/index true}
  {:db/ident :last-name :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :sex :db/valueType :db.type/keyword :db/cardinality :db.cardinality/one}
  {:db/ident :age :db/valueType :db.type/long :db/cardinality :db.cardinality/one :db/index true}
  {:db/ident :salary :db/valueType :db.type/long :db/cardinality :db.cardinality/one :db/index true}
  {:db/ident :boss :db/valueType :db.type/ref :db/cardinality :db.cardinality/one}])";

const char* const kPoint = "[:find ?e :where [?e :email \"p{}@example.org\"]]";
const char* const kNameAge = "[:find ?e ?name ?age :where [?e :name ?name] [?e :age ?age]]";

int port_of(const std::string& url) { return std::atoi(url.substr(url.rfind(':') + 1).c_str()); }

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

// Everything follows from the number of a person, and looks random.
std::uint64_t mixed(std::uint64_t i, std::uint64_t what) {
  std::uint64_t x = i * 0x9e3779b97f4a7c15 + what;
  x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9;
  return x ^ (x >> 29);
}

std::string person(std::size_t i, std::size_t people) {
  static const char* const kNames[] = {"Ivan", "Petr",   "Sergei", "Oleg",
                                       "Yuri", "Dmitry", "Fedor",  "Denis"};
  static const char* const kLastNames[] = {"Ivanov",  "Petrov",    "Sidorov",
                                           "Kovalev", "Kuznetsov", "Voronoi"};
  return text("{:db/id ", kFirstPerson + static_cast<std::int64_t>(i), " :email \"p", i,
              "@example.org\" :name \"", kNames[mixed(i, 1) % 8], "\" :last-name \"",
              kLastNames[mixed(i, 2) % 6], "\" :sex ", mixed(i, 3) % 2 ? ":male" : ":female",
              " :age ", mixed(i, 4) % 100, " :salary ", mixed(i, 5) % 100'000, " :boss ",
              kFirstPerson + static_cast<std::int64_t>(mixed(i, 6) % people), "}");
}

// Where a database is, and the proxy on the way to it.
struct Place {
  std::string url;  // through the proxy
  net::DelayingProxy* proxy;
};

// What a sample asks of a database that nothing was read of; and how many rows that gives.
using Ask = std::function<std::size_t(const Db&, int sample)>;

class RemoteSuite {
 public:
  explicit RemoteSuite(const Settings& settings)
      : settings_(settings),
        gateway_(backend::RadosGateway::instance()),
        direct_url_(gateway_.url()),
        proxy_({.target_port = port_of(gateway_["endpoint"])}),
        bucket_{replaced(direct_url_, gateway_["endpoint"], proxy_.url()), &proxy_} {
    report_ = {"remote", {"one-get"}, {}};
  }

  Report run() {
    load(direct_url_);
    proxy_.set_round_trip_us(static_cast<std::int64_t>(settings_.round_trip_ms * 1000));
    warm_up();
    print_head(report_);
    counted_rows();
    look_up_rows();
    large_rows();
    transaction_rows();
    cached_rows();
    postgres_rows();
    return std::move(report_);
  }

 private:
  void load(const std::string& url) {
    const Stopwatch watch;
    const Connection connection = create_database(url).value();
    connection.transact(kSchema).value();
    for (std::size_t begin = 0; begin < settings_.people; begin += kPeopleInTransaction) {
      const std::size_t end = std::min(begin + kPeopleInTransaction, settings_.people);
      std::string forms = "[";
      for (std::size_t i = begin; i < end; ++i) forms += person(i, settings_.people);
      connection.transact(forms + "]", {.timeout_ms = 600'000}).value();
    }
    connection.fold().value();
    std::printf("%zu people, %zu datoms, loaded into %.8s in %.1f s; round trip %.1f ms\n",
                settings_.people, settings_.people * kAttributes, url.c_str(), watch.us() / 1e6,
                settings_.round_trip_ms);
    std::fflush(stdout);
  }

  // Opens as many connections of HTTP as there will be.
  void warm_up() {
    auto options = gateway_.options();
    options.settings.endpoint = proxy_.url();
    blobs_ = backend::S3Store::open(options).value();
    blobs_->write_once("bench/warm", base::view("warm"), {}).value();
    std::vector<ReadRequest> requests;
    for (int i = 0; i < 64; ++i) requests.push_back({"bench/missing" + std::to_string(i), {}});
    for (int times = 0; times < 2; ++times) (void)blobs_->read_many(requests, {});
  }

  // How long one GET of so many bytes takes, through the same proxy; milliseconds.
  double one_get_ms(std::uint64_t bytes) {
    const std::string key = "bench/" + std::to_string(bytes);
    const Store::Bytes content(bytes, 7);
    blobs_->write_once(key, content, {}).value();
    Samples samples;
    for (int i = 0; i < kSamples; ++i) {
      const Stopwatch watch;
      (void)blobs_->read(key, {}, {}).value();
      samples.add(watch.us());
    }
    return samples.median_us() / 1000;
  }

  // Nothing is known but the head.
  ReportRow measure(const Place& place, const std::string& name, const std::string& what,
                    std::uint64_t rounds_max, const Ask& ask) {
    ReportRow row{.name = name};
    Samples samples;
    net::ProxyCounts most;
    for (int i = 0; i < (settings_.budget_ms > 0 ? kSamples : 1); ++i) {
      const Connection connection = connect(place.url).value();
      const Db db = connection.db({.max_age_ms = 60'000}).value();
      place.proxy->reset_counts();
      const Stopwatch watch;
      row.rows = ask(db, i);
      samples.add(watch.us());
      const auto counts = place.proxy->counts();
      if (counts.rounds >= most.rounds) most = counts;
    }
    row.stele = samples.median_us() / 1000;
    row.equal = most.rounds <= rounds_max;
    row.note = text(what, ": ", most.rounds, " rounds, ", most.requests, " requests, ",
                    most.bytes_to_client / 1000, " kB");
    last_ = most;
    return row;
  }

  void add(ReportRow row) {
    print_row(report_, row);
    report_.rows.push_back(std::move(row));
  }
  void add_query(const std::string& name, const std::string& query, std::uint64_t rounds_max) {
    add_query(bucket_, name, query, rounds_max);
  }
  void add_query(const Place& place, const std::string& name, const std::string& query,
                 std::uint64_t rounds_max) {
    if (!settings_.wants(name)) return;
    add(measure(place, name, query, rounds_max, [&](const Db& db, int sample) {
      const auto rows = q(with_person(query, sample), db).value();
      return rows.rows();
    }));
  }
  // `{}` is a person's number, `{e}` the entity.
  std::string with_person(const std::string& query, int sample) const {
    const std::size_t i = mixed(static_cast<std::uint64_t>(sample), 8) % settings_.people;
    return replaced(replaced(query, "{}", std::to_string(i)), "{e}",
                    std::to_string(i + std::size_t{kFirstPerson}));
  }

  void counted_rows() {
    if (settings_.wants("open")) {
      proxy_.reset_counts();
      const Stopwatch watch;
      (void)connect(bucket_.url).value();
      ReportRow row{.name = "open", .stele = watch.us() / 1000, .rows = 1};
      const auto requests = proxy_.counts().requests;
      row.equal = requests == 1;
      row.note = text(requests, " GET");
      add(std::move(row));
    }
    if (settings_.wants("commit")) commit_row();
  }

  void commit_row() {
    const Connection connection = connect(bucket_.url).value();
    // The first write to a server tries how it takes conditions.
    connection.transact("[{:db/id -1 :age 0}]").value();
    Samples samples;
    ReportRow row{.name = "commit", .rows = 1};
    for (int i = 0; i < kSamples; ++i) {
      proxy_.reset_counts();
      const Stopwatch watch;
      connection.transact(text("[{:db/id -1 :age ", i, "}]")).value();
      samples.add(watch.us());
      const auto counts = proxy_.counts();
      row.equal = row.equal && counts.requests == 1 && counts.methods.contains("PUT");
    }
    row.stele = samples.median_us() / 1000;
    row.note = row.equal ? "1 PUT" : "more than 1 PUT";
    add(std::move(row));
  }

  void look_up_rows() {
    add_query("point", kPoint, 3);
    add_query("entity", "[:find ?a ?v :where [{e} ?a ?v]]", 3);
    add_query("one-step", "[:find ?n :where [?e :email \"p{}@example.org\"] [?e :name ?n]]", 5);
    add_query("two-steps",
              "[:find ?n :where [?e :email \"p{}@example.org\"] [?e :boss ?b] [?b :name ?n]]", 7);
    add_query("three-steps",
              "[:find ?n :where [?e :email \"p{}@example.org\"] [?e :boss ?b] [?b :boss ?c] "
              "[?c :name ?n]]",
              9);
    add_query("range", "[:find ?e :where [?e :salary ?s] [(<= 1000 ?s)] [(< ?s 1100)]]", 4);
    if (!settings_.wants("as-of")) return;
    add(measure(bucket_, "as-of", "a person's attributes, as of a date", 5,
                [&](const Db& db, int sample) {
                  const auto rows = q(with_person("[:find ?a ?v :where [{e} ?a ?v]]", sample),
                                      db.as_of(instant("2100-01-01")));
                  return rows.value().rows();
                }));
  }

  void large_rows() {
    add_large("name-age", kNameAge);
    add_large("name-age-mean",
              "[:find ?name (avg ?age) :with ?e :where [?e :name ?name] [?e :age ?age]]");
    if (settings_.wants("nodes")) nodes_row();
  }

  void add_large(const std::string& name, const std::string& query) {
    if (!settings_.wants(name)) return;
    ReportRow row = measure(bucket_, name, query, 5,
                            [&](const Db& db, int) { return q(query, db).value().rows(); });
    row.peers["one-get"] = 1.5 * one_get_ms(last_.bytes_to_client) + 3 * settings_.round_trip_ms;
    row.note += "; one-get: 1.5 times that in one GET, and 3 round trips";
    add(std::move(row));
  }

  // Leaves all over EAVT. How many: those that people would lie in, 2,048 datoms each.
  void nodes_row() {
    std::vector<Value> ids;
    std::set<std::uint64_t> leaves;
    for (std::uint64_t i = 0; i < kPeopleAsked; ++i) {
      const std::uint64_t one = mixed(i, 9) % settings_.people;
      leaves.insert(one * kAttributes / 2048);
      ids.push_back(Value(kFirstPerson + static_cast<std::int64_t>(one)));
    }
    const Value among = Value::vector(std::move(ids));
    ReportRow row =
        measure(bucket_, "nodes", "scattered leaves of EAVT a second", 100, [&](const Db& db, int) {
          return q("[:find ?e ?a ?v :in $ [?e ...] :where [?e ?a ?v]]", db, among).value().rows();
        });
    row.stele = static_cast<double>(leaves.size()) / (*row.stele / 1000);
    row.unit = "n/s";
    row.is_lower_better = false;
    add(std::move(row));
  }

  void transaction_rows() {
    if (!settings_.wants("tx-100")) return;
    std::string forms = "[";
    for (std::uint64_t i = 0; i < 100; ++i) {
      forms += text("{:email \"p", mixed(i, 10) % settings_.people,
                    "@example.org\" :salary 7 :boss [:email \"p", mixed(i, 11) % settings_.people,
                    "@example.org\"]}");
    }
    const Value transaction = read_edn(forms + "]").value();
    // Five rounds of the reader; no more than 64 requests are in flight, and what waits for them
    // counts as further rounds.
    add(measure(bucket_, "tx-100", "a hundred upserts with a lookup ref each, not committed", 12,
                [&](const Db& db, int) { return with(db, transaction).value().tx_data.size(); }));
  }

  // What a connection before has read is on the disk.
  void cached_rows() {
    if (!settings_.wants("cache-point") && !settings_.wants("cache-name-age")) return;
    const ScratchFolder folder;
    const Place cached{"tiered:" + folder.path() + "/cache," + bucket_.url, &proxy_};
    {
      const Connection connection = connect(cached.url).value();
      const Db db = connection.db().value();
      (void)q(kNameAge, db).value();
      for (int i = 0; i < kSamples; ++i) (void)q(with_person(kPoint, i), db).value();
    }
    add_query(cached, "cache-point", kPoint, 0);
    add_query(cached, "cache-name-age", kNameAge, 0);
  }

  void postgres_rows() {
    if (!settings_.wants("pg-point") && !settings_.wants("pg-name-age")) return;
    auto& server = backend::PostgresServer::instance();
    net::DelayingProxy proxy({.target_port = std::atoi(server["port"].c_str())});
    const std::string url = server.url(backend::PostgresServer::new_prefix());
    load(url);
    proxy.set_round_trip_us(static_cast<std::int64_t>(settings_.round_trip_ms * 1000));
    const Place place{replaced(url, ":" + server["port"], ":" + std::to_string(proxy.port())),
                      &proxy};
    add_query(place, "pg-point", kPoint, 3);
    add_query(place, "pg-name-age", kNameAge, 5);
  }

  const Settings settings_;
  backend::RadosGateway& gateway_;
  const std::string direct_url_;
  net::DelayingProxy proxy_;
  const Place bucket_;
  std::shared_ptr<Store> blobs_;
  net::ProxyCounts last_;  // of the row measured last, its sample with the most rounds
  Report report_;
};

}  // namespace

std::vector<std::string> remote_row_names() {
  return {"open",        "commit",      "point",          "entity",   "one-step",      "two-steps",
          "three-steps", "range",       "as-of",          "name-age", "name-age-mean", "nodes",
          "tx-100",      "cache-point", "cache-name-age", "pg-point", "pg-name-age"};
}

Report run_remote_suite(const Settings& settings) { return RemoteSuite(settings).run(); }

}  // namespace stele::bench
