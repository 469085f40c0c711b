#include "data_set.h"

#include <cstdio>
#include <random>
#include <set>
#include <stdexcept>

namespace stele::bench {
namespace {

using Ints = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

// std's distributions differ between libraries; this does not.
std::int64_t below(std::mt19937_64& engine, std::int64_t limit) {
  return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(limit));
}

DataColumn column(const char* attribute, const char* sql, Type type, Words words = {}) {
  return {attribute, sql, type, false, {}, std::move(words)};
}

DataColumn names() {
  return column("name", "name", Type::text,
                {"Ivan", "Petr", "Sergei", "Oleg", "Yuri", "Dmitry", "Fedor", "Denis"});
}

Table follows() {
  Table table{"follows", "a", {}, {}};
  table.columns.push_back({"follows", "b", Type::reference, true, {}, {}});
  return table;
}

void follow(Table& table, std::int64_t a, std::int64_t b) {
  table.ids.push_back(a);
  table.columns[0].cells.push_back(b);
}

}  // namespace

std::size_t DataSet::datoms() const {
  std::size_t sum = 0;
  for (const Table& table : tables) sum += table.ids.size() * table.columns.size();
  return sum;
}

// Whom somebody follows stands near, so that there are triangles.
DataSet make_people(std::size_t people, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto n = static_cast<std::int64_t>(people);
  Table person{"person", "e", {}, {}};
  person.columns = {
      names(),
      column("last-name", "last_name", Type::text,
             {"Ivanov", "Petrov", "Sidorov", "Kovalev", "Kuznetsov", "Voronoi"}),
      column("sex", "sex", Type::keyword, {"male", "female"}),
      column("age", "age", Type::integer),
      column("salary", "salary", Type::integer),
  };
  Table pairs = follows();
  for (std::int64_t i = 0; i < n; ++i) {
    person.ids.push_back(kFirstId + i);
    std::size_t at = 0;
    for (const std::int64_t limit : {8, 6, 2, 100, 100'000}) {
      person.columns[at++].cells.push_back(below(random, limit));
    }
    const std::int64_t step = 1 + below(random, 20);
    if (below(random, 2) == 0 && n > 1) {
      follow(pairs, kFirstId + i, kFirstId + (i + (step > 10 ? n - step + 10 : step)) % n);
    }
  }
  return {"people", {std::move(person), std::move(pairs)}};
}

DataSet make_departments(std::size_t people, std::uint64_t seed) {
  constexpr std::int64_t kDepartments = 100, kDivisions = 10;
  std::mt19937_64 random(seed);
  const std::int64_t first_department = kFirstId, first_division = kFirstId + kDepartments,
                     first_person = first_division + kDivisions;
  Table division{"division", "e", {}, {column("division/name", "name", Type::text)}};
  Table department{"dept",
                   "e",
                   {},
                   {column("dept/name", "name", Type::text),
                    column("dept/division", "division", Type::reference)}};
  Table person{"employee",
               "e",
               {},
               {names(), column("salary", "salary", Type::integer),
                column("dept", "dept", Type::reference)}};
  for (std::int64_t i = 0; i < kDivisions; ++i) {
    division.ids.push_back(first_division + i);
    division.columns[0].cells.push_back(i);
    division.columns[0].words.push_back("Division " + std::to_string(i));
  }
  for (std::int64_t i = 0; i < kDepartments; ++i) {
    department.ids.push_back(first_department + i);
    department.columns[0].cells.push_back(i);
    department.columns[0].words.push_back("Department " + std::to_string(i));
    department.columns[1].cells.push_back(first_division + i % kDivisions);
  }
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(people); ++i) {
    person.ids.push_back(first_person + i);
    person.columns[0].cells.push_back(below(random, 8));
    person.columns[1].cells.push_back(below(random, 100'000));
    person.columns[2].cells.push_back(first_department + below(random, kDepartments));
  }
  return {"departments", {std::move(division), std::move(department), std::move(person)}};
}

// Node i of a level has the children i * width … i * width + width - 1 of the next: levels overlap,
// as in the suite that the peers' figures come from.
DataSet make_wide(int depth, int width) {
  std::set<std::pair<std::int64_t, std::int64_t>> edges;
  Ints level{1};
  for (int d = 0; d < depth; ++d) {
    Ints next;
    for (const std::int64_t id : level) {
      for (int k = 0; k < width; ++k) {
        next.push_back(id * width + k);
        edges.emplace(id, next.back());
      }
    }
    level = std::move(next);
  }
  Table pairs = follows();
  for (const auto& [a, b] : edges) follow(pairs, kFirstId + a, kFirstId + b);
  return {"wide-" + std::to_string(depth) + "-" + std::to_string(width), {std::move(pairs)}};
}

DataSet make_chains(int depth, int width) {
  Table pairs = follows();
  for (int chain = 0; chain < width; ++chain) {
    for (int step = 0; step < depth; ++step) {
      const std::int64_t from = kFirstId + chain * (depth + 1) + step;
      follow(pairs, from, from + 1);
    }
  }
  return {"chains-" + std::to_string(depth) + "-" + std::to_string(width), {std::move(pairs)}};
}

DataSet make_data_set(const std::string& name, std::size_t people, std::uint64_t seed) {
  int depth = 0, width = 0;
  if (std::sscanf(name.c_str(), "wide-%d-%d", &depth, &width) == 2) return make_wide(depth, width);
  if (std::sscanf(name.c_str(), "chains-%d-%d", &depth, &width) == 2) {
    return make_chains(depth, width);
  }
  if (name == "people") return make_people(people, seed);
  if (name == "departments") return make_departments(people, seed);
  throw std::invalid_argument("there is no data set " + name);
}

}  // namespace stele::bench
