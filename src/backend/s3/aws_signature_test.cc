// The expected signatures are those of the examples in the documentation of S3, "Signature
// Calculations for the Authorization Header"; the keys are theirs too, and open to nobody's data.
#include "backend/s3/aws_signature.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace stele::backend {
namespace {

const AwsCredentials kCredentials = {"AKIAIOSFODNN7EXAMPLE",
                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
constexpr Instant kTime{1'369'353'600'000};  // 2013-05-24T00:00:00Z
const std::string kNothing = base::sha256({}).hex();

SignableRequest example(std::string path, std::string query) {
  return {"GET",
          std::move(path),
          std::move(query),
          {{"host", "examplebucket.s3.amazonaws.com"},
           {"x-amz-content-sha256", kNothing},
           {"x-amz-date", "20130524T000000Z"}},
          kNothing};
}

std::string signature(const SignableRequest& request) {
  const auto value = authorization(request, kCredentials, "us-east-1", kTime);
  return value.substr(value.find("Signature=") + 10);
}

TEST(AwsSignature, SignsAGetOfARange) {
  auto request = example("/test.txt", "");
  request.headers.push_back({"range", "bytes=0-9"});
  EXPECT_EQ(authorization(request, kCredentials, "us-east-1", kTime),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(AwsSignature, SignsAPut) {
  const auto body = base::sha256(base::view("Welcome to Amazon S3.")).hex();
  const SignableRequest request = {"PUT",
                                   "/test%24file.text",
                                   "",
                                   {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                    {"host", "examplebucket.s3.amazonaws.com"},
                                    {"x-amz-content-sha256", body},
                                    {"x-amz-date", "20130524T000000Z"},
                                    {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                   body};
  EXPECT_EQ(signature(request), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(AwsSignature, SignsQueries) {
  EXPECT_EQ(signature(example("/", canonical_query({{"lifecycle", ""}}))),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signature(example("/", canonical_query({{"prefix", "J"}, {"max-keys", "2"}}))),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(AwsSignature, TrimsHeadersAndCollapsesTheirSpaces) {
  auto request = example("/", "");
  request.headers.push_back({"x-amz-meta", "  a   b  "});
  auto tidy = example("/", "");
  tidy.headers.insert(tidy.headers.begin(), {"x-amz-meta", "a b"});
  EXPECT_EQ(signature(request), signature(tidy));
}

TEST(AwsSignature, SortsAndEncodesQueries) {
  EXPECT_EQ(canonical_query({{"prefix", "a b/\xc3\xa4+"}, {"list-type", "2"}, {"delete", ""}}),
            "delete=&list-type=2&prefix=a%20b%2F%C3%A4%2B");
  EXPECT_EQ(canonical_query({}), "");
}

TEST(AwsSignature, WritesAndReadsTimes) {
  EXPECT_EQ(amz_date(kTime), "20130524T000000Z");
  EXPECT_EQ(amz_date(Instant{kTime.ms - 1}), "20130523T235959Z");
  EXPECT_EQ(http_date("Fri, 24 May 2013 00:00:00 GMT"), kTime);
  EXPECT_EQ(http_date("Thu, 23 May 2013 23:59:59 GMT"), Instant{kTime.ms - 1000});
  for (const char* wrong : {"", "24 May 2013", "Fri, 24 Mai 2013 00:00:00 GMT",
                            "Fri, 31 Feb 2013 00:00:00 GMT", "Fri, 24 May 2013 0x:00:00 GMT"}) {
    EXPECT_FALSE(http_date(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace stele::backend
