// delaying-proxy: a server of this machine as if it were far away, for whoever wants to see what
// that does to a client.
//
//   delaying-proxy --listen 9000 --target 8080 --round-trip-ms 20
//
// Every line of standard input (an empty one will do) prints what was counted since the one before;
// its end ends the program.
#include <cinttypes>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "net/delaying_proxy_testing.h"

namespace {

void print(const stele::net::ProxyCounts& counts) {
  std::printf("%" PRIu64 " rounds, %" PRIu64 " requests (", counts.rounds, counts.requests);
  const char* separator = "";
  for (const auto& [method, times] : counts.methods) {
    std::printf("%s%s %" PRIu64, separator, method.c_str(), times);
    separator = ", ";
  }
  std::printf("), %" PRIu64 " in flight at most, %" PRIu64 " new connections, %" PRIu64
              " bytes up, %" PRIu64 " down\n",
              counts.in_flight_max, counts.connections, counts.bytes_to_server,
              counts.bytes_to_client);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  stele::net::DelayingProxyOptions options;
  double round_trip_ms = 20;
  CLI::App app("a server of this machine as if it were far away; on 127.0.0.1");
  app.add_option("--target", options.target_port, "the server's port")->required();
  app.add_option("--listen", options.listen_port, "the port to listen on; 0: one that is free")
      ->capture_default_str();
  app.add_option("--round-trip-ms", round_trip_ms, "how far away")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.round_trip_us = static_cast<std::int64_t>(round_trip_ms * 1000);
  stele::net::DelayingProxy proxy(options);
  std::printf("%s, %.1f ms\n", proxy.url().c_str(), round_trip_ms);
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    print(proxy.counts());
    proxy.reset_counts();
  }
  return 0;
}
