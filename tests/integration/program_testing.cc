#include "program_testing.h"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

extern char** environ;

namespace stele::scene {

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') out += "'\\'";
    out += c;
  }
  return out + "'";
}

Ran run_program(const std::string& arguments, const std::string& directory) {
  const std::string command =
      "cd " + quoted(directory) + " && '" STELE_PROGRAM "' " + arguments + " 2>&1";
  Ran ran;
  std::FILE* pipe = ::popen(command.c_str(), "re");
  STELE_CHECK(pipe != nullptr);
  std::array<char, 4096> chunk;
  while (auto n = std::fread(chunk.data(), 1, chunk.size(), pipe)) ran.out.append(chunk.data(), n);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

PipeProgram::PipeProgram() {
  int in[2], out[2];  // ours are the writing end of `in` and the reading end of `out`
  STELE_CHECK(::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string program = STELE_PROGRAM, operation = "pipe";
  char* arguments[] = {program.data(), operation.data(), nullptr};
  STELE_CHECK(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  requests_ = ::fdopen(in[1], "w");
  answers_ = ::fdopen(out[0], "r");
}

PipeProgram::~PipeProgram() {
  std::fclose(requests_);
  std::fclose(answers_);
  ::waitpid(pid_, nullptr, 0);
}

std::string PipeProgram::ask(std::string request) {
  std::replace(request.begin(), request.end(), '\n', ' ');
  request += '\n';
  if (std::fputs(request.c_str(), requests_) < 0 || std::fflush(requests_) != 0) return {};
  std::string answer;
  for (int c; (c = std::getc(answers_)) != EOF && c != '\n';) answer += static_cast<char>(c);
  return answer;
}

}  // namespace stele::scene
