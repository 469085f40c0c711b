#include "conn/repair.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/try.h"
#include "conn/verify.h"
#include "tree/store_source.h"

namespace stele::conn {

using base::text;

namespace {

constexpr std::size_t kCacheBytes = 64u << 20;

// A head put together from what was salvaged, and the state it describes.
struct Candidate {
  base::Bytes bytes;
  db::StatePtr state;
};

Result<Candidate> read_candidate(base::Bytes bytes, std::shared_ptr<tree::NodeSource> source) {
  STELE_TRY(auto content, format::decode_head(bytes));
  STELE_TRY(auto state, db::open_state(content, std::move(source)));
  return Candidate{std::move(bytes), std::move(state)};
}

// The snapshot, and behind it every transaction that continues its chain.
base::Bytes follow_chain(const format::Snapshot& snapshot, const format::Salvaged& salvaged) {
  std::map<base::Hash, const format::SalvagedTx*> by_parent;
  for (const auto& tx : salvaged.transactions) by_parent.emplace(tx.record->parent, &tx);
  auto bytes = format::encode_snapshot(snapshot);
  auto tip = snapshot.commit_id;
  for (auto next = by_parent.find(tip); next != by_parent.end(); next = by_parent.find(tip)) {
    const auto& record = next->second->bytes;
    bytes.insert(bytes.end(), record.begin(), record.end());
    tip = format::commit_id_of(record, tip);
    by_parent.erase(next);
  }
  return bytes;
}

// Newest first; among equals the one whose snapshot is newer needs less of the tail.
std::vector<Candidate> candidates(const format::Salvaged& salvaged,
                                  const std::shared_ptr<tree::NodeSource>& source) {
  std::vector<Candidate> all;
  for (const auto& snapshot : salvaged.snapshots) {
    auto candidate = read_candidate(follow_chain(snapshot, salvaged), source);
    if (candidate.ok()) all.push_back(std::move(*candidate));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.state->max_tx > b.state->max_tx; });
  return all;
}

RepairReport report_of(const db::State& state) {
  RepairReport report;
  report.max_tx = state.max_tx;
  report.instant = state.instant;
  return report;
}

}  // namespace

Result<RepairReport> repair(std::shared_ptr<Store> store, const std::string& branch,
                            base::Environment& environment) {
  auto source = tree::make_store_source(store, std::make_shared<tree::NodeCache>(kCacheBytes));
  const auto verifies = [&](const Candidate& candidate) {
    tree::Reader reader({.deadline = {}, .cancel = nullptr, .environment = &environment});
    return verify_trees(*candidate.state, reader);
  };

  // From here to the end nobody else changes the head, or repairs it.
  STELE_TRY(auto lock, store->lock_head(branch, Deadline{}));
  std::string damage;
  auto head = store->read_head(branch, HeadVersion{}, 0, Deadline{});
  if (head.ok() && head->version.absent()) {
    return unavailable("db-does-not-exist",
                       text("there is no database in ", store->url(), " (branch '", branch, "')"));
  }
  if (head.ok()) {
    auto whole = read_candidate(head->bytes, source);
    if (whole.ok()) {
      auto report = report_of(*whole->state);
      if (auto nodes = verifies(*whole); !nodes.ok()) {
        report.was_damaged = true;
        report.damage = nodes.error().message();
      }
      return report;
    }
    if (whole.error().category() != ErrorCategory::corrupt) return std::move(whole).error();
    damage = whole.error().message();
  } else if (head.error().category() != ErrorCategory::corrupt) {
    return std::move(head).error();
  } else {
    damage = head.error().message();
  }

  STELE_TRY(auto salvage, store->salvage_head(branch, Deadline{}));
  format::Salvaged salvaged;
  for (const auto& run : salvage.runs) format::salvage_records(run, salvaged);
  for (const auto& candidate : candidates(salvaged, source)) {
    if (auto nodes = verifies(candidate); !nodes.ok()) {
      const auto& error = nodes.error();
      if (error.category() == ErrorCategory::corrupt || error.code() == "store/missing") continue;
      return error;  // what cannot be read now may be good: nothing is replaced because of that
    }
    STELE_DO(store->restore_head(branch, candidate.bytes, Deadline{}));
    auto report = report_of(*candidate.state);
    report.was_damaged = report.restored = true;
    report.damage = damage;
    return report;
  }
  return corrupt("head/lost", text("no state of the head '", branch, "' of ", store->url(),
                                   " verifies: ", damage));
}

}  // namespace stele::conn
