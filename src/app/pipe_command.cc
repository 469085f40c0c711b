#include <cstdio>

#include "app/commands.h"
#include "app/pipe.h"

namespace stele::app {

Done pipe() {
  Pipe pipe;
  std::string line;
  for (int c; (c = std::getc(stdin)) != EOF || !line.empty();) {
    if (c != '\n' && c != EOF) {
      line += static_cast<char>(c);
      continue;
    }
    const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
    if (!blank) {
      const std::string answer = pipe.answer(line) + "\n";
      std::fwrite(answer.data(), 1, answer.size(), stdout);
    }
    std::fflush(stdout);
    line.clear();
    if (c == EOF) break;
  }
  return {};
}

}  // namespace stele::app
