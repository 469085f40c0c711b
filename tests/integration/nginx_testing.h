// A web server for tests: nginx, started by tests/servers/nginx at the first use and stopped when
// the process ends.
//
// Thread safety: full once it is there.
#pragma once

#include <string>
#include <vector>

#include "base/server_script_testing.h"

namespace stele::scene {

class Nginx {
 public:
  static Nginx& instance();

  // What the script says: www, url, tls_url, ca_bundle, no_ranges_url, ….
  const std::string& operator[](const std::string& name) const { return script_[name]; }
  // A folder of its own below www, not there yet: its name.
  std::string new_folder();

  // The requests for what lies below a folder since this was asked last, as
  // "200 1234 /NAME/heads/db "range" "tag"", in order.
  std::vector<std::string> requests(const std::string& folder);

 private:
  Nginx() = default;

  base::ServerScript script_{"nginx"};
  int folders_ = 0;
  std::size_t log_bytes_seen_ = 0;
};

}  // namespace stele::scene
