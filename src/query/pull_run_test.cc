// What a pull costs and where it ends: rounds, limits, deadlines, long paths.
#include <gtest/gtest.h>

#include "base/text.h"
#include "edn/writer.h"
#include "query/driven_source_testing.h"
#include "query/pull.h"
#include "query/pull_testing.h"

namespace stele::query {
namespace {

using base::text;

std::string schema() {
  return declare(101, ":name", ":db.type/string") + declare(102, ":next", ":db.type/ref") +
         declare(103, ":left", ":db.type/ref") + declare(104, ":right", ":db.type/ref") +
         declare(105, ":kind", ":db.type/ref");
}

// `count` entities from 1001 on, each of which has the next one twice and is of kind 900.
db::TestDatabase path(int count) {
  format::Config config;
  config.schema_on_read = true;
  db::TestDatabase made(config);
  made.commit(schema());
  std::string lines;
  for (int i = 1001; i < 1001 + count; ++i) {
    lines += text("+ ", i, " :name \"n", i, "\"\n+ ", i, " :kind 900\n");
    if (i == 1000 + count) continue;
    lines += text("+ ", i, " :next ", i + 1, "\n+ ", i, " :left ", i + 1, "\n+ ", i, " :right ",
                  i + 1, "\n");
  }
  made.commit(lines);
  return made;
}

std::string code_of(const Result<Value>& answer) {
  return answer.ok() ? "" : answer.error().code();
}

int depth_of(Value map, std::string_view key) {
  int depth = 0;
  for (const Value* next; (next = map.find_keyword(key)); ++depth) map = Value(*next);
  return depth;
}

// Runs a pull with nothing at hand until it misses nothing; says how often it ran.
int passes_of(const Db& db, std::string_view pattern, const std::vector<EntityId>& entities) {
  const auto [cold, source] = driven(db);
  const PullForm read = read_pull(form(pattern)).value();
  const auto run_once = [&](const Db& from, tree::Reader& reader) {
    query::Run run{.reader = reader, .bytes_max = UINT64_MAX};
    return pull(*db::View::open(from, reader), read, entities, run);
  };
  tree::Reader reader, warm;
  auto answer = run_once(cold, reader);
  int passes = 1;
  for (; !answer.ok() && passes < 200; ++passes) {
    EXPECT_EQ("node/missing", answer.error().code()) << answer.error().message();
    for (const auto& missing : reader.missing()) source->bring(missing.ref);
    reader.retry();
    answer = run_once(cold, reader);
  }
  EXPECT_EQ(*run_once(db, warm), std::move(answer).value_or({}));
  return passes;
}

TEST(PullRun, ColdCostIsRoundsByDepthWhateverTheNumberOfEntities) {
  db::TestDatabase made = path(2000);
  made.fold({.leaf_rows_target = 12, .leaf_rows_max = 16, .leaf_rows_min = 6, .fanout_max = 16});
  const int height = made.state()->index(format::Tree::eavt).base.height;
  ASSERT_GE(height, 3);
  std::vector<EntityId> scattered;
  for (EntityId e = 1001; e < 2900; e += 17) scattered.push_back(e);
  EXPECT_LE(passes_of(made.db(), "[:name]", scattered), 1 + height);
  EXPECT_LE(passes_of(made.db(), "[*]", scattered), 1 + height);
  EXPECT_LE(passes_of(made.db(), "[:name :_next]", scattered), 1 + 2 * height);
  EXPECT_LE(passes_of(made.db(), "[:name {:next [:name {:left [:name]}]}]", scattered),
            1 + 3 * height);
}

TEST(PullRun, AFewOfManyReferencesCostFewNodes) {
  db::TestDatabase made = path(30'000);
  made.fold({.leaf_rows_target = 256, .leaf_rows_max = 512, .leaf_rows_min = 128});
  const auto nodes_of = [&](std::string_view pattern) {
    tree::Reader reader;
    query::Run run{.reader = reader, .bytes_max = UINT64_MAX};
    const EntityId kind = 900;
    const PullForm read = read_pull(form(pattern)).value();
    const auto maps = pull(*db::View::open(made.db(), reader), read, {&kind, 1}, run).value();
    EXPECT_GT(maps[0].find_keyword("_kind")->items().size(), 9u);
    return reader.statistics().nodes;
  };
  EXPECT_LE(nodes_of("[[:_kind :limit 10]]"), 6u);
  EXPECT_GE(nodes_of("[[:_kind :limit nil]]"), 60u);
}

TEST(PullRun, WhatIsPulledIsBounded) {
  const Db db = path(60).db();
  // 2 to the 59th ways lead from the first to the last.
  const Value pattern = form("[:db/id {:left ...} {:right ...}]");
  EXPECT_EQ("query/memory",
            code_of(stele::pull(db, pattern, 1001, {.memory_bytes_max = 20 << 20})));
  EXPECT_EQ("query/timeout", code_of(stele::pull(db, pattern, 1001, {.timeout_ms = 20})));
  const std::atomic<bool> cancel = true;
  EXPECT_EQ("query/canceled", code_of(stele::pull(db, pattern, 1001, {.cancel = &cancel})));
  EXPECT_EQ("query/canceled", code_of(entity(db, 1001, {.cancel = &cancel})));
  EXPECT_EQ("", code_of(stele::pull(db, form("[:db/id {:left 9} {:right 9}]"), 1001)));
}

TEST(PullRun, PathsMayBeLongButNotEndless) {  // P-18
  const Db db = path(12'000).db();
  EXPECT_EQ(9'999, depth_of(stele::pull(db, form("[:name {:next 9999}]"), 1001).value(), "next"));
  const auto deeper = stele::pull(db, form("[:name {:next ...}]"), 1001);
  EXPECT_EQ("pull/depth", code_of(deeper));
  // So deep a value is written and compared like any other.
  const Value deep = stele::pull(db, form("[:name {:next 5000}]"), 1001).value();
  EXPECT_EQ(deep, stele::pull(db, form("[:name {:next 5000}]"), 1001).value());
  EXPECT_GT(edn::write(deep).size(), 5000u);
}

TEST(PullRun, LongPathsStillSeeThatTheyGoInCircles) {  // P-14
  db::TestDatabase made = path(500);
  made.commit("+ 1500 :next 1001\n");
  // Once around, the first a second time, and then only its name.
  const Value map = stele::pull(made.db(), form("[:name {:next ...}]"), 1001).value();
  EXPECT_EQ(501, depth_of(map, "next"));
}

}  // namespace
}  // namespace stele::query
