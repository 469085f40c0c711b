#include "backend/file/head_salvage.h"

#include <algorithm>

#include "backend/file/head_format.h"
#include "base/text.h"

namespace stele::backend {
namespace {

constexpr std::size_t kChainInHeaderAt = 56;
constexpr std::size_t kChainInFrameAt = 8;

void say(Store::Salvage& out, std::string_view what, std::uint64_t byte) {
  if (!out.damage.empty()) out.damage += ' ';
  out.damage += base::text("The ", what, " at byte ", byte, " is damaged.");
}

// The first whole frame behind `at.physical`, for the chain that `at` has; the end of the file if
// there is none. Only a frame's header is looked at until one fits.
HeadMark find_frame(base::ByteView file, HeadMark at) {
  const auto whole = [&] {
    return scan_frame(file.subspan(at.physical), true, at).state == FrameScan::State::whole;
  };
  while (at.physical < file.size() && !whole())
    at.physical = std::min<std::uint64_t>(at.physical + kFrameAlignment, file.size());
  return at;
}

// Adds the frames from `at` on to the last run, and to new ones behind damage.
void salvage_frames(base::ByteView file, HeadMark at, Store::Salvage& out) {
  bool gap = out.runs.empty();
  while (at.physical < file.size()) {
    const FrameScan scan = scan_frame(file.subspan(at.physical), true, at);
    if (scan.state == FrameScan::State::whole) {
      if (gap) out.runs.emplace_back();
      gap = false;
      out.runs.back().insert(out.runs.back().end(), scan.payload.begin(), scan.payload.end());
      at = scan.after;
      continue;
    }
    if (scan.state != FrameScan::State::corrupt) return;  // the end, or torn
    say(out, "record", at.physical);
    // The damaged frame's checksum leads on to the next, wherever that begins.
    gap = true;
    at.chain = base::load<std::uint64_t>(file.data() + at.physical + kChainInFrameAt);
    at.physical += kFrameAlignment;
    at = find_frame(file, at);
  }
}

}  // namespace

void salvage_head_file(base::ByteView file, Store::Salvage& out) {
  if (file.size() < kHeadHeaderBytes) return say(out, "header", 0);
  const base::ByteView rest = file.subspan(kHeadHeaderBytes);
  auto header = decode_head_header(file);
  const bool fits = header.ok() && header->body_bytes <= rest.size();
  // With a damaged header nobody knows where the body ends; who reads it stops at its last record.
  const base::ByteView body = fits ? rest.first(header->body_bytes) : rest;
  out.runs.emplace_back(body.begin(), body.end());
  if (!fits) {
    say(out, "header", 0);
    const auto chain = base::load<std::uint64_t>(file.data() + kChainInHeaderAt);
    const HeadMark first = find_frame(file, {0, kHeadHeaderBytes, chain});
    if (first.physical == file.size()) return;
    out.runs.back().resize(first.physical - kHeadHeaderBytes);
    out.runs.emplace_back();
    return salvage_frames(file, first, out);
  }
  const std::uint64_t body_end = std::min<std::uint64_t>(header->body_end(), file.size());
  if (!check_head_body(*header, rest.first(body_end - kHeadHeaderBytes)).ok()) {
    say(out, "body", kHeadHeaderBytes);
    out.runs.emplace_back();  // what follows does not continue a body that is cut short
  }
  salvage_frames(file, {header->body_bytes, body_end, header->chain}, out);
}

}  // namespace stele::backend
