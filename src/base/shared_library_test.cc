#include "base/shared_library.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

namespace stele::base {
namespace {

struct Crypto {
  SharedLibrary library{"libcrypto.so.3", "libssl3"};
  STELE_LIBRARY_FUNCTION(library, OpenSSL_version_num);
};

TEST(SharedLibrary, FindsFunctions) {
  const Crypto loaded;
  ASSERT_TRUE(loaded.library.ok()) << loaded.library.problem();
  EXPECT_EQ(loaded.OpenSSL_version_num() >> 28, 3u);
}

TEST(SharedLibrary, SaysWhichPackageAMissingOneIsIn) {
  SharedLibrary library("libof-nobody.so.7", "libof-nobody7");
  EXPECT_FALSE(library.ok());
  EXPECT_EQ(library.find<void (*)()>("anything"), nullptr);
  EXPECT_NE(library.problem().find("libof-nobody.so.7"), std::string::npos) << library.problem();
  EXPECT_NE(library.problem().find("apt-get install libof-nobody7"), std::string::npos);
}

TEST(SharedLibrary, SaysWhichFunctionIsMissing) {
  SharedLibrary library("libcrypto.so.3", "libssl3");
  EXPECT_EQ(library.find<void (*)()>("of_nobody"), nullptr);
  EXPECT_FALSE(library.ok());
  EXPECT_NE(library.problem().find("of_nobody"), std::string::npos) << library.problem();
}

}  // namespace
}  // namespace stele::base
