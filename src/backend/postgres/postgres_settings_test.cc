#include "backend/postgres/postgres_settings.h"

#include <gtest/gtest.h>

namespace stele::backend {
namespace {

PostgresSettings settings(std::string_view url) { return PostgresSettings::of_url(url).value(); }

std::string parameter(const PostgresSettings& settings, std::string_view name) {
  for (const auto& [known, value] : settings.parameters())
    if (known == name) return value;
  return "-";
}

TEST(PostgresSettings, ReadsAUrl) {
  const auto s = settings("postgres://ann@db.example:6000/shop?prefix=catalog&sslmode=require");
  EXPECT_EQ(parameter(s, "user"), "ann");
  EXPECT_EQ(parameter(s, "host"), "db.example");
  EXPECT_EQ(parameter(s, "port"), "6000");
  EXPECT_EQ(parameter(s, "dbname"), "shop");
  EXPECT_EQ(parameter(s, "sslmode"), "require");
  EXPECT_EQ(s.prefix(), "catalog");
  EXPECT_EQ(s.url(), "postgres://ann@db.example:6000/shop?prefix=catalog");
}

TEST(PostgresSettings, ThePrefixStandsAnywhereInTheQueryAndIsSteleWhereItDoesNot) {
  EXPECT_EQ(settings("postgresql://h/d").prefix(), "stele");
  EXPECT_EQ(settings("postgres://h/d?sslmode=require&prefix=x").prefix(), "x");
  EXPECT_EQ(settings("postgres://h/d?prefix=x").parameters().size(), 2u);
}

TEST(PostgresSettings, ReadsSocketsAndEscapes) {
  const auto s = settings("postgres:///shop?host=/tmp&user=a%40b");
  EXPECT_EQ(parameter(s, "host"), "/tmp");
  EXPECT_EQ(parameter(s, "user"), "a@b");
}

TEST(PostgresSettings, NoMessageShowsAPassword) {
  const auto s = settings("postgres://ann:s3cr%26t@h/d");
  EXPECT_EQ(parameter(s, "password"), "s3cr&t");
  EXPECT_EQ(s.url(), "postgres://ann@h/d");
  EXPECT_EQ(s.without_secrets("no: s3cr&t, s3cr&t"), "no: ***, ***");
  for (const char* wrong : {"postgres://ann:hush@h:port/d?hush", "postgres://ann:hush@h/d?nope=1",
                            "postgres://ann:hush@[h/d", "postgres://ann:hush%zz@h/d"}) {
    const auto refused = PostgresSettings::of_url(wrong);
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_EQ(refused.error().code(), "config/url");
    EXPECT_EQ(refused.error().message().find("hush"), std::string::npos);
  }
}

TEST(PostgresSettings, RefusesPrefixesThatAreNone) {
  for (const char* prefix : {"1a", "A", "a-b", "a;drop", "a\"b", "x%20y"}) {
    auto refused = PostgresSettings::of_url(std::string("postgres://h/d?prefix=") + prefix);
    ASSERT_FALSE(refused.ok()) << prefix;
    EXPECT_EQ(refused.error().code(), "config/prefix");
  }
  EXPECT_FALSE(PostgresSettings::of_parameters({}, std::string(41, 'a')).ok());
  EXPECT_TRUE(PostgresSettings::of_parameters({}, std::string(40, 'a')).ok());
}

}  // namespace
}  // namespace stele::backend
