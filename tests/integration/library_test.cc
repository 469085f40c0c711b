// Libraries that only some stores need, and what is said where they are not installed.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene_testing.h"

namespace stele {
namespace {

struct Needed {
  const char* url;
  const char* package;  // Debian's
};

const Needed kNeeded[] = {
    {"s3://bucket/db?endpoint=http://127.0.0.1:1&anonymous=true", "libcurl4"},
    {"http://127.0.0.1:1/db", "libcurl4"},
    {"postgres://ann:s3cr3t@127.0.0.1:1/db", "libpq5"},
    {"sqlite:/tmp/none.sqlite", "libsqlite3-0"},
};

// What connecting says in a process that can open no more files, and so load no library.
std::string said_without_libraries(const char* url) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const auto connection = connect(url);
    const std::string said = connection.ok()
                                 ? "it connected"
                                 : connection.error().code() + ' ' + connection.error().message();
    ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string said;
  char chunk[4096];
  for (ssize_t n; (n = ::read(ends[0], chunk, sizeof chunk)) > 0;)
    said.append(chunk, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << url;
  return said;
}

TEST(Libraries, ThatAreMissingAreNamedWithTheirPackage) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer itself opens files to look at memory";
#endif
  for (const auto& [url, package] : kNeeded) {
    const auto said = said_without_libraries(url);
    EXPECT_TRUE(said.starts_with("store/library ")) << said;
    EXPECT_NE(said.find(std::string("apt-get install ") + package), std::string::npos) << said;
    EXPECT_EQ(said.find("s3cr3t"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace stele
