// The program `stele` as a child process: run once, or kept running as `stele pipe`.
//
// Thread safety: any number of programs from any threads; one PipeProgram by one thread at a time.
#pragma once

#include <cstdio>
#include <string>

#include <sys/types.h>

namespace stele::scene {

struct Ran {
  int status = -1;  // 128 and the signal that ended it, if one did
  std::string out;  // standard output, then standard error
};

// Runs `stele ARGUMENTS` through a shell, in a directory.
Ran run_program(const std::string& arguments, const std::string& directory = ".");
// A word for the shell, whatever is in it.
std::string quoted(const std::string& word);

class PipeProgram {
 public:
  PipeProgram();
  ~PipeProgram();
  PipeProgram(const PipeProgram&) = delete;
  PipeProgram& operator=(const PipeProgram&) = delete;

  // The answer to a request, whose line ends are taken for spaces; empty if the program has ended.
  std::string ask(std::string request);

 private:
  pid_t pid_ = -1;
  std::FILE* requests_ = nullptr;
  std::FILE* answers_ = nullptr;
};

}  // namespace stele::scene
