#include "backend/s3/s3_address.h"

#include <gtest/gtest.h>

#include "backend/s3/s3_xml.h"

namespace stele::backend {
namespace {

S3Address address(std::string bucket, std::string prefix, std::string endpoint,
                  std::optional<bool> path_style = {}) {
  return S3Address::make(std::move(bucket), std::move(prefix), std::move(endpoint), "eu-west-1",
                         path_style)
      .value();
}

TEST(S3Address, IsByPathAtAnEndpointOfOnesOwn) {
  const auto a = address("bucket", "team/catalog", "http://127.0.0.1:7480/");
  EXPECT_EQ(a.endpoint(), "http://127.0.0.1:7480");
  EXPECT_EQ(a.host(), "127.0.0.1:7480");
  EXPECT_EQ(a.object("heads/db"), "team/catalog/heads/db");
  EXPECT_EQ(a.path(a.object("heads/db")), "/bucket/team/catalog/heads/db");
  EXPECT_EQ(a.path("a b"), "/bucket/a%20b");
  EXPECT_EQ(a.path(""), "/bucket");
  EXPECT_EQ(a.url(), "s3://bucket/team/catalog?endpoint=http://127.0.0.1:7480");
}

TEST(S3Address, IsByHostAtAmazon) {
  const auto a = address("bucket", "", "");
  EXPECT_EQ(a.endpoint(), "https://bucket.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(a.path("x"), "/x");
  EXPECT_EQ(a.path(""), "/");
  EXPECT_EQ(a.url(), "s3://bucket");
  EXPECT_EQ(address("my.bucket", "", "").path("x"), "/my.bucket/x");
  EXPECT_EQ(address("bucket", "", "", true).path("x"), "/bucket/x");
  EXPECT_EQ(address("bucket", "", "https://s3.example/base", false).endpoint(),
            "https://bucket.s3.example");
  EXPECT_EQ(address("bucket", "", "https://s3.example/base", false).path("x"), "/base/x");
}

TEST(S3Address, LeavesOutTheSchemesOwnPort) {
  EXPECT_EQ(address("bucket", "", "https://s3.example:443").host(), "s3.example");
  EXPECT_EQ(address("bucket", "", "http://s3.example:80").host(), "s3.example");
  EXPECT_EQ(address("bucket", "", "http://s3.example:443").host(), "s3.example:443");
}

TEST(S3Address, SaysWhatIsWrong) {
  const auto code = [](std::string bucket, std::string prefix, std::string endpoint) {
    auto made = S3Address::make(std::move(bucket), std::move(prefix), std::move(endpoint), "r", {});
    return made.ok() ? "" : made.error().code();
  };
  EXPECT_EQ(code("ab", "", ""), "config/syntax");
  EXPECT_EQ(code("a/b", "", ""), "config/syntax");
  EXPECT_EQ(code("bucket", std::string(513, 'x'), ""), "config/syntax");
  EXPECT_EQ(code("bucket", "", "127.0.0.1:7480"), "config/syntax");
  EXPECT_EQ(code("bucket", "", "http://"), "config/syntax");
  EXPECT_EQ(code("bucket", "", "http://user@host"), "config/syntax");
}

TEST(S3Xml, FindsElementsByTheirWholeName) {
  const char* xml =
      "<?xml version=\"1.0\"?><R xmlns=\"u\"><Key/><Keys>no</Keys><Key>a&amp;b&#x20;&#228;</Key>"
      "<Key a=\"1\">c</Key><Key>open";
  const auto found = xml_elements(xml, "Key");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "");
  EXPECT_EQ(found[1], "a&amp;b&#x20;&#228;");
  EXPECT_EQ(found[2], "c");
  EXPECT_EQ(xml_text("<Key>a&amp;b&#x20;&#228;&no;&</Key>", "Key"), "a&b \xc3\xa4&no;&");
  EXPECT_EQ(xml_text(xml, "None"), "");
  EXPECT_EQ(xml_escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
}

}  // namespace
}  // namespace stele::backend
