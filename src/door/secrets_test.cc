#include "door/secrets.h"

#include <gtest/gtest.h>

#include "edn/reader.h"

namespace stele::door {
namespace {

TEST(Secrets, UrlsAreShownWithoutPasswords) {
  EXPECT_EQ(shown_url("postgres://ann:word@host:5432/db"), "postgres://ann:***@host:5432/db");
  EXPECT_EQ(shown_url("postgres://ann:w@rd@host/db@2025-11-01"),
            "postgres://ann:***@host/db@2025-11-01");
  EXPECT_EQ(shown_url("postgres://h/db?password=word&sslmode=require"),
            "postgres://h/db?password=***&sslmode=require");
  EXPECT_EQ(shown_url("postgres://ann:wo/rd@host/db").find("rd"), std::string::npos);
}

TEST(Secrets, UrlsWithoutPasswordsAreShownAsTheyAre) {
  for (const char* url : {"postgres://ann@host:5432/db", "postgres://host:5432/db@2025-11-01",
                          "postgres:///db", "file:///srv/me@work/a", "memory:x", "postgres://host"})
    EXPECT_EQ(shown_url(url), url);
}

TEST(Secrets, MapsAreShownWithoutThemHoweverDeep) {
  EXPECT_EQ(shown(edn::read(R"({:a {:password "word" :user "ann"}})").value()),
            R"({:a {:password "***" :user "ann"}})");
  EXPECT_EQ(shown(edn::read(R"({:url "postgres://ann:word@h/d"})").value()),
            R"({:url "postgres://ann:***@h/d"})");
}

}  // namespace
}  // namespace stele::door
