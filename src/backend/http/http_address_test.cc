#include "backend/http/http_address.h"

#include <gtest/gtest.h>

namespace stele::backend {
namespace {

HttpAddress address(std::string_view url) { return HttpAddress::read(url).value(); }

TEST(HttpAddress, NamesWhatLiesBelowIt) {
  EXPECT_EQ(address("https://example.org/catalog").url_of("packs/5f0c"),
            "https://example.org/catalog/packs/5f0c");
  EXPECT_EQ(address("http://127.0.0.1:8090/a%20b/").url_of("heads/db"),
            "http://127.0.0.1:8090/a%20b/heads/db");
  EXPECT_EQ(address("https://example.org").url_of("heads/db"), "https://example.org/heads/db");
  EXPECT_EQ(address("https://example.org///").url_of("heads/db"), "https://example.org/heads/db");
  EXPECT_EQ(address("http://[::1]:80/x").url_of("heads/db"), "http://[::1]:80/x/heads/db");
}

TEST(HttpAddress, SendsTheQueryWithEveryRequest) {
  EXPECT_EQ(address("https://example.org/db?sig=a%2Fb&x=1").url_of("heads/db"),
            "https://example.org/db/heads/db?sig=a%2Fb&x=1");
  EXPECT_EQ(address("https://example.org?sig=1").url_of("heads/db"),
            "https://example.org/heads/db?sig=1");
}

TEST(HttpAddress, ShowsNoSecrets) {
  EXPECT_EQ(address("https://me:secret@example.org/db?sig=secret").shown(),
            "https://example.org/db");
  EXPECT_EQ(address("https://me:secret@example.org/db").url_of("heads/db"),
            "https://me:secret@example.org/db/heads/db");
  EXPECT_EQ(address("https://example.org/@home/db").shown(), "https://example.org/@home/db");
}

TEST(HttpAddress, RefusesWhatIsNone) {
  for (const char* url :
       {"", "https:", "https://", "http:///path", "https://me@/x", "https://:80/",
        "ftp://example.org/x", "https://example.org/a b", "https://example.org/a\nb",
        "https://example.org/\xc3\xa4", "https://example.org/x#y", "https://?x"}) {
    const auto read = HttpAddress::read(url);
    ASSERT_FALSE(read.ok()) << url;
    EXPECT_EQ(read.error().code(), "config/url");
  }
}

}  // namespace
}  // namespace stele::backend
