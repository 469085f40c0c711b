// What goes through the proxy, beside the same without it: client, proxy and server share the
// machine, so this is less than the proxy alone sustains.

#include <benchmark/benchmark.h>

#include "net/delaying_proxy_testing.h"
#include "net/http_client.h"
#include "net/http_server_testing.h"

namespace stele::net {
namespace {

// range(0): bytes of an answer; range(1): through the proxy.
void get_many(benchmark::State& state) {
  const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
  TestHttpServer server([&](const ServedRequest&) { return ServedResponse{200, {}, body}; });
  DelayingProxy proxy(
      {.target_port = std::atoi(server.url().substr(server.url().rfind(':') + 1).c_str())});
  HttpClient client({.in_flight_max = 16});
  std::vector<HttpRequest> requests(body.size() > 1'000'000 ? 16 : 1'000);
  for (auto& request : requests) request.url = state.range(1) ? proxy.url() : server.url();
  for (auto _ : state) {
    for (const auto& answer : client.send_all(requests)) {
      if (answer.body.size() != body.size()) state.SkipWithError("an answer is not whole");
    }
  }
  const auto n = state.iterations() * static_cast<std::int64_t>(requests.size());
  state.SetItemsProcessed(n);
  state.SetBytesProcessed(n * state.range(0));
}
BENCHMARK(get_many)
    ->ArgNames({"bytes", "proxy"})
    ->ArgsProduct({{100, 8 << 20}, {0, 1}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stele::net
