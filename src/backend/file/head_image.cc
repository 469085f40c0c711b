#include "backend/file/head_image.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace stele::backend {
namespace {

// Most refreshes find nothing or one small frame; a first look finds a whole tail.
constexpr std::size_t kFirstWindowBytes = 1024;
constexpr std::size_t kWindowBytes = 64 << 10;

}  // namespace

Result<std::shared_ptr<HeadImage>> HeadImage::open(FileSite& site, const std::string& path) {
  STELE_TRY(std::shared_ptr<File> file,
            site.files.open(path, site.writable ? OpenMode::write : OpenMode::read));
  auto image = std::shared_ptr<HeadImage>(new HeadImage(site, path, std::move(file)));
  STELE_TRY(image->identity_, image->file_->stat());

  base::Bytes bytes(kHeadHeaderBytes);
  STELE_TRY(const std::size_t header_read, image->file_->read_at(bytes, 0));
  auto header = decode_head_header(base::ByteView(bytes).first(header_read));
  if (!header.ok()) return image->located(header.error());
  image->header_ = *header;

  // Before memory is asked for: a header from outside may claim any length.
  if (header->body_bytes > image->identity_.bytes)
    return image->located(corrupt("store/corrupt", base::text("The file ends inside its body of ",
                                                              header->body_bytes, " bytes")));
  const std::uint64_t body_end = header->body_end();
  bytes.resize(body_end - kHeadHeaderBytes);
  STELE_TRY(const std::size_t body_read, image->file_->read_at(bytes, kHeadHeaderBytes));
  auto body = check_head_body(*header, base::ByteView(bytes).first(body_read));
  if (!body.ok()) return image->located(body.error());
  image->marks_ = {{header->body_bytes, body_end, header->chain}};
  image->seen_ = body_end;
  return image;
}

Result<std::shared_ptr<HeadImage>> HeadImage::write(FileSite& site, std::uint64_t generation,
                                                    base::ByteView body) {
  const base::Bytes bytes = encode_head(generation, body);
  STELE_TRY(FileSite::TemporaryFile temporary, site.write_temporary(bytes));
  auto image = std::shared_ptr<HeadImage>(
      new HeadImage(site, std::move(temporary.path), std::move(temporary.file)));
  STELE_TRY(image->identity_, image->file_->stat());
  STELE_TRY(image->header_, decode_head_header(bytes));
  image->marks_ = {{body.size(), bytes.size(), image->header_.chain}};
  image->seen_ = image->flushed_ = bytes.size();
  image->end_is_clean_ = true;
  return image;
}

Result<FrameScan::State> HeadImage::find_frames() {
  using State = FrameScan::State;
  base::Bytes window(marks_.size() == 1 ? kWindowBytes : kFirstWindowBytes);
  for (;;) {
    HeadMark at = end();
    STELE_TRY(const std::size_t read, file_->read_at(window, at.physical));
    base::ByteView rest = base::ByteView(window).first(read);
    FrameScan scan = scan_frame(rest, read < window.size(), at);
    while (scan.state == State::whole) {
      rest = rest.subspan(scan.after.physical - at.physical);
      at = scan.after;
      marks_.push_back(at);
      scan = scan_frame(rest, read < window.size(), at);
    }
    seen_ = at.physical;
    if (scan.state == State::torn) end_is_clean_ = false;
    if (scan.state != State::more) return scan.state;
    window.resize(std::max<std::size_t>(kWindowBytes, scan.bytes_wanted));
  }
}

Error HeadImage::corrupt_end() const {
  const std::uint64_t byte = end().physical;
  return located(corrupt("store/corrupt", base::text("The record at byte ", byte, " is damaged"))
                     .with("byte", Value(byte)));
}

Error HeadImage::located(const Error& error) const {
  return error.with("path", Value(path_)).because(base::text("The file is ", path_, '.'));
}

std::optional<HeadMark> HeadImage::find_mark(std::uint64_t logical) const {
  auto found = std::ranges::lower_bound(marks_, logical, {}, &HeadMark::logical);
  if (found == marks_.end() || found->logical != logical) return {};
  return *found;
}

HeadMark HeadImage::mark_of(const HeadVersion& older, std::uint64_t known_bytes) const {
  std::uint64_t generation = 0;
  HeadMark its_end;
  if (!parse_version(older, generation, its_end) || generation != header_.generation)
    return begin();
  const std::optional<HeadMark> here = find_mark(its_end.logical);
  if (!here || here->chain != its_end.chain || known_bytes > here->logical) return begin();
  return find_mark(known_bytes).value_or(begin());
}

Result<base::Bytes> HeadImage::content(const HeadMark& from, const HeadMark& to) const {
  base::Bytes raw(to.physical - from.physical);
  STELE_TRY(const std::size_t read, file_->read_at(raw, from.physical));
  base::ByteView rest = base::ByteView(raw).first(read);
  base::Bytes out;
  out.reserve(to.logical - from.logical);
  HeadMark at = from;
  if (from.physical == kHeadHeaderBytes) {
    const std::size_t body = std::min<std::size_t>(rest.size(), header_.body_end() - from.physical);
    if (auto done = check_head_body(header_, rest.first(body)); !done.ok())
      return located(done.error());
    out.insert(out.end(), rest.begin(),
               rest.begin() + static_cast<std::ptrdiff_t>(header_.body_bytes));
    rest = rest.subspan(body);
    at = {header_.body_bytes, header_.body_end(), header_.chain};
  }
  while (at.physical < to.physical) {
    const FrameScan scan = scan_frame(rest, true, at);
    // It was whole before: now the disk, or somebody without our lock, has changed it.
    if (scan.state != FrameScan::State::whole)
      return located(
          corrupt("store/corrupt", base::text("The record at byte ", at.physical, " has changed"))
              .with("byte", Value(at.physical)));
    out.insert(out.end(), scan.payload.begin(), scan.payload.end());
    rest = rest.subspan(scan.after.physical - at.physical);
    at = scan.after;
  }
  return out;
}

Result<bool> HeadImage::append(base::ByteView more) {
  if (frame_bytes(more.size()) == 0) return false;
  HeadMark after;
  const base::Bytes frame = encode_frame(more, end(), after);
  if (!can_be_told_from_torn(frame, end().physical)) return false;
  if (!end_is_clean_) STELE_DO(clean_end());
  STELE_DO(make_room(after.physical));
  if (auto done = file_->write_at(frame, end().physical); !done.ok()) {
    end_is_clean_ = false;
    auto cleaned = write_zeros(end().physical, after.physical);
    if (cleaned.ok()) cleaned = flush();
    if (!cleaned.ok()) in_doubt_ = true;
    return done.error();
  }
  identity_.bytes = std::max(identity_.bytes, after.physical);
  marks_.push_back(after);
  seen_ = after.physical;
  return true;
}

// Makes everything behind the last whole frame zeros, as frames to come rely on. What lies there
// now is torn: no one was told that it was written.
Done HeadImage::clean_end() {
  base::Bytes window(kWindowBytes);
  bool clean = true;
  for (std::uint64_t at = end().physical; clean && at < identity_.bytes; at += window.size()) {
    STELE_TRY(const std::size_t read, file_->read_at(window, at));
    clean = std::all_of(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(read),
                        [](std::uint8_t b) { return b == 0; });
  }
  if (!clean) {
    STELE_DO(write_zeros(end().physical, identity_.bytes));
    // Before anything else is written, or a power cut could mix the old bytes with the new.
    STELE_DO(flush());
  }
  end_is_clean_ = true;
  return {};
}

// Zeros written and flushed ahead let later flushes do without the file's length and its blocks.
Done HeadImage::make_room(std::uint64_t until) {
  if (until <= identity_.bytes || site_.chunk_bytes == 0) return {};
  const std::uint64_t size = (until / site_.chunk_bytes + 1) * site_.chunk_bytes;
  STELE_DO(write_zeros(identity_.bytes, size));
  STELE_DO(flush());
  identity_.bytes = size;
  return {};
}

Done HeadImage::write_zeros(std::uint64_t from, std::uint64_t until) {
  return file_->write_at(base::Bytes(until - from), from);
}

Done HeadImage::flush() {
  auto done = site_.flush_file(*file_);
  if (!done.ok()) in_doubt_ = true;
  return done;
}

Done HeadImage::make_durable(std::uint64_t until) {
  if (!site_.flush) return {};
  base::Lock lock(flush_mutex_);
  if (flushed_ < until) {
    // Once a flush has failed, the next may succeed without having written what the first did not.
    if (in_doubt_)
      return unavailable("store/io", base::text("A flush of ", path_, " has failed before."));
    const std::uint64_t seen = seen_;
    STELE_DO(flush());
    flushed_ = std::max(flushed_, seen);
  }
  if (!name_is_durable_) STELE_DO(site_.flush_directory(site_.heads_directory()));
  name_is_durable_ = true;
  return {};
}

void HeadImage::set_durable_name() {
  base::Lock lock(flush_mutex_);
  name_is_durable_ = true;
}

}  // namespace stele::backend
