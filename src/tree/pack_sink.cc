#include "base/try.h"
#include "tree/merge.h"

namespace stele::tree {

PackSink::PackSink(base::Environment& environment, Write write, std::size_t pack_bytes_max)
    : environment_(environment), write_(std::move(write)), pack_bytes_max_(pack_bytes_max) {}

// A pack is closed behind the frame that fills it and not before the next: hints that say "this
// pack" are made before the frame that holds them is added, and must not find another one open.
Result<format::Place> PackSink::add(const format::Frame& frame) {
  const auto known = places_.find(frame.hash);
  if (known != places_.end()) return known->second;
  if (!open_) {
    std::array<std::uint8_t, 16> nonce;
    environment_.fill_random(nonce);
    open_ = std::make_unique<format::PackWriter>(nonce);
  }
  const format::Place place = open_->add(frame);
  places_.emplace(frame.hash, place);
  in_open_.push_back(frame.hash);
  ++statistics_.nodes;
  if (open_->bytes() >= pack_bytes_max_) {
    STELE_DO(finish());
    return places_[frame.hash];
  }
  return place;
}

Done PackSink::finish() {
  if (!open_) return {};
  auto finished = open_->finish();
  open_.reset();
  for (const base::Hash& hash : in_open_) places_[hash].pack = finished.name;
  in_open_.clear();
  ++statistics_.packs;
  statistics_.bytes += finished.bytes.size();
  return write_(finished.name, std::move(finished.bytes));
}

format::Place PackSink::resolve(const base::Hash& hash, const format::Place& place) const {
  const auto known = places_.find(hash);
  return known == places_.end() ? place : known->second;
}

}  // namespace stele::tree
