// Operations beyond adding and retracting, items that are datoms, and limits of length.
#include <gtest/gtest.h>

#include "base/text.h"
#include "tx/transact_testing.h"

namespace stele::tx {
namespace {

// Entities 1 … 9 declare, so that the first entity of a test is 10.
constexpr std::string_view kHouse = R"([
  {:db/ident :name  :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
  {:db/ident :email :db/valueType :db.type/string :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :n     :db/valueType :db.type/long   :db/cardinality :db.cardinality/one}
  {:db/ident :tag   :db/valueType :db.type/long   :db/cardinality :db.cardinality/many}
  {:db/ident :boss  :db/valueType :db.type/ref    :db/cardinality :db.cardinality/one}
  {:db/ident :likes :db/valueType :db.type/ref    :db/cardinality :db.cardinality/many}
  {:db/ident :part  :db/valueType :db.type/ref    :db/cardinality :db.cardinality/many
   :db/isComponent true}
  {:db/ident :ok    :db/valueType :db.type/boolean :db/cardinality :db.cardinality/one}
  {:db/ident :bin   :db/valueType :db.type/bytes  :db/cardinality :db.cardinality/one}])";

class Operations : public ::testing::Test {
 protected:
  void SetUp() override { line.must(kHouse); }

  std::string effects_of(std::string_view argument) { return effects(line.must(argument).report); }

  TestLine line;
};

#define EXPECT_FAILS(argument, code, fragment)                              \
  do {                                                                      \
    const std::string error = line.fails(argument);                         \
    EXPECT_TRUE(error.starts_with(code ": ")) << argument << "\n" << error; \
    EXPECT_NE(error.find(fragment), std::string::npos) << error;            \
  } while (false)

// ---- Whole entities

TEST_F(Operations, T23_an_entity_goes_with_what_refers_to_it) {
  line.must(
      "[{:db/id 20 :name \"a\" :tag [3 1] :n 5} [:db/add 21 :boss 20] [:db/add 22 :likes 20] "
      "[:db/add 22 :likes 21] [:db/add 19 :boss 20] [:db/add 19 :n 20]]");
  for (const bool folded : {false, true}) {
    SCOPED_TRACE(folded);
    TestLine here = line;
    if (folded) here.fold();
    EXPECT_EQ(effects(here.must("[[:db/retractEntity 20]]").report),
              "-20 :n 5  -20 :name \"a\"  -20 :tag 1  -20 :tag 3  -19 :boss 20  -21 :boss 20  "
              "-22 :likes 20");
    EXPECT_EQ(here.facts_of(22), "[22 :likes 21]");
    EXPECT_EQ(here.facts_of(19), "[19 :n 20]");
    EXPECT_EQ(effects(here.must("[[:db.fn/retractEntity 20]]").report), "");
  }
}

TEST_F(Operations, T23_sees_what_the_transaction_did_before) {
  line.must("[{:db/id 20 :name \"a\" :n 1} [:db/add 21 :boss 20]]");
  EXPECT_EQ(effects_of("[[:db/add 20 :n 2] [:db/retract 21 :boss 20] [:db/add 22 :likes 20] "
                       "[:db/retractEntity 20] [:db/add 20 :n 3]]"),
            "-20 :n 1  +20 :n 2  -21 :boss 20  +22 :likes 20  -20 :n 2  -20 :name \"a\"  "
            "-22 :likes 20  +20 :n 3");
  EXPECT_EQ(line.facts_of(20), "[20 :n 3]");
  EXPECT_EQ(effects_of("[{:db/id -1 :email \"x\"} [:db/retractEntity [:email \"x\"]]]"),
            "+23 :email \"x\"  -23 :email \"x\"");
}

TEST_F(Operations, T23_components_go_too_and_theirs) {
  line.must(
      "[{:db/id 20 :part [{:db/id 21 :n 1 :part [{:db/id 22 :n 2}]} {:db/id 23 :n 3}]} "
      "[:db/add 24 :likes 22] [:db/add 24 :likes 23] [:db/add 24 :n 4]]");
  EXPECT_EQ(effects_of("[[:db/retractEntity 20]]"),
            "-20 :part 21  -20 :part 23  -21 :n 1  -21 :part 22  -22 :n 2  -24 :likes 22  "
            "-23 :n 3  -24 :likes 23");
  EXPECT_EQ(line.facts_of(24), "[24 :n 4]");
}

TEST_F(Operations, X94_U7_cycles_end_and_each_fact_is_listed_once) {
  line.must(
      "[[:db/add 20 :part 21] [:db/add 21 :part 20] [:db/add 20 :part 20] "
      "[:db/add 20 :likes 20]]");
  EXPECT_EQ(effects_of("[[:db/retractEntity 20]]"),
            "-20 :likes 20  -20 :part 20  -20 :part 21  -21 :part 20");
}

TEST_F(Operations, X94_a_chain_of_components_may_be_long) {
  std::string items;
  for (int e = 20; e < 5000; ++e) items += base::text("[:db/add ", e, " :part ", e + 1, "] ");
  line.must("[" + items + "]");
  EXPECT_EQ(line.must("[[:db/retractEntity 20]]").report.tx_data.size(), 4981u);
}

TEST_F(Operations, T23_X92_nobody_is_nothing_and_a_tempid_is_an_error) {
  EXPECT_EQ(effects_of("[[:db/retractEntity 99] [:db/retractEntity [:email \"no\"]] "
                       "[:db/retractEntity :no/ident]]"),
            "");
  EXPECT_FAILS("[[:db/retractEntity -1]]", "transact/syntax", "Can't use tempid in");
  EXPECT_FAILS("[[:db/retractEntity]]", "entity-id/syntax", "Expected number or lookup ref");
  EXPECT_FAILS("[[:db/retractEntity :db/current-tx]]", "transact/unsupported", "txInstant");
  EXPECT_FAILS("[[:db/retractEntity 536870913]]", "transact/unsupported", "txInstant");
}

TEST_F(Operations, D124_an_attribute_in_use_cannot_be_retracted) {
  line.must("[[:db/add 20 :n 1]]");
  EXPECT_FAILS("[[:db/retractEntity :n]]", "transact/schema", "has data");
  line.must("[[:db/retractEntity :ok]]");
  EXPECT_FAILS("[[:db/add 20 :ok true]]", "transact/schema", "not defined in current schema");
}

TEST_F(Operations, X101_the_past_shows_what_was_retracted) {
  const TxId tx = line.must("[{:db/id 20 :n 1}]").report.tx;
  line.must("[[:db/retractEntity 20]]");
  const auto then = line.db().as_of(tx).datoms(IndexOrder::eavt, std::vector<Value>{Value(20)});
  EXPECT_EQ(then->size(), 1u);
  EXPECT_EQ(line.facts_of(20), "");
}

TEST_F(Operations, T22_all_values_of_an_attribute_with_components) {
  line.must("[{:db/id 20 :tag [2 1] :part [{:db/id 21 :n 1}] :likes [22]} [:db/add 22 :n 2]]");
  EXPECT_EQ(effects_of("[[:db.fn/retractAttribute 20 :tag]]"), "-20 :tag 1  -20 :tag 2");
  EXPECT_EQ(effects_of("[[:db.fn/retractAttribute 20 :likes]]"), "-20 :likes 22");
  EXPECT_EQ(effects_of("[[:db.fn/retractAttribute 20 :part]]"), "-20 :part 21  -21 :n 1");
  EXPECT_EQ(effects_of("[[:db.fn/retractAttribute 20 :part]]"), "");
  EXPECT_EQ(line.facts_of(22), "[22 :n 2]");
  EXPECT_FAILS("[[:db.fn/retractAttribute 20 :no]]", "transact/schema", "not defined");
  EXPECT_FAILS("[[:db.fn/retractAttribute -1 :n]]", "transact/syntax", "Can't use tempid in");
}

// ---- Compare and set

TEST_F(Operations, T25_sets_what_is_as_believed) {
  EXPECT_EQ(effects_of("[[:db/cas 20 :n nil 1]]"), "+20 :n 1");
  EXPECT_EQ(effects_of("[[:db.fn/cas 20 :n 1 2]]"), "-20 :n 1  +20 :n 2");
  EXPECT_EQ(effects_of("[[:db/cas 20 :n 2 2]]"), "");
  EXPECT_EQ(effects_of("[[:db/add 20 :n 3] [:db/cas 20 :n 3 4]]"),
            "-20 :n 2  +20 :n 3  -20 :n 3  +20 :n 4");
  EXPECT_FAILS("[[:db/cas 20 :n 3 5]]", "transact/cas",
               ":db.fn/cas failed on datom [20 :n 4], expected 3");
  EXPECT_FAILS("[[:db/cas 20 :n nil 5]]", "transact/cas", "[20 :n 4], expected nil");
  EXPECT_FAILS("[[:db/cas 21 :n 4 5]]", "transact/cas", "[21 :n nil], expected 4");
  const auto outcome = line.transact_text("[[:db/cas 20 :n 3 5]]");
  EXPECT_EQ(outcome.error().data().find_keyword("old")->as_int64(), 4);
  EXPECT_EQ(outcome.error().data().find_keyword("expected")->as_int64(), 3);
  EXPECT_EQ(outcome.error().data().find_keyword("new")->as_int64(), 5);
}

TEST_F(Operations, T25_of_many_values_one_must_be_the_old_one_which_stays) {
  line.must("[{:db/id 20 :tag [1 2]}]");
  EXPECT_EQ(effects_of("[[:db/cas 20 :tag 2 3]]"), "+20 :tag 3");
  EXPECT_FAILS("[[:db/cas 20 :tag 4 5]]", "transact/cas", "[20 :tag [1 2 3]], expected 4");
  EXPECT_FAILS("[[:db/cas 20 :tag nil 5]]", "transact/cas", "expected nil");
}

TEST_F(Operations, X96_false_is_a_value_and_bytes_go_by_content) {
  line.must("[[:db/add 20 :ok false] [:db/add 20 :bin #bytes \"ff00\"]]");
  EXPECT_FAILS("[[:db/cas 20 :ok nil true]]", "transact/cas", "[20 :ok false], expected nil");
  EXPECT_EQ(effects_of("[[:db/cas 20 :ok false true]]"), "-20 :ok false  +20 :ok true");
  EXPECT_FAILS("[[:db/cas 20 :bin #bytes \"ff01\" #bytes \"00\"]]", "transact/cas", "failed");
  EXPECT_EQ(effects_of("[[:db/cas 20 :bin #bytes \"ff00\" #bytes \"00\"]]"),
            "-20 :bin #bytes \"ff00\"  +20 :bin #bytes \"00\"");
}

TEST_F(Operations, T25_entities_and_references_must_be_there) {
  line.must(
      "[{:db/id 20 :email \"a\" :boss 21} {:db/id 21 :email \"b\"} {:db/id 22 :email \"c\"}]");
  EXPECT_EQ(effects_of("[[:db/cas [:email \"a\"] :boss [:email \"b\"] [:email \"c\"]]]"),
            "-20 :boss 21  +20 :boss 22");
  EXPECT_FAILS("[[:db/cas [:email \"x\"] :n nil 1]]", "entity-id/missing", "Nothing found");
  EXPECT_FAILS("[[:db/cas 20 :boss [:email \"x\"] 21]]", "entity-id/missing", "Nothing found");
  EXPECT_FAILS("[[:db/cas 20 :boss 22 [:email \"x\"]]]", "entity-id/missing", "Nothing found");
  EXPECT_FAILS("[[:db/cas 20 :boss 22 -1]]", "entity-id/syntax",
               "Expected number or lookup ref for entity id, got -1");
  EXPECT_FAILS("[[:db/cas -1 :n nil 1]]", "transact/syntax", "Can't use tempid in");
  EXPECT_FAILS("[[:db/cas 20 :n nil nil]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[[:db/cas 20 :n nil]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[[:db/cas 20 :n nil \"x\"]]", "transact/schema", "Bad entity value");
  EXPECT_FAILS("[[:db/cas 20 :n nil 1 2]]", "transact/syntax", "Too many elements");
  EXPECT_FAILS("[[:db/cas 22 :email \"c\" \"a\"]]", "transact/unique", "unique constraint");
}

TEST_F(Operations, X124_an_entity_of_cas_is_not_given_to_tempids) {
  EXPECT_EQ(effects_of("[[:db/add -1 :n 1] [:db/cas 10 :n nil 2]]"), "+11 :n 1  +10 :n 2");
}

// ---- Datoms

TEST_F(Operations, T24_datoms_of_one_database_are_items_of_another) {
  TestLine other;
  other.must(kHouse);
  for (const char* forms : {"[{:db/id 20 :name \"a\" :tag [1 2] :boss {:name \"b\"}}]",
                            "{:tx-data [[:db/add 20 :name \"c\"] [:db/retract 20 :tag 1]] "
                            ":tx-meta {:db/doc \"why\" :db/txInstant #inst \"2020-02-02\"}}",
                            "[[:db/retractEntity 20]]"}) {
    const auto told = line.must(forms).report.tx_data;
    std::vector<Value> items;
    for (const Datom& d : told) {
      items.push_back(Value::tagged(
          "datom", Value::vector({Value(d.e), d.a, d.v, Value(d.tx), Value(d.added)})));
    }
    const auto outcome = other.transact(Value::vector(std::move(items)));
    ASSERT_TRUE(outcome.ok()) << outcome.error().message();
    EXPECT_EQ(other.db().datoms(IndexOrder::eavt)->size(),
              line.db().datoms(IndexOrder::eavt)->size());
    EXPECT_EQ(other.facts(), line.facts());
    EXPECT_EQ(outcome->record->instant, line.state()->instant);
  }
}

TEST_F(Operations, T24_a_datom_keeps_its_transaction_unless_that_is_known_to_be_wrong) {
  line.must("[[:db/add 20 :n 1]]");  // 536870914
  const auto tx_of = [&](EntityId e) {
    return line.db().datoms(IndexOrder::eavt, std::vector<Value>{Value(e)})->back().tx - kTx0;
  };
  line.must(
      "[#datom [30 :n 1 536870914 true] #datahike/Datom [20 :n 2 536870914 true] "
      "#datom [31 :n 1 536870999 true] #datom [32 :n 1]]");
  EXPECT_EQ(tx_of(30), 2u);  // as it says
  EXPECT_EQ(tx_of(20), 3u);  // something else was true then
  EXPECT_EQ(tx_of(31), 3u);  // not yet
  EXPECT_EQ(tx_of(32), 3u);
  EXPECT_EQ(effects_of("[#datom [30 :n 1 536870914 false]]"), "-30 :n 1");
  EXPECT_EQ(effects_of("[#datom [30 :n 1 536870914 true]]"), "+30 :n 1");
  EXPECT_EQ(tx_of(30), 5u);  // that it was ended by then is settled
  line.fold();
  EXPECT_EQ(
      line.db().as_of(kTx0 + 2).datoms(IndexOrder::eavt, std::vector<Value>{Value(20)})->at(0).v,
      Value(1));
}

TEST_F(Operations, T24_datoms_are_checked_like_everything_else) {
  for (const char* item :
       {"#datom 7", "#datom [1 :n]", "#datom [1 :n 2 536870913 true 1]", "#datom [-1 :n 2]",
        "#datom [\"x\" :n 2]", "#datom [1 :n 2 7]", "#datom [1 :n 2 536870913 1]"}) {
    EXPECT_FAILS("[" + std::string(item) + "]", "transact/syntax", "Bad datom");
  }
  EXPECT_FAILS("[#datom [20 :n nil]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[#datom [20 :no 1]]", "transact/schema", "not defined in current schema");
  EXPECT_FAILS("[#datom [20 :n \"x\"]]", "transact/schema", "Bad entity value");
  EXPECT_FAILS("[#datom [20 :boss [:email \"x\"]]]", "transact/schema", "Bad entity value");
  line.must("[[:db/add 20 :email \"a\"]]");
  EXPECT_FAILS("[#datom [21 :email \"a\"]]", "transact/unique", "unique constraint");
  EXPECT_FAILS("[#datom [536870913 :db/txInstant #inst \"2020\" 536870914 false]]",
               "transact/unsupported", "txInstant");
  EXPECT_EQ(effects_of("[[:db/add -1 :n 1] #datom [22 :boss 23]]"), "+24 :n 1  +22 :boss 23");
}

// ---- Strict tempids

TEST_F(Operations, T35_X90_tempids_that_are_only_values_may_be_refused) {
  line.must("[[:db/add 20 :boss -1]]");
  EXPECT_FAILS("{:tx-data [[:db/add 20 :boss -1] [:db/add 20 :likes \"x\"]] :strict-tempids? true}",
               "transact/syntax", "Tempids used only as value in transaction: [-1 \"x\"]");
  line.must("{:tx-data [[:db/add 20 :boss -1] {:db/id -1 :n 1}] :strict-tempids? true}");
  line.must("{:tx-data [{:db/id 20 :_boss -1}] :strict-tempids? true}");
  EXPECT_FAILS("{:tx-data [] :strict-tempids? 1}", "transact/syntax", "true or false");
}

// ---- Lengths

TEST(Lengths, D67_an_attribute_limits_its_values) {
  for (const bool on_read : {false, true}) {
    TestLine line(on_read ? schema_on_read() : format::Config());
    line.must(
        "[{:db/ident :s :db/valueType :db.type/string :db/cardinality :db.cardinality/many "
        ":db/maxLength 3}]");
    line.must("[[:db/add 9 :s \"abc\"] [:db/add 9 :s \"äöü\"] [:db/add 9 :s \"a😀\"]]");
    EXPECT_FAILS("[[:db/add 9 :s \"abcd\"]]", "transact/max-length", "4 chars, and at most 3");
    EXPECT_FAILS("[[:db/add 9 :s \"ab😀\"]]", "transact/max-length", "4 chars");
    const auto refused = line.transact_text("[{:s \"abcd\"}]").error();
    EXPECT_EQ(*refused.data().find_keyword("length"), Value(4));
    EXPECT_EQ(*refused.data().find_keyword("limit"), Value(3));
    EXPECT_EQ(*refused.data().find_keyword("unit"), Value::keyword("chars"));
    line.must("[[:db/add :s :db/maxLength 2]]");
    EXPECT_FAILS("[[:db/add 9 :s \"abc\"]]", "transact/max-length", "3 chars");  // though redundant
    EXPECT_EQ(effects(line.must("[[:db/retract 9 :s \"abc\"]]").report), "-9 :s \"abc\"");
    line.must("[[:db/add :s :db/maxLength 0]]");
    line.must("[[:db/add 9 :s \"as long as it likes\"]]");
    EXPECT_FAILS("[[:db/add :s :db/maxLength -1]]", "transact/schema", "Bad entity value");
  }
}

TEST(Lengths, D67_bytes_and_arrays_have_units_of_their_own) {
  TestLine line(schema_on_read());
  line.must("[{:db/ident :x :db/maxLength 2 :db/cardinality :db.cardinality/one}]");
  EXPECT_FAILS("[{:x #bytes \"010203\"}]", "transact/max-length", "3 bytes");
  EXPECT_FAILS("[{:x #float-array [1 2 3]}]", "transact/max-length", "3 floats");
  EXPECT_FAILS("[{:x #double-array [1 2 3]}]", "transact/max-length", "3 doubles");
  line.must("[{:x 12345} {:x :keyword} {:x #bytes \"0102\"}]");
}

TEST(Lengths, D68_the_database_limits_what_attributes_do_not) {
  format::Config config;
  config.caps = {.string_chars = 3, .bytes = 1};
  TestLine line(config);
  line.must(R"([{:db/ident :s :db/valueType :db.type/string :db/cardinality :db.cardinality/one
                 :db/doc "system attributes are free"}
                {:db/ident :long :db/valueType :db.type/string :db/cardinality :db.cardinality/one
                 :db/maxLength 5}
                {:db/ident :free :db/valueType :db.type/string :db/cardinality :db.cardinality/one
                 :db/maxLength 0}
                {:db/ident :d :db/valueType :db.type/double-array
                 :db/cardinality :db.cardinality/one}])");
  EXPECT_FAILS("[{:s \"abcd\"}]", "transact/max-length", "at most 3");
  EXPECT_FAILS("[{:long \"abcdef\"}]", "transact/max-length", "at most 5");
  line.must("[{:s \"abc\" :long \"abcde\" :free \"abcdefgh\" :d #double-array [1 2 3 4]}]");
  config.schema_on_read = true;
  TestLine free(config);
  free.must("[{:s \"abcd\"}]");
}

}  // namespace
}  // namespace stele::tx
