#include "query_row.h"

#include "data_set.h"

namespace stele::bench {
namespace {

using Rows = std::vector<QueryRow>;
using Ints = std::vector<std::int64_t>;

// Ids all over the people, none twice in a row.
Ints some_ids(std::size_t people, std::size_t count) {
  Ints out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(kFirstId + static_cast<std::int64_t>(i * 7919 % people));
  }
  return out;
}

std::string listed(const Ints& ids, const char* between) {
  std::string out;
  for (const std::int64_t id : ids) out += (out.empty() ? "" : between) + std::to_string(id);
  return out;
}

void add_joins(Rows& rows) {
  const auto add = [&](const char* name, const char* datalog, const char* sql) {
    rows.push_back({.name = name, .data = "people", .datalog = datalog, .sql = sql});
  };
  add("q1", R"([:find ?e :where [?e :name "Ivan"]])", "SELECT e FROM person WHERE name = 'Ivan'");
  add("q2", R"([:find ?e ?a :where [?e :name "Ivan"] [?e :age ?a]])",
      "SELECT e, age FROM person WHERE name = 'Ivan'");
  add("q2-reversed", R"([:find ?e ?a :where [?e :age ?a] [?e :name "Ivan"]])",
      "SELECT e, age FROM person WHERE name = 'Ivan'");
  add("q3", R"([:find ?e ?a :where [?e :name "Ivan"] [?e :age ?a] [?e :sex :male]])",
      "SELECT e, age FROM person WHERE name = 'Ivan' AND sex = 'male'");
  add("q4",
      R"([:find ?e ?l ?a :where [?e :name "Ivan"] [?e :last-name ?l] [?e :age ?a] [?e :sex :male]])",
      "SELECT e, last_name, age FROM person WHERE name = 'Ivan' AND sex = 'male'");
  add("q5",
      R"([:find ?e1 ?l ?a :where [?e :name "Ivan"] [?e :age ?a] [?e1 :age ?a] [?e1 :last-name ?l]])",
      "SELECT DISTINCT p1.e, p1.last_name, p1.age FROM person p JOIN person p1 ON p1.age = p.age "
      "WHERE p.name = 'Ivan'");
  add("q-5-merge",
      "[:find ?e ?n ?l ?a ?s :where [?e :sex :male] [?e :name ?n] [?e :last-name ?l] [?e :age ?a] "
      "[?e :salary ?s]]",
      "SELECT e, name, last_name, age, salary FROM person WHERE sex = 'male'");
}

void add_predicates(Rows& rows) {
  rows.push_back({.name = "qpred1",
                  .data = "people",
                  .datalog = "[:find ?e ?s :where [?e :salary ?s] [(> ?s 50000)]]",
                  .sql = "SELECT e, salary FROM person WHERE salary > 50000"});
  rows.push_back({.name = "qpred2",
                  .data = "people",
                  .datalog = "[:find ?e ?s :in $ ?min :where [?e :salary ?s] [(> ?s ?min)]]",
                  .sql = "SELECT e, salary FROM person WHERE salary > ?",
                  .arguments = {50'000}});
  rows.push_back({.name = "q-pred-range",
                  .data = "people",
                  .datalog = "[:find ?e ?s :where [?e :salary ?s] [(> ?s 50000)] [(< ?s 80000)]]",
                  .sql = "SELECT e, salary FROM person WHERE salary > 50000 AND salary < 80000"});
}

void add_logic(Rows& rows) {
  const auto add = [&](const char* name, const char* datalog, const char* sql) {
    rows.push_back({.name = name, .data = "people", .datalog = datalog, .sql = sql});
  };
  add("q-or", R"([:find ?e :where (or [?e :name "Ivan"] [?e :name "Petr"])])",
      "SELECT e FROM person WHERE name = 'Ivan' OR name = 'Petr'");
  add("q-or-join",
      R"([:find ?e ?a :where [?e :age ?a] (or-join [?e] (and [?e :follows ?f] [?f :sex :male])
          [?e :name "Ivan"])])",
      "SELECT e, age FROM person p WHERE name = 'Ivan' OR EXISTS (SELECT 1 FROM follows JOIN "
      "person "
      "f ON f.e = b WHERE a = p.e AND f.sex = 'male')");
  add("q-not", "[:find ?e ?a :where [?e :age ?a] (not [?e :sex :male])]",
      "SELECT e, age FROM person p WHERE NOT EXISTS (SELECT 1 FROM person m WHERE m.e = p.e AND "
      "m.sex = 'male')");
  add("q-not-join",
      "[:find ?e ?a :where [?e :age ?a] (not-join [?e] [?e :follows ?f] [?f :sex :male])]",
      "SELECT e, age FROM person p WHERE NOT EXISTS (SELECT 1 FROM follows JOIN person f ON f.e = "
      "b "
      "WHERE a = p.e AND f.sex = 'male')");
  rows.push_back({.name = "q-rule",
                  .data = "people",
                  .datalog = "[:find ?e :in $ % :where (rich ?e)]",
                  .sql = "SELECT e FROM person WHERE salary > 50000",
                  .input = "[[(rich ?e) [?e :salary ?s] [(> ?s 50000)]]]"});
}

void add_aggregates(Rows& rows) {
  const auto add = [&](const char* name, const char* datalog, const char* sql) {
    rows.push_back({.name = name, .data = "people", .datalog = datalog, .sql = sql});
  };
  add("agg-avg", "[:find (avg ?s) :with ?e :where [?e :salary ?s]]",
      "SELECT avg(salary) FROM person");
  add("agg-group", "[:find ?x (avg ?s) (count ?e) :where [?e :sex ?x] [?e :salary ?s]]",
      "SELECT sex, avg(salary), count(*) FROM person GROUP BY sex");
  add("agg-multi",
      "[:find ?x ?n (avg ?s) :with ?e :where [?e :sex ?x] [?e :name ?n] [?e :salary ?s]]",
      "SELECT sex, name, avg(salary) FROM person GROUP BY sex, name");
  rows.push_back(
      {.name = "agg-stats",
       .data = "people",
       .datalog = "[:find (variance ?s) (stddev ?s) (median ?s) :with ?e :where [?e :salary ?s]]",
       .sql = "SELECT var_pop(salary), stddev_pop(salary), median(salary) FROM person",
       .sqlite = false});
  add("agg-filter",
      "[:find (avg ?s) (min ?s) (max ?s) :with ?e :where [?e :sex :male] [?e :salary ?s]]",
      "SELECT avg(salary), min(salary), max(salary) FROM person WHERE sex = 'male'");
  add("agg-pred", "[:find ?x (avg ?s) :with ?e :where [?e :sex ?x] [?e :salary ?s] [(> ?s 50000)]]",
      "SELECT sex, avg(salary) FROM person WHERE salary > 50000 GROUP BY sex");
  add("count", "[:find (count ?e) :where [?e :name _]]", "SELECT count(*) FROM person");
  rows.push_back(
      {.name = "order-limit",
       .data = "people",
       .datalog = "{:find [?e ?s] :where [[?e :salary ?s]] :order-by [?s :desc ?e :asc] :limit 10}",
       .sql = "SELECT e, salary FROM person ORDER BY salary DESC, e LIMIT 10",
       .datascript = false});
}

void add_graphs(Rows& rows) {
  const auto add = [&](const char* name, const char* datalog, const char* sql) {
    rows.push_back({.name = name, .data = "people", .datalog = datalog, .sql = sql});
  };
  add("triangles", "[:find ?a ?b ?c :where [?a :follows ?b] [?b :follows ?c] [?c :follows ?a]]",
      "SELECT x.a, y.a, z.a FROM follows x JOIN follows y ON y.a = x.b JOIN follows z ON z.a = y.b "
      "AND z.b = x.a");
  add("2-hop", "[:find ?a ?c :where [?a :follows ?b] [?b :follows ?c]]",
      "SELECT DISTINCT x.a, y.b FROM follows x JOIN follows y ON y.a = x.b");
  for (const char* shape : {"wide-3-3", "wide-5-3", "wide-7-3", "wide-4-6", "chains-10-3",
                            "chains-30-3", "chains-30-5"}) {
    rows.push_back(
        {.name = std::string("closure-") + shape,
         .data = shape,
         .datalog = "[:find ?a ?b :in $ % :where (reaches ?a ?b)]",
         .sql = "WITH RECURSIVE reaches(a, b) AS (SELECT a, b FROM follows UNION SELECT r.a, f.b "
                "FROM reaches r JOIN follows f ON f.a = r.b) SELECT a, b FROM reaches",
         .input = "[[(reaches ?a ?b) [?a :follows ?b]] "
                  "[(reaches ?a ?b) [?a :follows ?t] (reaches ?t ?b)]]"});
  }
}

void add_references(Rows& rows) {
  const auto add = [&](const char* name, const char* datalog, const char* sql) {
    rows.push_back({.name = name, .data = "departments", .datalog = datalog, .sql = sql});
  };
  add("ref-1",
      R"([:find ?e ?s :where [?d :dept/name "Department 7"] [?e :dept ?d] [?e :salary ?s]])",
      "SELECT p.e, p.salary FROM dept d JOIN employee p ON p.dept = d.e WHERE d.name = "
      "'Department 7'");
  add("ref-10",
      R"([:find ?e ?s :where [?v :division/name "Division 3"] [?d :dept/division ?v] [?e :dept ?d]
          [?e :salary ?s]])",
      "SELECT p.e, p.salary FROM division v JOIN dept d ON d.division = v.e JOIN employee p ON "
      "p.dept = d.e WHERE v.name = 'Division 3'");
  add("ref-predicate",
      "[:find ?e ?n :where [?e :salary ?s] [(> ?s 50000)] [?e :dept ?d] [?d :dept/name ?n]]",
      "SELECT p.e, d.name FROM employee p JOIN dept d ON d.e = p.dept WHERE p.salary > 50000");
  add("ref-3-hop",
      "[:find ?e ?n :where [?e :dept ?d] [?d :dept/division ?v] [?v :division/name ?n]]",
      "SELECT p.e, v.name FROM employee p JOIN dept d ON d.e = p.dept JOIN division v ON v.e = "
      "d.division");
  add("ref-selective",
      "[:find ?e ?n :where [?e :salary ?s] [(> ?s 99000)] [?e :dept ?d] [?d :dept/name ?n]]",
      "SELECT p.e, d.name FROM employee p JOIN dept d ON d.e = p.dept WHERE p.salary > 99000");
}

void add_points(Rows& rows, std::size_t people) {
  const Ints ids = some_ids(people, 97);
  const auto add = [&](const char* name, Door door, const Ints& arguments, std::string datalog,
                       std::string sql) {
    rows.push_back({.name = name,
                    .data = "people",
                    .datalog = std::move(datalog),
                    .sql = std::move(sql),
                    .door = door,
                    .arguments = arguments});
  };
  add("point", Door::query, ids, "[:find ?n :in $ ?e :where [?e :name ?n]]",
      "SELECT name FROM person WHERE e = ?");
  add("point-same", Door::query, {ids[1]}, "[:find ?n :in $ ?e :where [?e :name ?n]]",
      "SELECT name FROM person WHERE e = ?");
  add("by-value", Door::query, some_ids(people, 97), "[:find ?e :in $ ?s :where [?e :salary ?s]]",
      "SELECT e FROM person WHERE salary = ?");
  const Ints hundred = some_ids(people, 100);
  rows.push_back({.name = "100-ids",
                  .data = "people",
                  .datalog = "[:find ?e ?n :in $ [?e ...] :where [?e :name ?n]]",
                  .sql = "SELECT e, name FROM person WHERE e IN (" + listed(hundred, ", ") + ")",
                  .input = "[" + listed(hundred, " ") + "]"});
  add("fresh-text", Door::fresh_text, ids, "[:find ?n :where [{} :name ?n]]",
      "SELECT name FROM person WHERE e = {}");
  add("entity-attribute", Door::entity, ids, "[:find ?n :in $ ?e :where [?e :name ?n]]",
      "SELECT name FROM person WHERE e = ?");
  add("all-datoms", Door::all_datoms, {}, "[:find ?e ?a ?v :where [?e ?a ?v]]",
      "SELECT e, name FROM person UNION ALL SELECT e, last_name FROM person UNION ALL SELECT e, "
      "sex "
      "FROM person UNION ALL SELECT e, CAST(age AS INTEGER) FROM person UNION ALL SELECT e, salary "
      "FROM person UNION ALL SELECT a, b FROM follows");
  rows.back().datascript = false;
  add("pull", Door::query, ids, "[:find (pull ?e [:name :last-name :sex :age :salary]) :in $ ?e]",
      "SELECT age, last_name, name, salary, sex FROM person WHERE e = ?");
  rows.back().datascript = false;
  rows.push_back(
      {.name = "pull-1000",
       .data = "people",
       .datalog = "[:find (pull ?e [:name :last-name :sex :age :salary]) :in $ [?e ...]]",
       .sql = "SELECT age, last_name, name, salary, sex FROM person WHERE e IN (" +
              listed(some_ids(people, 1000), ", ") + ")",
       .input = "[" + listed(some_ids(people, 1000), " ") + "]",
       .datascript = false});
}

void add_views(Rows& rows) {
  const auto add = [&](const char* name, Door door, const char* datalog, const char* sql) {
    rows.push_back({.name = name,
                    .data = "people",
                    .datalog = datalog,
                    .sql = sql,
                    .door = door,
                    .datascript = false});
  };
  add("as-of-name", Door::as_of, R"([:find ?e :where [?e :name "Ivan"]])",
      "SELECT e FROM person WHERE name = 'Ivan'");
  add("as-of-age", Door::as_of, R"([:find ?e ?a :where [?e :name "Ivan"] [?e :age ?a]])",
      "SELECT e, age FROM person WHERE name = 'Ivan'");
  add("as-of-sex", Door::as_of,
      R"([:find ?e ?a :where [?e :name "Ivan"] [?e :age ?a] [?e :sex :male]])",
      "SELECT e, age FROM person WHERE name = 'Ivan' AND sex = 'male'");
  add("two-databases", Door::two_databases,
      R"([:find ?e ?a :in $x $y :where [$x ?e :name "Ivan"] [$y ?e :age ?a]])",
      "SELECT p.e, p1.age FROM person p JOIN person p1 ON p1.e = p.e WHERE p.name = 'Ivan'");
}

}  // namespace

std::vector<QueryRow> query_rows(std::size_t people) {
  Rows rows;
  add_joins(rows);
  add_predicates(rows);
  add_logic(rows);
  add_aggregates(rows);
  add_graphs(rows);
  add_references(rows);
  add_points(rows, people);
  add_views(rows);
  return rows;
}

}  // namespace stele::bench
