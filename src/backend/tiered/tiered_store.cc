#include "backend/tiered/tiered_store.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {
namespace {

// Missing neighbours are read from the back as one range up to here; larger ones in parallel.
constexpr std::uint64_t kRunBlocksMax = 16;
// A range that is longer is read to the object's end: nobody names the length of a whole object.
constexpr std::uint64_t kRangeBytesMax = 64 << 20;

using BlockKey = std::pair<std::string, std::uint64_t>;  // key, number

// The blocks of one request.
struct Span {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool to_end = false;

  explicit Span(ByteRange range) : first(range.offset / kBlockBytes) {
    to_end = range.length > kRangeBytesMax || range.offset > UINT64_MAX - range.length;
    const std::uint64_t length = std::max<std::uint64_t>(range.length, 1);
    last = to_end ? first : (range.offset + length - 1) / kBlockBytes;
  }
};

// Part of an object that is at hand from some block on.
base::ByteView block_of(base::ByteView bytes, std::uint64_t number) {
  const std::uint64_t begin = number * kBlockBytes;
  return bytes.subspan(begin, std::min<std::uint64_t>(kBlockBytes, bytes.size() - begin));
}

// Blocks that are read from the back together.
struct Run {
  BlockKey first;
  std::uint64_t blocks = 1;      // 0: all there are
  std::vector<BlockKey> wanted;  // of these, what was asked for
};

// What one read_many knows and still needs.
struct Job {
  std::map<BlockKey, Store::Bytes> blocks;
  std::map<BlockKey, bool> wanted;  // missing; true: from here to the end of the object
  std::map<BlockKey, Error> errors;

  const Store::Bytes* find(const BlockKey& key) const {
    const auto found = blocks.find(key);
    return found == blocks.end() ? nullptr : &found->second;
  }
};

// The missing blocks, neighbours joined.
std::vector<Run> runs_of(const Job& job) {
  std::vector<Run> runs;
  for (const auto& [key, to_end] : job.wanted) {
    Run* last = runs.empty() || runs.back().first.first != key.first ? nullptr : &runs.back();
    if (last && !to_end && last->blocks != 0 && last->blocks < kRunBlocksMax &&
        last->first.second + last->blocks == key.second) {
      ++last->blocks;
    } else if (!last || last->blocks != 0) {
      runs.push_back({key, to_end ? 0u : 1u, {}});
    }
    runs.back().wanted.push_back(key);
  }
  return runs;
}

class TieredStore final : public Store {
 public:
  TieredStore(std::shared_ptr<BlockCache> front, std::shared_ptr<Store> back,
              base::Environment& environment)
      : front_(std::move(front)), back_(std::move(back)), environment_(environment) {
    const std::uint64_t name = base::xxh3(base::view(back_->url()));
    space_ = base::to_hex({reinterpret_cast<const std::uint8_t*>(&name), sizeof name});
  }

  std::string url() const override {
    return base::text("tiered:", front_->folder(), ',', back_->url());
  }
  StoreTraits traits() const override { return back_->traits(); }

  Result<Bytes> read(const std::string& key, ByteRange range, Deadline deadline) override {
    const ReadRequest request{key, range};
    return std::move(read_many({&request, 1}, deadline)[0]);
  }
  std::vector<Result<Bytes>> read_many(std::span<const ReadRequest> requests,
                                       Deadline deadline) override;
  Done write_once(const std::string& key, ByteView bytes, Deadline deadline) override;
  Done remove(std::span<const std::string> keys, Deadline deadline) override;
  Done destroy(Deadline deadline) override;

  // What goes to the back as it is.
  Result<ObjectPage> list(const std::string& prefix, const std::string& from,
                          Deadline deadline) override {
    return back_->list(prefix, from, deadline);
  }
  Result<HeadRead> read_head(const std::string& name, const HeadVersion& unless,
                             std::uint64_t known_bytes, Deadline deadline) override {
    return back_->read_head(name, unless, known_bytes, deadline);
  }
  HeadWrite swap_head(const std::string& name, const HeadVersion& expected, ByteView bytes,
                      Deadline deadline) override {
    return back_->swap_head(name, expected, bytes, deadline);
  }
  HeadWrite append_head(const std::string& name, const HeadVersion& expected, ByteView known,
                        ByteView more, Deadline deadline) override {
    return back_->append_head(name, expected, known, more, deadline);
  }
  Result<std::vector<std::string>> head_names(Deadline deadline) override {
    return back_->head_names(deadline);
  }
  Result<std::unique_ptr<HeadLock>> lock_head(const std::string& name, Deadline deadline) override {
    return back_->lock_head(name, deadline);
  }
  Result<Salvage> salvage_head(const std::string& name, Deadline deadline) override {
    return back_->salvage_head(name, deadline);
  }
  Done restore_head(const std::string& name, ByteView bytes, Deadline deadline) override {
    return back_->restore_head(name, bytes, deadline);
  }

 private:
  Done admit(const std::string& key, Deadline deadline) const {
    STELE_DO(check_key(key));
    return store::check_deadline(url(), base::text("reading ", key), deadline, environment_);
  }
  BlockName name_of(const BlockKey& key) const {
    return {space_, base::sha256(base::view(key.first)), key.second};
  }
  void look_up(const ReadRequest& request, Job& job);
  void fetch(Job& job, Deadline deadline);
  void keep(Job& job, const Run& run, ByteView bytes);
  Result<Bytes> answer(const Job& job, const ReadRequest& request) const;

  const std::shared_ptr<BlockCache> front_;
  const std::shared_ptr<Store> back_;
  base::Environment& environment_;
  std::string space_;
};

std::vector<Result<Store::Bytes>> TieredStore::read_many(std::span<const ReadRequest> requests,
                                                         Deadline deadline) {
  Job job;
  std::vector<Done> admitted;
  for (const ReadRequest& request : requests) {
    admitted.push_back(admit(request.key, deadline));
    if (admitted.back().ok()) look_up(request, job);
  }
  if (!job.wanted.empty()) fetch(job, deadline);
  std::vector<Result<Bytes>> answers;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (admitted[i].ok()) {
      answers.push_back(answer(job, requests[i]));
    } else {
      answers.emplace_back(admitted[i].error());
    }
  }
  return answers;
}

// Takes a request's blocks from the cache, and notes those that are not there.
void TieredStore::look_up(const ReadRequest& request, Job& job) {
  const Span span(request.range);
  for (std::uint64_t number = span.first; span.to_end || number <= span.last; ++number) {
    const BlockKey key(request.key, number);
    const Bytes* known = job.find(key);
    if (!known) {
      if (auto found = front_->find(name_of(key)))
        known = &job.blocks.emplace(key, std::move(*found)).first->second;
    }
    if (!known) {
      job.wanted[key] |= span.to_end;
      if (span.to_end) return;
    } else if (known->size() < kBlockBytes) {
      return;  // the object ends here
    }
  }
}

void TieredStore::fetch(Job& job, Deadline deadline) {
  const std::vector<Run> runs = runs_of(job);
  std::vector<ReadRequest> requests;
  for (const auto& [first, blocks, wanted] : runs) {
    const std::uint64_t length = blocks == 0 ? ByteRange::kToEnd : blocks * kBlockBytes;
    requests.push_back({first.first, {first.second * kBlockBytes, length}});
  }
  const auto answers = back_->read_many(requests, deadline);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (answers[i].ok()) {
      keep(job, runs[i], *answers[i]);
      continue;
    }
    for (const BlockKey& key : runs[i].wanted) job.errors.emplace(key, answers[i].error());
  }
}

// Cuts what was read into blocks, up to the first that is short.
void TieredStore::keep(Job& job, const Run& run, ByteView bytes) {
  for (std::uint64_t i = 0; run.blocks == 0 || i < run.blocks; ++i) {
    const BlockKey key(run.first.first, run.first.second + i);
    const ByteView part = block_of(bytes, i);
    job.blocks[key] = Bytes(part.begin(), part.end());
    front_->put(name_of(key), part);
    if (part.size() < kBlockBytes) return;
  }
}

// A request's bytes from its blocks. A block that nothing is known of lies behind a short one, and
// so behind the object's end.
Result<Store::Bytes> TieredStore::answer(const Job& job, const ReadRequest& request) const {
  const Span span(request.range);
  const auto [offset, length] = request.range;
  const std::uint64_t end = length > UINT64_MAX - offset ? UINT64_MAX : offset + length;
  Bytes out;
  for (std::uint64_t number = span.first; span.to_end || number <= span.last; ++number) {
    const BlockKey key(request.key, number);
    if (const auto error = job.errors.find(key); error != job.errors.end()) return error->second;
    const Bytes* block = job.find(key);
    const std::uint64_t begin = number * kBlockBytes;
    if (!block || begin >= end) break;
    const std::uint64_t from =
        std::min<std::uint64_t>(offset > begin ? offset - begin : 0, block->size());
    const std::uint64_t to = std::min<std::uint64_t>(end - begin, block->size());
    if (from < to)
      out.insert(out.end(), block->begin() + static_cast<std::ptrdiff_t>(from),
                 block->begin() + static_cast<std::ptrdiff_t>(to));
    if (block->size() < kBlockBytes) break;
  }
  return out;
}

Done TieredStore::write_once(const std::string& key, ByteView bytes, Deadline deadline) {
  STELE_DO(back_->write_once(key, bytes, deadline));
  for (std::uint64_t number = 0; number <= bytes.size() / kBlockBytes; ++number)
    front_->put_new(name_of({key, number}), block_of(bytes, number));
  return {};
}

Done TieredStore::remove(std::span<const std::string> keys, Deadline deadline) {
  STELE_DO(back_->remove(keys, deadline));
  for (const std::string& key : keys) front_->forget(space_, base::sha256(base::view(key)));
  return {};
}

Done TieredStore::destroy(Deadline deadline) {
  STELE_DO(back_->destroy(deadline));
  front_->forget_all(space_);
  return {};
}

}  // namespace

std::shared_ptr<Store> make_tiered_store(std::shared_ptr<BlockCache> front,
                                         std::shared_ptr<Store> back,
                                         base::Environment& environment) {
  return std::make_shared<TieredStore>(std::move(front), std::move(back), environment);
}

}  // namespace stele::backend
