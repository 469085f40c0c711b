// Whom the client trusts, on true TLS servers.
#include <gtest/gtest.h>

#include "base/server_script_testing.h"
#include "net/http_client.h"
#include "net/http_server_testing.h"

namespace stele::net {
namespace {

using Failure = HttpResponse::Failure;

base::ServerScript& servers() {
  static base::ServerScript script("tls");
  return script;
}

HttpResponse get(const std::string& server, const std::string& ca_bundle) {
  HttpClient client({.ca_bundle = ca_bundle});
  return client.send({.url = server + "/hello"});
}

TEST(HttpClientTls, TrustsACertificateOfItsAuthorityForItsHost) {
  const auto answer = get(servers()["good_url"], servers()["ca_bundle"]);
  ASSERT_TRUE(answer.ok()) << answer.problem;
  EXPECT_EQ(answer.text(), "hello\n");
}

TEST(HttpClientTls, TrustsNoOther) {
  const struct {
    const char* server;
    std::string ca_bundle;
    const char* said;
  } kOthers[] = {
      {"good_url", servers()["other_ca_bundle"], "certificate"},
      {"good_url", "", "certificate"},
      {"good_url", "/nowhere/ca.pem", "/nowhere/ca.pem"},
      {"other_host_url", servers()["ca_bundle"], "127.0.0.1"},
      {"expired_url", servers()["ca_bundle"], "expired"},
  };
  for (const auto& [server, ca_bundle, said] : kOthers) {
    const auto answer = get(servers()[server], ca_bundle);
    EXPECT_EQ(answer.failure, Failure::untrusted) << server << ": " << answer.problem;
    EXPECT_FALSE(answer.maybe_sent) << server;
    EXPECT_NE(answer.problem.find(said), std::string::npos) << server << ": " << answer.problem;
  }
}

TEST(HttpClientTls, PlainHttpToATlsPortIsNoAnswer) {
  HttpClient client;
  const auto url = "http" + servers()["good_url"].substr(5) + "/hello";
  const auto answer = client.send({.url = url});
  EXPECT_FALSE(answer.ok() && answer.status == 200) << answer.text();
  if (!answer.ok()) {
    EXPECT_EQ(answer.failure, Failure::broken) << answer.problem;
  }
}

}  // namespace
}  // namespace stele::net
