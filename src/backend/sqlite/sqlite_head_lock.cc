#include "backend/sqlite/sqlite_head_lock.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/answers.h"

namespace stele::backend {

using base::text;

namespace {

// A lock is held for about as long as a flush takes.
constexpr std::int64_t kWaitMs = 1;

// Offsets are positive and signed; two heads that meet wait for each other, and that is all.
off_t byte_of(const std::string& head) {
  return static_cast<off_t>(base::xxh3(base::view(head)) >> 2);
}

Error cannot_lock(const std::string& url, const std::string& head) {
  return unavailable(
      "store/io", text("The head ", head, " of ", url, " cannot be locked: ", std::strerror(errno),
                       " (its lock file is FILE-stele-lock)."));
}

}  // namespace

Result<SqliteHeadLock> SqliteHeadLock::take(const std::string& path, const std::string& url,
                                            const std::string& head, base::Environment& environment,
                                            Deadline deadline) {
  const int file = ::open((path + "-stele-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return cannot_lock(url, head);
  SqliteHeadLock lock(file);
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = byte_of(head);
  byte.l_len = 1;
  while (::fcntl(file, F_OFD_SETLK, &byte) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return cannot_lock(url, head);
    if (base::passed(deadline, environment))
      return store::deadline_passed(url, text("locking head ", head));
    environment.sleep_ms(kWaitMs);
  }
  return lock;
}

SqliteHeadLock::SqliteHeadLock(SqliteHeadLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)) {}

SqliteHeadLock::~SqliteHeadLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace stele::backend
