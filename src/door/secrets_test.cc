#include "door/secrets.h"

#include <gtest/gtest.h>

#include "door/location.h"
#include "edn/reader.h"
#include "edn/writer.h"

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
                          "postgres:///db", "file:///srv/me@work/a", "memory:x", "postgres://host",
                          "postgres://[::1]:5432/db", "http://127.0.0.1:80", "http://[::1]:80/db",
                          "s3://b/p?endpoint=http://h:9000&region=x", "file:///a/b:c/d"})
    EXPECT_EQ(shown_url(url), url);
}

TEST(Secrets, MapsAreShownWithoutThemHoweverDeep) {
  EXPECT_EQ(shown(edn::read(R"({:a {:password "word" :user "ann"}})").value()),
            R"({:a {:password "***" :user "ann"}})");
  EXPECT_EQ(shown(edn::read(R"({:url "postgres://ann:word@h/d"})").value()),
            R"({:url "postgres://ann:***@h/d"})");
}

TEST(Secrets, OfWebAddressesNoQueryAndNoNameIsShown) {
  EXPECT_EQ(shown_url("https://me:word@example.org/db?sig=word&x=y@2025-11-01#main"),
            "https://***@example.org/db?***@2025-11-01#main");
  EXPECT_EQ(shown_url("https://word@example.org/db"), "https://***@example.org/db");
  EXPECT_EQ(shown_url("https://example.org/db@2025-11-01"), "https://example.org/db@2025-11-01");
  EXPECT_EQ(shown_url("tiered:/var/cache,https://u:word@example.org/db?sig=word"),
            "tiered:/var/cache,https://***@example.org/db?***");
}

TEST(Secrets, WhatIsAssignedIsHiddenWhereverItStands) {
  EXPECT_EQ(shown_url("host=h password=word user=ann"), "host=h password=*** user=ann");
  EXPECT_EQ(shown_url("host=h password = 'two words' user=ann").find("words"), std::string::npos);
  EXPECT_EQ(shown_url("s3://team/db?secret-key=word&region=x"),
            "s3://team/db?secret-key=***&region=x");
  EXPECT_EQ(shown_url("s3://team/db?endpoint=https://u:word@h/x").find("word"), std::string::npos);
  EXPECT_EQ(shown_url("/srv/a=b"), "/srv/a=b");
}

// Whatever a backend takes that is secret, in a URL or in a map; "s3cr3t" is the secret.
const char* const kWithSecrets[] = {
    R"({:store {:backend :postgres :url "postgres://ann:s3cr3t@h/d"}})",
    R"({:store {:backend :postgres :url "host=h password=s3cr3t"}})",
    R"({:store {:backend :postgres :host "h" :user "ann" :password "s3cr3t"}})",
    R"({:store {:backend :postgres :host "h" :sslpassword "s3cr3t"}})",
    R"({:store {:backend :jdbc :dbtype "postgresql" :dbname "d" :password "s3cr3t"}})",
    R"({:store {:backend :s3 :bucket "b" :access-key "AK" :secret-key "s3cr3t"}})",
    R"({:store {:backend :s3 :bucket "b" :session-token "s3cr3t"}})",
    R"({:store {:backend :s3 :bucket "b" :endpoint "https://me:s3cr3t@h"}})",
    R"({:store {:backend :http :url "https://me:s3cr3t@h/db"}})",
    R"({:store {:backend :http :url "https://h/db?X-Amz-Signature=s3cr3t"}})",
    R"({:store {:backend :tiered :front {:backend :file-cache :path "/c"}
        :back {:backend :postgres :password "s3cr3t"}}})",
    R"({:store {:backend :tiered :back "https://h/db?sig=s3cr3t"}})",
    R"({:store "tiered:/c,postgres://ann:s3cr3t@h/d"})",
    R"({:store "s3://b/p?secret-key=s3cr3t"})",
    R"(["postgres://ann:s3cr3t@h/d"])",
    R"(#db "postgres://ann:s3cr3t@h/d")",
    "postgres://ann:s3cr3t@h/d#x@y",
    "postgres://h/d?password=s3cr3t",
    "postgres://h/d?sslpassword=s3cr3t@2025-11-01",
    "https://me:s3cr3t@h/db@never",
    "https://h/db?sig=s3cr3t@never",
    "s3://b/p?session-token=s3cr3t",
    "tiered:/c,https://h/db?sig=s3cr3t",
    "tiered:https://me:s3cr3t@h/db",
    "ftp://me:s3cr3t@h/db",
};

TEST(Secrets, OfNoBackendAreShown) {
  for (const std::string_view given : kWithSecrets) {
    const auto shown = shown_location(given);
    EXPECT_EQ(shown.find("s3cr3t"), std::string::npos) << shown;
    const bool is_url = given[0] != '{' && given[0] != '[' && given[0] != '#';
    if (is_url) continue;
    const auto kept = edn::write(without_secrets(edn::read(given).value()));
    EXPECT_EQ(kept.find("s3cr3t"), std::string::npos) << kept;
  }
}

// Wherever a mistake is: each of the texts cut short, and with another character put in.
TEST(Secrets, AreInNoMessageAboutAMistake) {
  const auto expect_discreet = [](const std::string& given) {
    const auto location = read_location(given);
    if (location.ok()) return;
    const auto& error = location.error();
    EXPECT_EQ(error.message().find("s3cr3t"), std::string::npos) << error.message();
    EXPECT_EQ(edn::write(error.data()).find("s3cr3t"), std::string::npos) << given;
  };
  for (const std::string given : kWithSecrets) {
    const auto end = given.find("s3cr3t") + 6;
    for (std::size_t at = end; at <= given.size(); ++at) expect_discreet(given.substr(0, at));
    for (const char c : {'\\', '"', '}', '@', '#', ' '})
      for (std::size_t at = end; at <= given.size(); ++at)
        expect_discreet(std::string(given).insert(at, 1, c));
  }
}

TEST(Secrets, MistakesInWhatHoldsNoneAreShown) {
  const auto error = read_discreetly(R"({:path "/srv/a" :n 1x})").error();
  EXPECT_NE(error.message().find("1x"), std::string::npos) << error.message();
}

}  // namespace
}  // namespace stele::door
