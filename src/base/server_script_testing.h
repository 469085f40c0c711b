// ServerScript: a true server for tests, run by a script of tests/servers.
//
// The script is called with a folder of its own, DIR, and keeps its server running until its
// standard input ends, which this object holds: however the test ends, the server does. Once the
// server is there, DIR/ready holds lines NAME=VALUE; what keeps it from starting is in DIR/failed.
// Each line of its input is a command; when it is done, DIR/done holds how many have been. A server
// that does not start, or a command that fails, ends the program: no test could say more.
//
// Thread safety: values may be asked for from any thread; commands come from one at a time.
#pragma once

#include <cstdio>
#include <map>
#include <string>

namespace stele::base {

class ServerScript {
 public:
  // Starts tests/servers/NAME with the arguments behind DIR; returns when it is ready.
  explicit ServerScript(const std::string& name, const std::string& arguments = "");
  ~ServerScript();
  ServerScript(const ServerScript&) = delete;
  ServerScript& operator=(const ServerScript&) = delete;

  // What the script has said of its server; each script lists the names.
  const std::string& operator[](const std::string& name) const { return values_.at(name); }
  // Returns when it is done.
  void command(const std::string& what);

 private:
  void await(const std::string& file, const std::string& content);
  [[noreturn]] void give_up(const std::string& why) const;

  const std::string name_;
  std::string directory_;
  std::FILE* script_ = nullptr;  // its standard input
  std::map<std::string, std::string> values_;
  int commands_ = 0;
};

}  // namespace stele::base
