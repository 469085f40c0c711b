// Terms. The *head* is a name in heads/. An *image* is a file that has or had this name. The
// *gate* is the exclusive right to change the head; it stands on the lock of heads/NAME.lock.
//
// Invariants.
//   1. Only who is inside the gate writes to an image, or gives another image the name. Readers
//      need no gate.
//   2. An image is complete and durable up to the end of its body before it gets the name, and the
//      name's directory is flushed before the gate opens. Its generation is one more than that of
//      the image it follows. That one stays, as tmp/NAME.before, for repair.
//   3. An image is opened by its name *after* entering the gate (or found to be the one that has
//      the name still). So nobody appends to an image that was replaced.
//   4. Whole frames are never changed. Bytes behind the last whole frame belong to nobody: readers
//      ignore them, and the next writer makes them zeros, flushed, before it writes there.
//   5. A frame is written by one write behind the last whole frame, into zeros.
//   6. A write is acknowledged after a flush that began after it. The flush comes after leaving
//      the gate: a later frame's flush covers all earlier frames, so what is acknowledged is
//      always a prefix of what is durable. This doubles the rate of several processes.
//   7. Nothing is answered or followed that was not flushed: a reader that finds frames, or an
//      image, that it does not know to be durable flushes them first. Only the holder of the
//      head's lock reads on without: what it writes next is not acknowledged before all is flushed.
//   8. After a failed flush the pages may look written and not be. So the image is in doubt: the
//      marker tmp/NAME.doubt tells everybody who opens it, and before anything of it is answered
//      it is written again as a new image. The marker needs no flush: after a power cut what can
//      be read is what is on the disk.
//   9. What a reader outside the gate takes for corrupt may be a frame that is being written. It
//      is reported only if it still looks so from inside the gate.
#include "backend/file/head_file.h"

#include "backend/file/head_salvage.h"
#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

using store::conflict;
using store::failed;
using store::unknown;
using store::written;

namespace {
// No frame is under way for longer.
constexpr std::int64_t kWriteLastsUs = 100'000;
}  // namespace

HeadFile::HeadFile(FileSite& site, const std::string& name)
    : site_(site),
      path_(base::text(site.heads_directory(), '/', name)),
      lock_path_(path_ + ".lock"),
      doubt_path_(base::text(site.temporary_directory(), '/', name, ".doubt")),
      before_path_(base::text(site.temporary_directory(), '/', name, ".before")),
      damaged_path_(base::text(site.temporary_directory(), '/', name, ".damaged")),
      gate_(site.files, site.environment, lock_path_, site.writable, site.lock_wait_ms) {}

Result<bool> HeadFile::refresh(Locked locked) {
  STELE_TRY(const std::optional<FileStat> there, site_.files.stat(path_));
  if (!there) {
    image_.reset();
    return true;
  }
  if (!image_ || !image_->identity().same_file(*there)) {
    image_.reset();
    return open_image(locked);
  }
  image_->set_identity(*there);
  STELE_TRY(const FrameScan::State end, image_->find_frames());
  if (end != FrameScan::State::corrupt) return true;
  if (locked == Locked::no) return false;
  return image_->corrupt_end();
}

Result<bool> HeadFile::open_image(Locked locked) {
  auto opened = HeadImage::open(site_, path_);
  if (!opened.ok()) {
    if (opened.error().code() == "store/missing") return true;  // removed since refresh() looked
    return opened.error();
  }
  STELE_TRY(const FrameScan::State end, (*opened)->find_frames());
  STELE_TRY(const std::optional<FileStat> marker, site_.files.stat(doubt_path_));
  const bool doubtful = in_doubt_ || marker;
  if (locked == Locked::no && (doubtful || end == FrameScan::State::corrupt)) return false;
  if (end == FrameScan::State::corrupt) return (*opened)->corrupt_end();
  image_ = std::move(*opened);
  return doubtful ? mend() : true;
}

// Writes what can be read of a doubtful image to a new one. See invariant 8.
Result<bool> HeadFile::mend() {
  if (!site_.writable) {
    image_.reset();
    return unavailable("store/doubt",
                       base::text("A flush of ", path_,
                                  " has failed, so its newest records may not be durable. They are "
                                  "answered once somebody who may write has opened it."));
  }
  STELE_TRY(const base::Bytes content, image_->content(image_->begin(), image_->end()));
  const HeadWrite write = replace(content);
  if (write.outcome != HeadWrite::Outcome::written) {
    image_.reset();
    return *write.error;
  }
  in_doubt_ = false;
  (void)site_.files.remove(doubt_path_);  // if it stays, the head is written again for nothing
  return true;
}

void HeadFile::poison() {
  site_.poisoned = true;
  in_doubt_ = true;
  image_.reset();
  (void)site_.files.open(doubt_path_, OpenMode::write_or_create);
}

Done HeadFile::refresh_for_reading(base::Lock& lock, Deadline deadline) {
  STELE_TRY(const bool fresh, refresh(Locked::no));
  if (fresh) return {};
  lock.unlock();
  auto pass = gate_.enter(deadline);
  // Who may read but not lock waits for a moment instead, and then believes what it sees.
  const bool may_not_lock = !pass.ok() && !site_.writable && pass.error().code() == "store/denied";
  if (may_not_lock) site_.files.pause_us(kWriteLastsUs);
  lock.lock();
  if (!pass.ok() && !may_not_lock) return pass.error();
  auto refreshed = refresh(Locked::yes);
  return refreshed.ok() ? Done() : Done(refreshed.error());
}

Result<HeadRead> HeadFile::read(const HeadVersion& unless, std::uint64_t known_bytes,
                                Deadline deadline) {
  base::Lock lock(mutex_);
  STELE_DO(refresh_for_reading(lock, deadline));
  HeadRead answer;
  if (!image_) return answer;
  const ImagePtr image = image_;
  const HeadMark end = image->end();
  const HeadMark from = image->mark_of(unless, known_bytes);
  answer.version = image->version();
  lock.unlock();

  // The holder of the lock is about to write behind what it reads: one flush will do for both.
  auto durable = gate_.is_held_by_this_thread() ? Done() : image->make_durable(end.physical);
  if (!durable.ok()) {
    lock.lock();
    poison();
    return durable.error();
  }
  if (answer.version == unless) return HeadRead{.unchanged = true};
  STELE_TRY(answer.bytes, image->content(from, end));
  answer.offset = from.logical;
  return answer;
}

HeadWrite HeadFile::append(const HeadVersion& expected, base::ByteView more, Deadline deadline) {
  if (auto done = site_.check_writable(); !done.ok()) return failed(done.error());
  auto pass = gate_.enter(deadline);
  if (!pass.ok()) return failed(pass.error());
  base::Lock lock(mutex_);
  auto fresh = refresh(Locked::yes);
  if (!fresh.ok()) return failed(fresh.error());
  if (!image_ || version() != expected) return conflict();

  const ImagePtr image = image_;
  auto appended = image->append(more);
  if (!appended.ok()) {
    if (image->is_in_doubt()) poison();
    return failed(appended.error());
  }
  if (!*appended) return append_as_body(more);
  const HeadVersion version = image->version();
  const std::uint64_t end = image->end().physical;
  lock.unlock();
  pass->leave();
  gate_.leave_early();

  if (auto done = image->make_durable(end); !done.ok()) {
    lock.lock();
    poison();
    return unknown(done.error());
  }
  return written(version);
}

HeadWrite HeadFile::append_as_body(base::ByteView more) {
  auto content = image_->content(image_->begin(), image_->end());
  if (!content.ok()) return failed(content.error());
  content->insert(content->end(), more.begin(), more.end());
  return replace(*content);
}

HeadWrite HeadFile::swap(const HeadVersion& expected, base::ByteView bytes, Deadline deadline) {
  if (auto done = site_.check_writable(); !done.ok()) return failed(done.error());
  auto pass = gate_.enter(deadline);
  if (!pass.ok()) return failed(pass.error());
  base::Lock lock(mutex_);
  auto fresh = refresh(Locked::yes);
  if (!fresh.ok()) return failed(fresh.error());
  if (version() != expected) return conflict();
  return replace(bytes);
}

HeadWrite HeadFile::replace(std::uint64_t generation, base::ByteView body,
                            const std::string& keep_path) {
  auto image = HeadImage::write(site_, generation, body);
  if (!image.ok()) return failed(image.error());
  const std::string new_path = (*image)->path();
  auto named = exchange_names(new_path, keep_path);
  if (named.ok() && !*named) {
    auto renamed = site_.files.rename(new_path, path_);
    if (!renamed.ok()) named = renamed.error();
  }
  if (!named.ok()) {
    // Of the reasons to refuse a rename only a failing disk leaves open what has happened.
    if (named.error().code() == "store/io") return unknown(named.error());
    (void)site_.files.remove(new_path);
    return failed(named.error());
  }
  image_ = std::move(*image);
  image_->move_to(path_);
  const HeadVersion version = image_->version();
  if (auto done = site_.flush_directory(site_.heads_directory()); !done.ok()) {
    poison();
    return unknown(done.error());
  }
  image_->set_durable_name();
  return written(version);
}

Result<bool> HeadFile::exchange_names(const std::string& new_path, const std::string& keep_path) {
  STELE_TRY(const std::optional<FileStat> there, site_.files.stat(path_));
  if (!there) return false;
  STELE_TRY(const bool exchanged, site_.files.exchange(new_path, path_));
  // Kept as well as may be: this name is not flushed, and if it cannot be given, tmp/ is cleaned.
  if (exchanged) (void)site_.files.rename(new_path, keep_path);
  return exchanged;
}

Result<base::Bytes> HeadFile::read_file(const std::string& path) {
  STELE_TRY(const std::unique_ptr<File> file, site_.files.open(path, OpenMode::read));
  STELE_TRY(const FileStat stat, file->stat());
  base::Bytes bytes(stat.bytes);
  STELE_TRY(const std::size_t read, file->read_at(bytes, 0));
  bytes.resize(read);
  return bytes;
}

Result<Store::Salvage> HeadFile::salvage(Deadline deadline) {
  STELE_TRY(const HeadGate::Pass pass, gate_.enter(deadline));
  Store::Salvage salvage;
  auto before = read_file(before_path_);
  if (before.ok()) salvage_head_file(*before, salvage);
  salvage.damage.clear();  // only that of the head itself matters
  auto now = read_file(path_);
  if (!now.ok() && now.error().code() == "store/missing") return salvage;
  if (!now.ok()) return now.error();
  salvage_head_file(*now, salvage);
  if (!salvage.damage.empty()) salvage.damage += base::text(" The file is ", path_, '.');
  return salvage;
}

Done HeadFile::restore(base::ByteView bytes, Deadline deadline) {
  STELE_DO(site_.check_writable());
  STELE_TRY(const HeadGate::Pass pass, gate_.enter(deadline));
  base::Lock lock(mutex_);
  image_.reset();
  std::uint64_t generation = 1;
  auto old = read_file(path_);
  if (old.ok()) {
    auto header = decode_head_header(*old);
    if (header.ok()) generation = header->generation + 1;
    // Nothing of it may be lost, so this copy is flushed before the head is replaced.
    STELE_TRY(const FileSite::TemporaryFile copy, site_.write_temporary(*old));
    STELE_DO(site_.files.rename(copy.path, damaged_path_));
    STELE_DO(site_.flush_directory(site_.temporary_directory()));
  }
  const HeadWrite write = replace(generation, bytes, before_path_);
  if (write.error) return *write.error;
  in_doubt_ = false;
  (void)site_.files.remove(doubt_path_);
  return {};
}

Done HeadFile::remove(Deadline deadline) {
  STELE_TRY(HeadGate::Pass pass, gate_.enter(deadline));
  base::Lock lock(mutex_);
  image_.reset();
  STELE_DO(site_.files.remove(path_));
  STELE_DO(site_.flush_directory(site_.heads_directory()));
  for (const std::string& path : {doubt_path_, before_path_, damaged_path_})
    STELE_DO(site_.files.remove(path));
  // Who waits for this lock finds that it has lost its name, and takes that of the next.
  STELE_DO(site_.files.remove(lock_path_));
  return {};
}

}  // namespace stele::backend
