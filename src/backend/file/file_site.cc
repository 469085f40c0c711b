#include "backend/file/file_site.h"

#include "base/text.h"
#include "base/try.h"
#include "store/answers.h"

namespace stele::backend {

Done FileSite::check_writable() const {
  if (!writable) return store::read_only(url());
  if (poisoned)
    return unavailable("store/poisoned",
                       base::text("A flush failed in ", directory,
                                  ", so what was written last may not be durable. Nothing more is "
                                  "written through this connection: look after the disk, then open "
                                  "another one."));
  return {};
}

Result<FileSite::TemporaryFile> FileSite::write_temporary(base::ByteView bytes) {
  std::uint64_t name = environment.random_u64();
  const std::string path =
      base::text(temporary_directory(), '/',
                 base::to_hex({reinterpret_cast<std::uint8_t*>(&name), 8}), ".tmp");
  STELE_TRY(std::shared_ptr<File> file, files.open(path, OpenMode::create));
  auto done = file->write_at(bytes, 0);
  if (done.ok()) done = flush_file(*file);
  if (done.ok()) return TemporaryFile{path, std::move(file)};
  (void)files.remove(path);
  return done.error();
}

Done FileSite::flush_file(File& file) { return flush ? file.flush() : Done(); }

Done FileSite::flush_directory(const std::string& path) {
  return flush ? files.flush_directory(path) : Done();
}

}  // namespace stele::backend
