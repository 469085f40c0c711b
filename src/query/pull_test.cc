// The pull language by example, rule by rule.
#include <gtest/gtest.h>

#include "base/text.h"
#include "query/pull_testing.h"

namespace stele::query {
namespace {

// Friends 4 → 5 → 6 → 7 → 8, and things with parts.
//   parts   10 ⊃ 11 ⊃ 12, 10 ⊃ 13     box  the one part that is held
Db friends(const std::string& more = "") {
  return database(
      {declare(101, ":name", ":db.type/string") + declare(102, ":aka", ":db.type/string", true) +
           declare(103, ":friend", ":db.type/ref", true) + declare(104, ":boss", ":db.type/ref") +
           declare(105, ":part", ":db.type/ref", true, ":db/isComponent true") +
           declare(106, ":box", ":db.type/ref", false, ":db/isComponent true") +
           declare(107, ":ok", ":db.type/boolean") +
           declare(108, ":mail", ":db.type/string", false, ":db/unique :db.unique/identity") +
           declare(109, ":n", ":db.type/long", true) + declare(110, ":enemy", ":db.type/ref", true),
       "+ 1 :name \"Petr\"\n+ 1 :aka \"Devil\"\n+ 1 :aka \"Tupen\"\n+ 1 :ok false\n"
       "+ 1 :mail \"p@x\"\n"
       "+ 2 :name \"David\"\n+ 2 :boss 1\n+ 2 :ok true\n"
       "+ 3 :name \"Thomas\"\n+ 3 :boss 1\n+ 3 :boss-note \"odd\"\n"
       "+ 4 :name \"Lucy\"\n+ 4 :friend 5\n+ 4 :enemy 6\n"
       "+ 5 :name \"Elizabeth\"\n+ 5 :friend 6\n+ 5 :enemy 7\n"
       "+ 6 :name \"Matthew\"\n+ 6 :friend 7\n+ 6 :enemy 8\n"
       "+ 7 :name \"Eunan\"\n+ 7 :friend 8\n+ 7 :enemy 4\n"
       "+ 8 :name \"Kerri\"\n"
       "+ 10 :name \"car\"\n+ 10 :part 11\n+ 10 :part 13\n"
       "+ 11 :name \"engine\"\n+ 11 :part 12\n"
       "+ 12 :name \"piston\"\n"
       "+ 13 :name \"wheel\"\n+ 13 :box 14\n"
       "+ 14 :name \"rim\"\n" +
           more});
}

TEST(Pull, PicksAttributes) {  // P-1, P-4
  EXPECT_PULLED("{:name \"Petr\" :aka [\"Devil\" \"Tupen\"]}", friends(), "[:name :aka :nothing]",
                1);
  EXPECT_PULLED("{:name \"David\" :boss {:db/id 1}}", friends(), "[:name :boss]", 2);
  EXPECT_PULLED("{:friend [{:db/id 5}]}", friends(), "[:friend]", 4);
  EXPECT_PULLED("nil", friends(), "[:nothing]", 4);
  EXPECT_PULLED("nil", friends(), "[]", 4);
}

TEST(Pull, PatternsAreVectorsListsSetsOrText) {  // P-2
  for (const char* pattern : {"[:name]", "(:name)", "#{:name}", "\"[:name]\""}) {
    EXPECT_PULLED("{:name \"Petr\"}", friends(), pattern, 1);
  }
}

TEST(Pull, FalseIsAValue) {
  EXPECT_PULLED("{:ok false}", friends(), "[:ok]", 1);
  EXPECT_PULLED("{:boss {:ok false}}", friends(), "[{:boss [:ok]}]", 2);
  EXPECT_PULLED("{:ok false}", friends(), "[[:ok :default false]]", 4);
  EXPECT_PULLED("{:ok false}", friends(), "[[:ok :default true]]", 1);
}

TEST(Pull, FollowsReferencesBackwards) {  // P-5
  EXPECT_PULLED("{:_boss [{:db/id 2} {:db/id 3}]}", friends(), "[:_boss]", 1);
  EXPECT_PULLED("{:_boss [{:name \"David\"} {:name \"Thomas\"}]}", friends(), "[{:_boss [:name]}]",
                1);
  EXPECT_PULLED("nil", friends(), "[:_boss]", 2);
  EXPECT_PULLED("{:_part {:db/id 10}}", friends(), "[:_part]", 11);
  EXPECT_PULLED("{:_part {:name \"car\"}}", friends(), "[{:_part [:name]}]", 11);
  EXPECT_PULLED("{:_box {:db/id 13} :_part {:db/id 10}}", friends("+ 10 :part 14\n"),
                "[:_box :_part]", 14);
}

TEST(Pull, OnlyReferencesAreFollowed) {  // P-5, P-12
  EXPECT_NOT_PULLED("parser/pull", ":name is not a reference", friends(), "[:_name]", 1);
  EXPECT_NOT_PULLED("parser/pull", ":name is not a reference", friends(), "[{:name [:x]}]", 1);
  EXPECT_NOT_PULLED("parser/pull", ":boss-note is not a reference", friends(), "[{:boss-note ...}]",
                    1);
  EXPECT_NOT_PULLED("parser/pull", ":db/id is not a reference", friends(), "[{:db/id [:x]}]", 1);
}

TEST(Pull, LimitsWhatIsMany) {  // P-6, U-2
  EXPECT_PULLED("{:aka [\"Devil\"]}", friends(), "[[:aka :limit 1]]", 1);
  EXPECT_PULLED("{:aka [\"Devil\"]}", friends(), "[(limit :aka 1)]", 1);
  EXPECT_PULLED("{:aka [\"Devil\"]}", friends(), "[[\"limit\" :aka 1]]", 1);
  EXPECT_PULLED("{:name \"Petr\"}", friends(), "[[:name :limit 3]]", 1);
  EXPECT_PULLED("{:_boss [{:db/id 2}]}", friends(), "[[:_boss :limit 1]]", 1);
  EXPECT_PULLED("{:_boss [{:name \"David\"}]}", friends(), "[{[:_boss :limit 1] [:name]}]", 1);
  EXPECT_PULLED("{:_boss [{:name \"David\"}]}", friends(), "[{(limit :_boss 1) [:name]}]", 1);
  for (const char* pattern : {"[[:aka :limit 0]]", "[(limit :aka -1)]", "[[:name :limit 1.0]]",
                              "[[:name :limit \"1\"]]"}) {
    EXPECT_NOT_PULLED("parser/pull", "A limit is a positive number", friends(), pattern, 1);
  }
}

TEST(Pull, AThousandUnlessSaidOtherwise) {  // P-6
  std::string lines;
  for (int i = 0; i < 1500; ++i)
    lines += base::text("+ 20 :n ", i, "\n+ ", 2000 + i, " :boss 20\n");
  const Db db = friends(lines);
  const auto count = [&](std::string_view pattern, std::string_view key) {
    const Value map = stele::pull(db, form(pattern), 20).value();
    return map.find_keyword(key)->items().size();
  };
  EXPECT_EQ(1000u, count("[:n]", "n"));
  EXPECT_EQ(1000u, count("[*]", "n"));
  EXPECT_EQ(1000u, count("[:_boss]", "_boss"));
  EXPECT_EQ(1500u, count("[[:n :limit nil]]", "n"));
  EXPECT_EQ(1500u, count("[(limit :n nil)]", "n"));
  EXPECT_EQ(1500u, count("[* [:n :limit nil]]", "n"));
  EXPECT_EQ(1500u, count("[[:_boss :limit nil]]", "_boss"));
  EXPECT_EQ(1200u, count("[[:n :limit 1200]]", "n"));
}

TEST(Pull, Renames) {  // P-7
  EXPECT_PULLED("{:n \"Petr\" \"other\" [\"Devil\" \"Tupen\"]}", friends(),
                "[[:name :as :n] [:aka :as \"other\"]]", 1);
  EXPECT_PULLED("{nil \"Petr\"}", friends(), "[[:name :as nil]]", 1);
  EXPECT_PULLED("{:id 1}", friends(), "[[:db/id :as :id]]", 1);
  EXPECT_PULLED("{:chief {:name \"Petr\"}}", friends(), "[{[:boss :as :chief] [:name]}]", 2);
}

TEST(Pull, Defaults) {  // P-7
  EXPECT_PULLED("{:foo \"bar\" :name \"Petr\"}", friends(),
                "[[:foo :default \"bar\"] (default :name 0)]", 1);
  EXPECT_PULLED("{:foo nil}", friends(), "[[:foo :default nil]]", 1);
  EXPECT_PULLED("{:boss 0 :friend [] :_boss #{}}", friends(),
                "[[:boss :default 0] (default :friend []) [:_boss :default #{}]]", 8);
  EXPECT_PULLED("{:boss :none}", friends(), "[{[:boss :default :none] [:name]}]", 1);
  EXPECT_PULLED("{:boss {:name \"Petr\"}}", friends(), "[{(default :boss :none) [:name]}]", 2);
  EXPECT_PULLED("nil", friends(), "[{[:boss :default :none] [:nothing]}]", 2);
  EXPECT_PULLED("{:db/id 0}", friends(), "[[:db/id :default 0]]", 999);
}

TEST(Pull, TransformsWithFunctionsOfTheLanguage) {  // P-8
  EXPECT_PULLED("{:name \"PETR\" :aka 2}", friends(),
                "[[:name :xform clojure.string/upper-case] [:aka :xform count]]", 1);
  EXPECT_PULLED("{:boss [{:name \"Petr\"}]}", friends(), "[{[:boss :xform vector] [:name]}]", 2);
  EXPECT_PULLED("{:_boss 2}", friends(), "[[:_boss :xform count]]", 1);
  // Of nothing it makes what it can, but a default is a default.
  EXPECT_PULLED("{:boss [nil] :x 0}", friends(), "[[:boss :xform vector] [:x :xform count]]", 8);
  EXPECT_PULLED("{:boss 1}", friends(), "[[:boss :xform vector :default 1]]", 8);
  EXPECT_PULLED("nil", friends(), "[[:boss :xform identity]]", 8);
  for (const char* pattern :
       {"[[:name :xform my/function]]", "[[:name :xform subs]]", "[[:name :xform :count]]"}) {
    EXPECT_NOT_PULLED("parser/pull", "names a function of the query language", friends(), pattern,
                      1);
  }
  EXPECT_NOT_PULLED("query/", "The :xform inc under :name", friends(), "[[:name :xform inc]]", 1);
}

TEST(Pull, TheIdOfWhatIsThere) {  // P-9
  EXPECT_PULLED("{:db/id 1}", friends(), "[:db/id]", 1);
  EXPECT_PULLED("{:db/id 1}", friends(), "[:db/id :nothing]", 1);
  EXPECT_PULLED("nil", friends(), "[:db/id]", 999);
  EXPECT_PULLED("nil", friends(), "[:db/id :name]", 999);
  const Db dangling = friends("+ 8 :boss 999\n");
  EXPECT_PULLED("{:boss {:db/id 999}}", dangling, "[:boss]", 8);
  EXPECT_PULLED("nil", dangling, "[{:boss [:db/id :name]}]", 8);
  EXPECT_PULLED("{:_boss [{:db/id 8}]}", dangling, "[:db/id :_boss]", 999);
}

TEST(Pull, Wildcards) {  // P-10
  const std::string petr =
      "{:db/id 1 :name \"Petr\" :aka [\"Devil\" \"Tupen\"] :ok false "
      ":mail \"p@x\"}";
  for (const char* pattern : {"[*]", "[\"*\"]", "[:*]", "[* *]"}) {
    EXPECT_PULLED(petr, friends(), pattern, 1);
  }
  EXPECT_PULLED("{:db/id 3 :name \"Thomas\" :boss {:db/id 1} :boss-note \"odd\"}", friends(), "[*]",
                3);
  EXPECT_PULLED("{:db/id 999}", friends(), "[*]", 999);
  EXPECT_PULLED("{:boss {:db/id 999}}", friends("+ 8 :boss 999\n"), "[{:boss [*]}]", 8);
}

TEST(Pull, WildcardsBesideSpecs) {  // P-10, U-1, X-108
  EXPECT_PULLED("{:db/id 2 :n \"David\" :boss {:name \"Petr\"} :ok true :x 0}", friends(),
                "[* [:name :as :n] {:boss [:name]} [:x :default 0]]", 2);
  EXPECT_PULLED("{:id 8 :name \"Kerri\" :_friend [{:db/id 7}]}", friends(),
                "[* [:db/id :as :id] :_friend]", 8);
  EXPECT_PULLED(
      "{:db/id 7 :name \"Eunan\" :enemy [{:db/id 4}] "
      ":friend [{:db/id 8 :name \"Kerri\"}]}",
      friends(), "[* {:friend ...}]", 7);
  EXPECT_PULLED("{:db/id 13 :name \"wheel\" :box {:name \"rim\"}}", friends(), "[* {:box [:name]}]",
                13);
}

TEST(Pull, ComponentsComeWhole) {  // P-11
  const std::string car =
      "{:db/id 10 :name \"car\" :part ["
      "{:db/id 11 :name \"engine\" :part [{:db/id 12 :name \"piston\"}]} "
      "{:db/id 13 :name \"wheel\" :box {:db/id 14 :name \"rim\"}}]}";
  EXPECT_PULLED(car, friends(), "[*]", 10);
  EXPECT_PULLED(car, friends(), "[:db/id :name :part]", 10);
  EXPECT_PULLED("{:part [{:name \"engine\"} {:name \"wheel\"}]}", friends(), "[{:part [:name]}]",
                10);
  EXPECT_PULLED(
      "{:name \"car\" :part [{:name \"engine\" :part [{:name \"piston\"}]} "
      "{:name \"wheel\"}]}",
      friends(), "[:name {:part ...}]", 10);
  EXPECT_PULLED("{:name \"car\" :part [{:name \"engine\"} {:name \"wheel\"}]}", friends(),
                "[:name {:part 1}]", 10);
  EXPECT_PULLED("{:part [{:db/id 999}]}", friends("+ 8 :part 999\n"), "[:part]", 8);
}

TEST(Pull, EmptyMapsAreLeftOut) {  // P-12, J-20
  EXPECT_PULLED("{:_boss [{:boss-note \"odd\"}]}", friends(), "[{:_boss [:boss-note]}]", 1);
  EXPECT_PULLED("{:name \"Petr\"}", friends(), "[:name {:_boss [:nothing]}]", 1);
  EXPECT_PULLED("{:name \"David\"}", friends(), "[:name {:boss [:nothing]}]", 2);
  EXPECT_PULLED("nil", friends(), "[{:boss []}]", 2);
}

TEST(Pull, Recursion) {  // P-13
  EXPECT_PULLED(
      "{:name \"Lucy\" :friend [{:name \"Elizabeth\" :friend [{:name \"Matthew\" "
      ":friend [{:name \"Eunan\" :friend [{:name \"Kerri\"}]}]}]}]}",
      friends(), "[:name {:friend ...}]", 4);
  for (const char* pattern : {"[:name {:friend 2}]", "[:name {[:friend :limit 5] 2}]"}) {
    EXPECT_PULLED(
        "{:name \"Lucy\" :friend [{:name \"Elizabeth\" :friend "
        "[{:name \"Matthew\"}]}]}",
        friends(), pattern, 4);
  }
  EXPECT_PULLED(
      "{:name \"Matthew\" :_friend [{:name \"Elizabeth\" :_friend "
      "[{:name \"Lucy\"}]}]}",
      friends(), "[:name {:_friend \"...\"}]", 6);
  EXPECT_PULLED("{:name \"piston\" :_part {:name \"engine\" :_part {:name \"car\"}}}", friends(),
                "[:name {:_part ...}]", 12);
}

TEST(Pull, CyclesEnd) {  // P-14
  const Db db = database(
      {declare(101, ":name", ":db.type/string") + declare(103, ":friend", ":db.type/ref", true),
       "+ 1 :name \"a\"\n+ 1 :friend 2\n+ 2 :name \"b\"\n+ 2 :friend 1\n"
       "+ 3 :name \"c\"\n+ 3 :friend 3\n"
       "+ 4 :name \"d\"\n+ 4 :friend 5\n+ 4 :friend 6\n+ 5 :friend 7\n"
       "+ 6 :friend 7\n+ 7 :name \"g\""});
  EXPECT_PULLED(
      "{:name \"a\" :friend [{:name \"b\" :friend [{:name \"a\" :friend "
      "[{:db/id 2}]}]}]}",
      db, "[:name {:friend ...}]", 1);
  EXPECT_PULLED("{:name \"c\" :friend [{:name \"c\" :friend [{:db/id 3}]}]}", db,
                "[:name {:friend ...}]", 3);
  // Two ways to one entity are no cycle.
  EXPECT_PULLED("{:name \"d\" :friend [{:friend [{:name \"g\"}]} {:friend [{:name \"g\"}]}]}", db,
                "[:name {:friend ...}]", 4);
  // The limit comes first. P-16
  EXPECT_PULLED("{:name \"a\" :friend [{:name \"b\" :friend [{:name \"a\"}]}]}", db,
                "[:name {:friend 2}]", 1);
}

TEST(Pull, CyclesOfComponentsEndAtOnce) {  // P-15
  const Db db = database({declare(101, ":part", ":db.type/ref", false, ":db/isComponent true"),
                          "+ 1 :part 2\n+ 2 :part 1\n+ 3 :part 3"});
  EXPECT_PULLED("{:db/id 1 :part {:db/id 2 :part {:db/id 1}}}", db, "[*]", 1);
  EXPECT_PULLED("{:part {:db/id 3}}", db, "[:part]", 3);
}

TEST(Pull, SeveralRecursionsCountApart) {  // P-17
  EXPECT_PULLED(
      "{:name \"Lucy\" :friend [{:name \"Elizabeth\" :enemy [{:name \"Eunan\"}]}] "
      ":enemy [{:name \"Matthew\" :friend [{:name \"Eunan\"}]}]}",
      friends(), "[:name {:friend 1} {:enemy 1}]", 4);
}

TEST(Pull, DepthTakesNoStack) {  // P-18
  std::string lines;
  for (int i = 1; i < 5000; ++i) lines += base::text("+ ", 1000 + i, " :boss ", 1001 + i, "\n");
  const Db db = friends(lines);
  for (const char* pattern : {"[:db/id {:boss ...}]", "[:db/id {:boss 4998}]"}) {
    Value map = stele::pull(db, form(pattern), 1001).value();
    int depth = 0;
    for (const Value* boss; (boss = map.find_keyword("boss")); ++depth) map = Value(*boss);
    EXPECT_EQ(4998, depth) << pattern;
  }
}

TEST(Pull, TheLastSpecOfAKeyWins) {  // P-19, U-2
  EXPECT_PULLED("{:friend [{:db/id 5}]}", friends(), "[{:friend [:name]} :friend]", 4);
  EXPECT_PULLED("{:friend [{:name \"Elizabeth\"}]}", friends(), "[:friend {:friend [:name]}]", 4);
  EXPECT_PULLED("{:a \"Lucy\" :b \"Lucy\" :name \"Lucy\"}", friends(),
                "[:name [:name :as :a] [:name :as :b]]", 4);
  EXPECT_PULLED("nil", friends(), "[[:name :as :x] [:nothing :as :x]]", 4);
}

TEST(Pull, EntitiesByLookupRefOrIdent) {  // P-21, J-19
  EXPECT_PULLED("{:name \"Petr\"}", friends(), "[:name]", form("[:mail \"p@x\"]"));
  EXPECT_PULLED("{:db/ident :boss}", friends(), "[:db/ident]", form(":boss"));
  EXPECT_PULLED("nil", friends(), "[*]", form("[:mail \"nobody\"]"));
  EXPECT_PULLED("nil", friends(), "[*]", form(":nobody"));
  EXPECT_PULLED("nil", friends(), "[*]", Value());
  EXPECT_NOT_PULLED("entity-id/syntax", "Expected number", friends(), "[*]", "x");
  EXPECT_NOT_PULLED("lookup-ref/unique", "marked as :db/unique", friends(), "[*]",
                    form("[:name \"Petr\"]"));
}

TEST(Pull, ManyKeepTheirPlaces) {  // P-22, J-18
  const Value maps =
      pull_many(friends(), "[:name]", form("[8 999 [:mail \"p@x\"] 8 [:mail \"?\"] 4]")).value();
  EXPECT_EQ(form("[{:name \"Kerri\"} nil {:name \"Petr\"} {:name \"Kerri\"} nil {:name \"Lucy\"}]"),
            maps);
  EXPECT_EQ(form("[]"), pull_many(friends(), "[:name]", form("[]")).value());
  EXPECT_EQ("entity-id/syntax", pull_many(friends(), "[:name]", form("4")).error().code());
}

TEST(Pull, AsOf) {  // P-24
  const Db db = friends();
  EXPECT_PULLED("nil", db.as_of(kTx0 + 1), "[:name]", 1);
  EXPECT_PULLED("{:name \"David\" :boss {:name \"Petr\" :_boss [{:db/id 2} {:db/id 3}]}}",
                db.as_of(kTx0 + 2), "[:name {:boss [:name :_boss]}]", 2);
}

TEST(Pull, AHistoryGivesEachFactOnce) {  // P-24
  const Db db = database({declare(101, ":tag", ":db.type/keyword", true) +
                              declare(102, ":friend", ":db.type/ref", true),
                          "+ 1 :tag :a\n+ 1 :tag :b\n+ 1 :friend 2", "- 1 :tag :a\n- 1 :friend 2",
                          "+ 1 :tag :a\n+ 1 :friend 2"});
  EXPECT_PULLED("{:tag [:a :b]}", db.history(), "[:tag]", 1);
  EXPECT_PULLED("{:_friend [{:db/id 1}]}", db.history(), "[:_friend]", 2);
  EXPECT_PULLED("{:tag [:a]}", db.history(), "[(limit :tag 1)]", 1);
}

TEST(Pull, StringsNameOtherAttributesThanKeywords) {  // P-25, X-111
  const Db db = database({declare(101, "\"next\"", ":db.type/ref"),
                          "+ 1 \"name\" \"x\"\n+ 1 :name \"y\"\n+ 1 \"next\" 2\n+ 1 \"12\" 3"});
  EXPECT_PULLED("{\"name\" \"x\" :name \"y\" \"12\" 3}", db, "[\"name\" :name \"12\"]", 1);
  EXPECT_PULLED("{\"_next\" [{:db/id 1}]}", db, "[\"_next\"]", 2);
}

TEST(Pull, BadPatternsAreNamed) {  // P-3
  const std::pair<const char*, const char*> cases[] = {
      {":name", "A pull pattern is a vector"},
      {"{:name [:x]}", "A pull pattern is a vector"},
      {"nil", "A pull pattern is a vector"},
      {"[7]", "Not an attribute"},
      {"[[]]", "Not an attribute"},
      {"[[7 :as :x]]", "Options follow an attribute"},
      {"[[:name :as]]", "Each option is followed by its value"},
      {"[[:name :foo 1]]", "Invalid attribute option"},
      {"[(limit :name)]", "Written as (limit attribute number)"},
      {"[(default 1 2)]", "Written as (limit attribute number)"},
      {"[{}]", "says what to pull"},
      {"[{:boss 0}]", "a positive number of levels"},
      {"[{:boss :name}]", "A pull pattern is a vector"},
      {"[{7 [:name]}]", "Not an attribute"},
  };
  for (const auto& [pattern, part] : cases) {
    EXPECT_NOT_PULLED("parser/pull", part, friends(), pattern, 1);
  }
  EXPECT_EQ("edn/", stele::pull(friends(), "[:name", 1).error().code().substr(0, 4));
}

}  // namespace
}  // namespace stele::query
