#include "tree/store_source.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "base/try.h"
#include "format/pack.h"

namespace stele::tree {
namespace {

// Reading what lies between two nodes is cheaper than a request of its own up to about here: 16 KiB
// are 0.2 ms at 80 MB/s, less than any network's round trip.
constexpr std::uint64_t kGapBytesMax = 16 << 10;
// Larger ranges are better read in parallel.
constexpr std::uint64_t kRangeBytesMax = 1 << 20;

// A node that has moved to another pack is another to the cache: a branch says where its children
// lie, and where they lay before may soon be nothing.
Hash cache_key(const NodeRef& ref) {
  Hash key = ref.hash;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] ^= ref.place.pack.bytes[i];
  return key;
}

// A store that wants so much in flight lies behind a network.
constexpr int kParallelReadsFar = 16;

// One range of a pack, and the wanted nodes that lie in it.
struct Range {
  Hash pack;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<std::size_t> wanted;

  bool takes(const Place& place) const {
    const std::uint64_t place_end = place.offset + place.length;
    return pack == place.pack && place.offset <= end + kGapBytesMax &&
           std::max(end, place_end) - begin <= kRangeBytesMax;
  }
};

class StoreSource final : public NodeSource {
 public:
  StoreSource(std::shared_ptr<Store> store, std::shared_ptr<NodeCache> cache,
              ExplainMissing explain_missing)
      : store_(std::move(store)),
        cache_(std::move(cache)),
        explain_missing_(std::move(explain_missing)),
        is_far_(store_->traits().parallel_reads >= kParallelReadsFar) {}

  NodeCache& cache() override { return *cache_; }
  NodePtr at_hand(const NodeRef& ref) override { return cache_->find(cache_key(ref)); }
  bool is_far() const override { return is_far_; }
  Fetched fetch(std::span<const NodeRef> refs, std::span<NodePtr> nodes,
                Deadline deadline) override;

 private:
  struct Job;
  std::vector<Range> ranges_of(const Job& job) const;
  void read(Job& job, std::span<const Range> ranges);
  void take(Job& job, const Range& range, const base::Bytes& bytes);
  void look_up(Job& job);
  Result<NodePtr> find_in_pack(Job& job, const NodeRef& ref);
  Result<const base::Bytes*> read_pack(Job& job, const Hash& pack);
  Error located(const Error& error, const Place& place) const;

  std::shared_ptr<Store> store_;
  std::shared_ptr<NodeCache> cache_;
  const ExplainMissing explain_missing_;
  const bool is_far_;
};

// One fetch under way.
struct StoreSource::Job {
  std::vector<NodeRef> wanted;  // each hash once
  std::vector<NodePtr> found;
  // Nodes that are not where their hint says, and what was found there instead.
  std::vector<std::pair<std::size_t, Error>> astray;
  std::map<Hash, base::Bytes> packs;  // read as a whole for those
  Deadline deadline;
  Fetched result;

  void fail(const Error& error) {
    if (result.status.ok()) result.status = error;
  }
};

NodeSource::Fetched StoreSource::fetch(std::span<const NodeRef> refs, std::span<NodePtr> nodes,
                                       Deadline deadline) {
  Job job;
  job.deadline = deadline;
  std::unordered_map<Hash, std::size_t, base::HashOfHash> positions;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    nodes[i] = at_hand(refs[i]);
    if (nodes[i]) continue;
    if (positions.emplace(refs[i].hash, job.wanted.size()).second) job.wanted.push_back(refs[i]);
  }
  if (job.wanted.empty()) return {};
  job.found.resize(job.wanted.size());
  read(job, ranges_of(job));
  look_up(job);
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (!nodes[i]) nodes[i] = job.found[positions[refs[i].hash]];
  }
  return std::move(job.result);
}

// The wanted places in the order of packs and offsets, near neighbours joined.
std::vector<Range> StoreSource::ranges_of(const Job& job) const {
  std::vector<std::size_t> order(job.wanted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    const Place &a = job.wanted[x].place, &b = job.wanted[y].place;
    return a.pack != b.pack ? a.pack < b.pack : a.offset < b.offset;
  });
  std::vector<Range> ranges;
  for (const std::size_t i : order) {
    const Place& place = job.wanted[i].place;
    if (ranges.empty() || !ranges.back().takes(place)) {
      ranges.push_back({place.pack, place.offset, place.offset, {}});
    }
    ranges.back().end = std::max(ranges.back().end, place.offset + place.length);
    ranges.back().wanted.push_back(i);
  }
  return ranges;
}

void StoreSource::read(Job& job, std::span<const Range> ranges) {
  std::vector<ReadRequest> requests;
  requests.reserve(ranges.size());
  for (const Range& range : ranges) {
    requests.push_back({format::pack_key(range.pack), {range.begin, range.end - range.begin}});
  }
  job.result.waited = true;
  job.result.requests += requests.size();
  const auto answers = store_->read_many(requests, job.deadline);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (answers[i].ok()) {
      job.result.bytes += answers[i]->size();
      take(job, ranges[i], *answers[i]);
    } else {
      const auto& error = answers[i].error();
      const bool explains = explain_missing_ && error.code() == "store/missing";
      job.fail(located(explains ? explain_missing_(ranges[i].pack, error) : error,
                       job.wanted[ranges[i].wanted.front()].place));
    }
  }
}

// Decodes the nodes of a range that was read. A range cut short by the pack's end gives frames cut
// short, which do not decode.
void StoreSource::take(Job& job, const Range& range, const base::Bytes& bytes) {
  for (const std::size_t i : range.wanted) {
    const NodeRef& ref = job.wanted[i];
    const std::uint64_t begin =
        std::min<std::uint64_t>(ref.place.offset - range.begin, bytes.size());
    const std::uint64_t end = std::min<std::uint64_t>(begin + ref.place.length, bytes.size());
    base::Bytes frame(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                      bytes.begin() + static_cast<std::ptrdiff_t>(end));
    auto node = format::decode_node(std::move(frame), ref.hash, ref.place);
    if (node.ok()) {
      job.found[i] = cache_->insert(cache_key(ref), std::move(*node));
    } else {
      job.astray.emplace_back(i, node.error());
    }
  }
}

void StoreSource::look_up(Job& job) {
  for (const auto& [i, error] : job.astray) {
    auto node = find_in_pack(job, job.wanted[i]);
    if (node.ok()) {
      job.found[i] = cache_->insert(cache_key(job.wanted[i]), std::move(*node));
    } else {
      // What was wrong at the place itself says more than what the directory does not know.
      job.fail(located(error, job.wanted[i].place));
    }
  }
}

Result<NodePtr> StoreSource::find_in_pack(Job& job, const NodeRef& ref) {
  STELE_TRY(const base::Bytes* pack, read_pack(job, ref.place.pack));
  STELE_TRY(auto directory, format::read_pack_directory(*pack));
  const auto entry =
      std::lower_bound(directory.begin(), directory.end(), ref.hash,
                       [](const format::PackEntry& x, const Hash& hash) { return x.hash < hash; });
  if (entry == directory.end() || entry->hash != ref.hash) {
    return corrupt("node/hash", "the pack's directory does not name the node");
  }
  const auto begin = pack->begin() + static_cast<std::ptrdiff_t>(entry->offset);
  base::Bytes frame(begin, begin + static_cast<std::ptrdiff_t>(entry->length));
  return format::decode_node(std::move(frame), ref.hash,
                             {ref.place.pack, entry->offset, entry->length});
}

Result<const base::Bytes*> StoreSource::read_pack(Job& job, const Hash& pack) {
  const auto known = job.packs.find(pack);
  if (known != job.packs.end()) return &known->second;
  ++job.result.requests;
  STELE_TRY(auto bytes, store_->read(format::pack_key(pack), {}, job.deadline));
  job.result.bytes += bytes.size();
  return &job.packs.emplace(pack, std::move(bytes)).first->second;
}

Error StoreSource::located(const Error& error, const Place& place) const {
  const std::string key = format::pack_key(place.pack);
  return error
      .because(base::text("A node was read from ", key, " at byte ", place.offset, " of ",
                          store_->url(), "."))
      .with("store", Value(store_->url()))
      .with("pack", Value(place.pack.hex()))
      .with("offset", Value(place.offset));
}

}  // namespace

std::shared_ptr<NodeSource> make_store_source(std::shared_ptr<Store> store,
                                              std::shared_ptr<NodeCache> cache,
                                              ExplainMissing explain_missing) {
  return std::make_shared<StoreSource>(std::move(store), std::move(cache),
                                       std::move(explain_missing));
}

}  // namespace stele::tree
