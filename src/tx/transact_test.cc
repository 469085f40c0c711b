#include "tx/transact.h"

#include <gtest/gtest.h>

#include "tx/transact_testing.h"

namespace stele::tx {
namespace {

using ::testing::Test;

// Entities 1 … 9 declare, so that the first entity of a test is 10.
constexpr std::string_view kPeople = R"([
  {:db/ident :name   :db/valueType :db.type/string  :db/cardinality :db.cardinality/one}
  {:db/ident :email  :db/valueType :db.type/string  :db/cardinality :db.cardinality/one
   :db/unique :db.unique/identity}
  {:db/ident :code   :db/valueType :db.type/string  :db/cardinality :db.cardinality/one
   :db/unique :db.unique/value}
  {:db/ident :n      :db/valueType :db.type/long    :db/cardinality :db.cardinality/one}
  {:db/ident :tag    :db/valueType :db.type/keyword :db/cardinality :db.cardinality/many}
  {:db/ident :boss   :db/valueType :db.type/ref     :db/cardinality :db.cardinality/one}
  {:db/ident :friend :db/valueType :db.type/ref     :db/cardinality :db.cardinality/many}
  {:db/ident :ok     :db/valueType :db.type/boolean :db/cardinality :db.cardinality/one}
  {:db/ident :phone  :db/valueType :db.type/string  :db/cardinality :db.cardinality/many
   :db/unique :db.unique/identity}])";

class Transact : public Test {
 protected:
  void SetUp() override { line.must(kPeople); }

  std::string effects_of(std::string_view argument) { return effects(line.must(argument).report); }

  TestLine line;
};

#define EXPECT_FAILS(argument, code, fragment)                              \
  do {                                                                      \
    const std::string error = line.fails(argument);                         \
    EXPECT_TRUE(error.starts_with(code ": ")) << argument << "\n" << error; \
    EXPECT_NE(error.find(fragment), std::string::npos) << error;            \
  } while (false)

// ---- Input

TEST_F(Transact, T1_takes_a_sequence_or_a_map_with_tx_data) {
  EXPECT_EQ(effects_of("[[:db/add 20 :n 1]]"), "+20 :n 1");
  EXPECT_EQ(effects_of("([:db/add 20 :n 2])"), "-20 :n 1  +20 :n 2");
  EXPECT_EQ(effects_of("{:tx-data [[:db/add 20 :n 3]]}"), "-20 :n 2  +20 :n 3");
  EXPECT_FAILS("{}", "transact/syntax", "map missing key :tx-data.");
  EXPECT_FAILS("7", "transact/syntax",
               "Bad argument to transact, expected map, vector or sequence");
}

TEST_F(Transact, T2_refuses_views) {
  tree::Reader reader;
  const auto outcome =
      tx::transact(line.db().as_of(line.db().max_tx()), {Value::vector({}), {}}, {}, reader);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), "transaction/filtered");
  EXPECT_NE(outcome.error().message().find("Filtered DB cannot be modified"), std::string::npos);
}

TEST_F(Transact, T3_items_are_sequential_or_nil) {
  EXPECT_EQ(effects_of("[]"), "");
  EXPECT_EQ(effects_of("{:tx-data nil}"), "");
  EXPECT_FAILS("{:tx-data #{}}", "transact/syntax", "expected sequential collection");
  EXPECT_FAILS("{:tx-data {:n 1}}", "transact/syntax", "Bad transaction data");
}

TEST_F(Transact, T3_empty_transactions_take_an_id_and_write_their_instant) {
  const TxId tx = line.next_tx();
  const TxOutcome outcome = line.must("[]");
  EXPECT_EQ(outcome.report.tx, tx);
  ASSERT_EQ(outcome.report.tx_data.size(), 1u);
  EXPECT_EQ(outcome.report.tx_data[0].e, tx);
  EXPECT_TRUE(outcome.report.tx_data[0].a.is_keyword("db/txInstant"));
  EXPECT_EQ(outcome.report.tx_data[0].v, Value(outcome.record->instant));
}

TEST_F(Transact, T4_T7_skips_nil_and_refuses_what_is_no_item) {
  EXPECT_EQ(effects_of("[nil [:db/add 20 :n 1] nil]"), "+20 :n 1");
  EXPECT_FAILS("[7]", "transact/syntax", "Bad entity type at 7, expected map or vector");
}

TEST_F(Transact, T6_an_error_takes_no_transaction_id) {
  const TxId tx = line.next_tx();
  line.fails("[[:db/add 20 :n 1] [:db/add 20 :n \"x\"]]");
  line.fails("[[:db/add 20 :n 1] [:db/add 20 :n \"x\"]]");
  EXPECT_EQ(line.must("[[:db/add 20 :n 1]]").report.tx, tx);
}

TEST_F(Transact, T28_unknown_operations) {
  EXPECT_FAILS("[[:db/ad 20 :n 1]]", "transact/syntax", "Unknown operation at [:db/ad 20 :n 1]");
  EXPECT_FAILS("[[:db/ad 20 :n 1]]", "transact/syntax", "Did you mean :db/add?");
  EXPECT_FAILS("[[:db/foo 20]]", "transact/syntax", "Can't find entity for transaction fn :db/foo");
  EXPECT_FAILS("[[20 :n 1]]", "transact/syntax", "Unknown operation at");
  EXPECT_FAILS("[[]]", "transact/syntax", "Unknown operation at []");
  EXPECT_FAILS("[[:db/add 20 :n 1 536870913]]", "transact/syntax", "Too many elements");
  EXPECT_FAILS("[[:db/retractEntity 20 :n]]", "transact/syntax", "expected [:db/retractEntity e]");
  EXPECT_FAILS("[[:db/retractentity 20]]", "transact/syntax", "Did you mean :db/retractEntity?");
}

TEST_F(Transact, says_what_it_does_not_support_yet) {
  for (const char* item :
       {"[:db.fn/call f]", "[:db/purge 1 :n 2]", "[:db.purge/entity 1]",
        "[:db.purge/attribute 1 :n]", "[:db.history.purge/before 1]", "[:name 1]",
        "{:n 1 :db/ensure :x}", "[:db/add 1 :db/ensure :x]", "{:db/ident :s :db.entity/attrs [:n]}",
        "[:db/add 4 :db.attr/preds x/y]", "{:db/ident :t :db/tupleAttrs [:n :ok]}",
        "{:db/ident :t :db/valueType :db.type/tuple :db/cardinality :db.cardinality/one}",
        "{:db/ident :t :db/valueType :db.type/store-ref :db/cardinality :db.cardinality/one}",
        "{:db/id :db/current-tx :db.valid/from #inst \"2020-01-01\"}"}) {
    EXPECT_FAILS("[" + std::string(item) + "]", "transact/unsupported", "does not support");
  }
  EXPECT_FAILS("{:tx-data [] :tx-meta {:db.valid/from #inst \"2020-01-01\"}}",
               "transact/unsupported", ":db.valid/from");
}

// ---- Maps

TEST_F(Transact, T10_maps_become_assertions) {
  EXPECT_EQ(effects_of(R"([{:name "ann" :n 1 :ok false}])"),
            R"(+10 :n 1  +10 :name "ann"  +10 :ok false)");
}

TEST_F(Transact, T11_db_id_is_an_id_tempid_lookup_ref_ident_or_this_transaction) {
  const TxId tx = line.next_tx();
  const TxOutcome outcome = line.must(R"([{:db/id 20 :email "a"} {:db/id [:email "a"] :n 1}
    {:db/id :name :db/doc "the name"} {:db/id "new" :n 2} {:db/id nil :n 3}
    {:db/id "datomic.tx" :n 4}])");
  EXPECT_EQ(effects(outcome.report),
            "+20 :email \"a\"  +20 :n 1  +1 :db/doc \"the name\"  +21 :n 2  +22 :n 3  +" +
                std::to_string(tx) + " :n 4");
  EXPECT_FAILS("[{:db/id 2.5 :n 1}]", "entity-id/syntax",
               "Expected number, string, keyword or lookup ref for :db/id, got 2.5");
  EXPECT_FAILS("[{:db/id [:email \"z\"] :n 1}]", "entity-id/missing",
               "Nothing found for entity id [:email \"z\"]");
  EXPECT_FAILS("[{:db/id :nobody :n 1}]", "entity-id/missing",
               "Nothing found for entity id :nobody");
}

TEST_F(Transact, T12_collections_of_many_are_several_values) {
  EXPECT_EQ(effects_of("[{:db/id 20 :tag [:a :b]}]"), "+20 :tag :a  +20 :tag :b");
  EXPECT_EQ(effects_of("[{:db/id 20 :tag #{:c}} {:db/id 20 :tag :d}]"), "+20 :tag :c  +20 :tag :d");
  EXPECT_EQ(effects_of("[{:db/id 20 :tag []}]"), "");
  EXPECT_FAILS("[{:db/id 20 :tag [:a nil]}]", "transact/syntax", "Cannot store nil as a value");
}

TEST_F(Transact, T12_a_lookup_ref_is_one_value) {
  line.must(R"([{:db/id 20 :email "a" :code "c"} {:db/id 21 :n 1}])");
  EXPECT_EQ(effects_of(R"([{:db/id 21 :friend [:email "a"]}])"), "+21 :friend 20");
  EXPECT_EQ(effects_of(R"([{:db/id 22 :friend [:code "c"]}])"), "+22 :friend 20");
  EXPECT_EQ(effects_of(R"([{:db/id 23 :friend [20 21]}])"), "+23 :friend 20  +23 :friend 21");
}

TEST_F(Transact, T13_a_pair_under_cardinality_one_is_a_lookup_ref) {
  EXPECT_FAILS("[{:db/id 20 :boss [2 3]}]", "lookup-ref/unique",
               "Lookup ref attribute should be marked as :db/unique");
  EXPECT_FAILS("[{:db/id 20 :boss [:email 2 3]}]", "lookup-ref/syntax",
               "Lookup ref should contain 2 elements");
}

TEST_F(Transact, T14_maps_nest) {
  EXPECT_EQ(effects_of(R"([{:name "a" :boss {:name "b" :boss {:name "c"}}}])"),
            R"(+10 :boss 11  +11 :boss 12  +12 :name "c"  +11 :name "b"  +10 :name "a")");
  line.must(R"([{:db/id 30 :email "x"}])");
  EXPECT_EQ(effects_of(R"([{:db/id 31 :friend #{{:email "x" :n 1} 32}}])"),
            "+31 :friend 32  +31 :friend 30  +30 :n 1");
}

TEST_F(Transact, T15_reverse_attributes) {
  line.must(R"([{:db/id 20 :email "a"}])");
  EXPECT_EQ(effects_of(R"([{:db/id 30 :_boss 20}])"), "+20 :boss 30");
  EXPECT_EQ(effects_of(R"([{:db/id 30 :_friend [:email "a"]}])"), "+20 :friend 30");
  EXPECT_EQ(effects_of(R"([{:db/id 30 :_friend [21 -1 {:name "x"}]}])"),
            R"(+21 :friend 30  +31 :friend 30  +32 :friend 30  +32 :name "x")");
  EXPECT_FAILS("[{:db/id 30 :_n 20}]", "transact/syntax",
               "Bad attribute :_n: reverse attribute name requires {:db/valueType :db.type/ref} in "
               "schema");
  EXPECT_FAILS("[{:db/id 30 :_what 20}]", "transact/schema", "not defined in current schema");
}

TEST_F(Transact, T16_a_map_of_only_an_id_writes_nothing_but_takes_its_id) {
  EXPECT_EQ(effects_of("[{:db/id 50}]"), "");
  const TxOutcome outcome = line.must("[{:db/id -1} {:db/id -2 :n 1}]");
  EXPECT_EQ(effects(outcome.report), "+11 :n 1");
  EXPECT_EQ(tempid(outcome.report, Value(-1)), 10u);
}

TEST_F(Transact, T18_idents_are_values_of_references) {
  EXPECT_EQ(effects_of("[[:db/add 20 :boss :name]]"), "+20 :boss 1");
  EXPECT_FAILS("[[:db/add 20 :boss :nobody]]", "entity-id/missing", "Nothing found for entity id");
}

// ---- Vectors

TEST_F(Transact, T20_adds) {
  EXPECT_FAILS("[[:db/add 20 :n nil]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[[:db/add 20 :n]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[[:db/add 20]]", "transact/syntax", "Bad entity attribute nil");
  EXPECT_FAILS("[[:db/add 20 7 1]]", "transact/syntax", "expected keyword or string");
  EXPECT_FAILS("[[:db/add 2.5 :n 1]]", "entity-id/syntax",
               "Expected number or lookup ref for entity id, got 2.5");
}

TEST_F(Transact, T21_retracts_one_value_or_all) {
  line.must("[{:db/id 20 :tag [:b :a :c] :n 1 :ok false}]");
  EXPECT_EQ(effects_of("[[:db/retract 20 :tag :b] [:db/retract 20 :tag :z]]"), "-20 :tag :b");
  EXPECT_EQ(effects_of("[[:db/retract 20 :tag]]"), "-20 :tag :a  -20 :tag :c");
  EXPECT_EQ(effects_of("[[:db/retract 20 :ok true] [:db/retract 20 :n 7]]"), "");
  EXPECT_EQ(effects_of("[[:db/retract 20 :ok false] [:db/retract 20 :n nil]]"),
            "-20 :ok false  -20 :n 1");
  EXPECT_FAILS("[[:db/retract 20 :n \"x\"]]", "transact/schema", "Bad entity value \"x\"");
}

TEST_F(Transact, X92_retracting_from_nobody_does_nothing) {
  EXPECT_EQ(effects_of("[[:db/retract [:email \"z\"] :n 1] [:db/retract :nobody :n]]"), "");
  EXPECT_FAILS("[[:db/add [:email \"z\"] :n 1]]", "entity-id/missing", "Nothing found");
  EXPECT_FAILS("[[:db/retract 20 :boss [:email \"z\"]]]", "entity-id/missing", "Nothing found");
}

// ---- Tempids

TEST_F(Transact, T32_one_tempid_is_one_entity) {
  const TxOutcome outcome =
      line.must(R"([[:db/add -1 :n 1] {:db/id "s" :boss -1} [:db/add "s" :n 2]])");
  EXPECT_EQ(effects(outcome.report), "+10 :n 1  +11 :boss 10  +11 :n 2");
}

TEST_F(Transact, T33_tempids_are_for_adding) {
  EXPECT_FAILS("[[:db/retract -1 :n 1]]", "transact/syntax",
               "Can't use tempid in '[:db/retract -1 :n 1]'. Tempids are allowed in :db/add only");
  EXPECT_FAILS("[[:db/retract \"x\" :n 1]]", "transact/syntax", "Can't use tempid in");
}

TEST_F(Transact, T34_T35_tempids_as_values_of_references_only) {
  const TxOutcome outcome = line.must(R"([[:db/add 20 :boss "b"] [:db/add 20 :n -7]
                                          [:db/add 20 :name "b"]])");
  EXPECT_EQ(effects(outcome.report), "+20 :boss 21  +20 :n -7  +20 :name \"b\"");
  EXPECT_EQ(tempid(outcome.report, Value("b")), 21u);
  EXPECT_EQ(tempid(outcome.report, Value(-7)), 0u);
}

TEST(TransactIds, T36_allocates_e_before_v) {
  TestLine line(schema_on_read());
  line.must(
      "[{:db/ident :friend :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}]");
  EXPECT_EQ(effects(line.must("[[:db/add -1 :friend -2]]").report), "+2 :friend 3");
}

TEST(TransactIds, X124_explicit_ids_are_not_given_to_tempids) {
  TestLine line(schema_on_read());
  line.must("[[:db/add 3 :x 0] {:db/id 4 :db/ident :friend :db/valueType :db.type/ref}]");
  EXPECT_EQ(effects(line.must("[[:db/add 5 :friend -1] [:db/add -1 :x 1]]").report),
            "+5 :friend 6  +6 :x 1");
  EXPECT_EQ(effects(line.must("[{:x 2} {:db/id 7 :x 3}]").report), "+8 :x 2  +7 :x 3");
  EXPECT_EQ(effects(line.must("[[:db/add -1 :friend 9]]").report), "+10 :friend 9");
  EXPECT_EQ(line.db().max_eid(), 10u);
}

TEST(TransactIds, D12_asserted_entities_and_references_move_max_eid) {
  TestLine line(schema_on_read());
  EXPECT_EQ(effects(line.must("[{:x 1}]").report), "+1 :x 1");
  line.must("[[:db/add 100 :x 1]]");
  EXPECT_EQ(line.db().max_eid(), 100u);
  line.must("[[:db/retract 200 :x 1] [:db/add :db/current-tx :x 1] {:db/id 300}]");
  EXPECT_EQ(line.db().max_eid(), 100u);
  line.must("[{:db/id 1 :db/ident :to :db/valueType :db.type/ref} [:db/add 1 :to 400]]");
  EXPECT_EQ(line.db().max_eid(), 400u);
  EXPECT_EQ(effects(line.must("[{:x 1}]").report), "+401 :x 1");
}

TEST_F(Transact, D14_ids_out_of_range) {
  EXPECT_FAILS("[[:db/add 0 :n 1]]", "transact/syntax", "got 0");
  EXPECT_FAILS("[[:db/add 2147483648 :n 1]]", "transact/syntax",
               "Highest supported entity id is 2147483647, got 2147483648");
  EXPECT_FAILS("[{:db/id 99999999999 :n 1}]", "transact/syntax", "Highest supported entity id");
  EXPECT_FAILS("[[:db/add 1 :boss 0]]", "transact/syntax", "got 0");
  line.must("[[:db/add 2147483647 :n 1]]");
}

TEST_F(Transact, D14_there_may_be_no_more_ids) {
  line.must("[[:db/add 536870911 :n 1]]");
  const auto outcome = line.transact_text("[{:n 1}]");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().category(), ErrorCategory::limit);
}

TEST_F(Transact, T37_reports_tempids_and_this_transaction) {
  const TxId tx = line.next_tx();
  const TxOutcome outcome =
      line.must(R"([{:db/id -1 :boss -2} {:n 5} [:db/add ":db/current-tx" :n 1]
                    [:db/add "datahike.tx" :name "x"]])");
  const auto& tempids = outcome.report.tempids;
  EXPECT_EQ(tempids.size(), 5u);
  EXPECT_EQ(tempid(outcome.report, Value(-1)), 10u);
  EXPECT_EQ(tempid(outcome.report, Value(-2)), 11u);
  EXPECT_EQ(tempid(outcome.report, Value::keyword("db/current-tx")), tx);
  EXPECT_EQ(tempid(outcome.report, Value(":db/current-tx")), tx);
  EXPECT_EQ(tempid(outcome.report, Value("datahike.tx")), tx);
}

// ---- Lookup refs

TEST_F(Transact, T40_T41_lookup_refs_see_what_came_before_them) {
  EXPECT_EQ(effects_of(R"([{:db/id 20 :email "a"} [:db/add [:email "a"] :n 1]])"),
            R"(+20 :email "a"  +20 :n 1)");
  EXPECT_FAILS(R"([[:db/add [:email "b"] :n 1] {:db/id 21 :email "b"}])", "entity-id/missing", "");
  EXPECT_FAILS(R"([[:db/retract 20 :email "a"] [:db/add [:email "a"] :n 2]])", "entity-id/missing",
               "");
  EXPECT_FAILS(R"([[:db/add [:name "a"] :n 1]])", "lookup-ref/unique", "");
  EXPECT_FAILS(R"([[:db/add [:email] :n 1]])", "lookup-ref/syntax", "");
  EXPECT_FAILS(R"([[:db/add [:email nil] :n 1]])", "entity-id/missing", "");
}

TEST_F(Transact, T40_lookup_refs_nest) {
  line.must(R"([{:db/ident :passport :db/valueType :db.type/ref :db/unique :db.unique/identity
                 :db/cardinality :db.cardinality/one}])");
  line.must(R"([{:db/id 20 :email "a"} {:db/id 21 :passport 20}])");
  EXPECT_EQ(effects_of(R"([[:db/add [:passport [:email "a"]] :n 1]])"), "+21 :n 1");
}

// ---- Upsert

TEST_F(Transact, T51_maps_find_their_entity_by_identity) {
  line.must(R"([{:db/id 20 :email "a"} {:db/id 21 :phone ["1" "2"]}])");
  EXPECT_EQ(effects_of(R"([{:email "a" :n 1}])"), "+20 :n 1");
  EXPECT_EQ(effects_of(R"([{:phone "2" :n 2} {:phone #{"3" "1"} :n 3}])"),
            R"(+21 :n 2  -21 :n 2  +21 :n 3  +21 :phone "3")");
  EXPECT_EQ(effects_of(R"([[:db/add -1 :email "a"] [:db/add -1 :name "ann"]])"),
            R"(+20 :name "ann")");
}

TEST_F(Transact, T52_conflicting_identities) {
  line.must(R"([{:db/id 20 :email "a"} {:db/id 21 :phone "1"}])");
  EXPECT_FAILS(
      R"([{:email "a" :phone "1"}])", "transact/upsert",
      R"(Conflicting upserts: [:email "a"] resolves to 20, but [:phone "1"] resolves to 21)");
  EXPECT_FAILS(
      R"([{:db/id 22 :email "a"}])", "transact/upsert",
      R"(Conflicting upsert: [:email "a"] resolves to 20, but entity already has :db/id 22)");
  EXPECT_FAILS(R"([{:email nil}])", "transact/syntax", "Cannot store nil as a value");
}

TEST_F(Transact, T53_X85_a_tempid_may_turn_out_late) {
  line.must(R"([{:db/id 20 :email "a"}])");
  const TxOutcome outcome = line.must(R"([{:db/id -1 :n 1} {:db/id -1 :email "a"}])");
  EXPECT_EQ(effects(outcome.report), "+20 :n 1");
  EXPECT_EQ(tempid(outcome.report, Value(-1)), 20u);
  EXPECT_EQ(line.db().max_eid(), 20u);
}

TEST_F(Transact, T53_a_tempid_cannot_be_two_entities) {
  line.must(R"([{:db/id 20 :email "a"} {:db/id 21 :email "b"}])");
  EXPECT_FAILS(R"([{:db/id -1 :email "a"} {:db/id -1 :email "b"}])", "transact/upsert",
               "Conflicting upsert: -1 resolves both to 20 and 21");
  EXPECT_FAILS(R"([{:db/id -1 :n 1} {:db/id -1 :email "a"} {:db/id -1 :email "b"}])",
               "transact/upsert", "Conflicting upsert: -1 resolves both to 20 and 21");
}

TEST_F(Transact, U9_several_tempids_may_turn_out_late) {
  line.must(R"([{:db/id 20 :email "a"} {:db/id 21 :email "b"}])");
  const TxOutcome outcome =
      line.must(R"([[:db/add -1 :n 1] [:db/add -2 :n 2] [:db/add -1 :friend -2]
    [:db/add -2 :email "b"] [:db/add -1 :email "a"]])");
  EXPECT_EQ(effects(outcome.report), "+20 :n 1  +21 :n 2  +20 :friend 21");
}

TEST_F(Transact, U9_names_of_one_new_entity_become_one) {
  EXPECT_EQ(
      effects_of(R"([{:db/id -1 :n 1} {:db/id -2 :email "a"} {:db/id -1 :email "a" :ok true}])"),
      R"(+10 :n 1  +10 :email "a"  +10 :ok true)");
  EXPECT_EQ(effects_of(R"([{:db/id -1 :n 1} {:email "b"} {:db/id -1 :email "b" :ok true}])"),
            R"(+11 :n 1  +11 :email "b"  +11 :ok true)");
}

TEST_F(Transact, T54_two_tempids_may_be_one_entity) {
  line.must(R"([{:db/id 20 :email "a"}])");
  EXPECT_EQ(effects_of(R"([{:db/id -1 :email "a" :n 1} {:db/id -2 :email "a" :n 2}])"),
            "+20 :n 1  -20 :n 1  +20 :n 2");
}

TEST_F(Transact, T55_unique_values_never_upsert) {
  line.must(R"([{:db/id 20 :code "c"}])");
  EXPECT_FAILS(R"([{:code "c" :n 1}])", "transact/unique", "because of unique constraint");
  EXPECT_FAILS(R"([[:db/add 21 :code "c"]])", "transact/unique", R"(Cannot add [21 :code "c"])");
  EXPECT_EQ(effects_of(R"([{:db/id 20 :code "c"}])"), "");
}

TEST_F(Transact, T56_X97_uniqueness_is_checked_as_facts_are_written) {
  line.must(R"([{:db/id 20 :code "x"} {:db/id 21 :code "y"}])");
  EXPECT_FAILS(R"([[:db/add 21 :code "x"] [:db/retract 20 :code "x"]])", "transact/unique", "");
  EXPECT_EQ(effects_of(R"([[:db/retract 20 :code "x"] [:db/add 21 :code "x"]])"),
            R"(-20 :code "x"  -21 :code "y"  +21 :code "x")");
  EXPECT_EQ(effects_of(R"([[:db/add 20 :code "y"]])"), R"(+20 :code "y")");
  EXPECT_FAILS(R"([[:db/add 20 :code "x"] [:db/add 21 :code "y"]])", "transact/unique", "");
}

TEST_F(Transact, T57_new_entities_of_one_transaction_meet) {
  EXPECT_EQ(effects_of(R"([{:email "a" :n 1} {:email "a" :ok true}])"),
            R"(+10 :email "a"  +10 :n 1  +10 :ok true)");
}

TEST_F(Transact, X98_many_values_can_be_unique) {
  line.must(R"([{:db/id 20 :phone ["1" "2"]}])");
  EXPECT_FAILS(R"([[:db/add 21 :phone "2"]])", "transact/unique", "");
  EXPECT_EQ(effects_of(R"([[:db/retract 20 :phone] [:db/add 21 :phone "2"]])"),
            R"(-20 :phone "1"  -20 :phone "2"  +21 :phone "2")");
}

// ---- One assertion

TEST_F(Transact, T60_X72_repeating_changes_nothing) {
  line.must("[{:db/id 20 :n 5 :tag :a}]");
  const auto before = line.db().datoms(IndexOrder::eavt, std::vector<Value>{Value(20)});
  EXPECT_EQ(effects_of("[{:db/id 20 :n 5 :tag [:a :a]}]"), "");
  const auto after = line.db().datoms(IndexOrder::eavt, std::vector<Value>{Value(20)});
  EXPECT_EQ(before->at(0).tx, after->at(0).tx);
}

TEST(TransactValues, D34_X63_X64_the_first_representation_stays) {
  TestLine line(schema_on_read());
  line.must("[{:db/id 1 :x 1 :y 1.0M :z 0.0}]");
  EXPECT_EQ(effects(line.must("[{:db/id 1 :x 1.0 :y 1.00M :z -0.0}]").report), "");
  EXPECT_EQ(line.facts(), "[1 :x 1] [1 :y 1.0M] [1 :z 0.0]");
  EXPECT_EQ(effects(line.must("[[:db/retract 1 :x 1.0M]]").report), "-1 :x 1");
  EXPECT_EQ(
      effects(line.must("[[:db/add 1 :x 2.0] [:db/add 1 :x 2] [:db/retract 1 :x 2M]]").report),
      "+1 :x 2.0  -1 :x 2.0");
}

TEST(TransactValues, D35_X70_large_numbers_stay_apart) {
  TestLine line(schema_on_read());
  line.must("[{:db/ident :d :db/cardinality :db.cardinality/many}]");
  const auto report = line.must(
                              "[[:db/add 9 :d 9007199254740993] [:db/add 9 :d 9007199254740992.0]"
                              " [:db/add 9 :d 9007199254740993N]]")
                          .report;
  EXPECT_EQ(report.tx_data.size(), 3u);
}

TEST(TransactValues, D32_X62_nan_is_one_value) {
  TestLine line(schema_on_read());
  line.must("[{:db/ident :d :db/cardinality :db.cardinality/many}]");
  EXPECT_EQ(effects(line.must("[{:db/id 9 :d [1.0 ##NaN 2.0]} [:db/add 9 :d ##NaN]]").report),
            "+9 :d 1.0  +9 :d ##NaN  +9 :d 2.0");
  EXPECT_EQ(effects(line.must("[[:db/retract 9 :d ##NaN]]").report), "-9 :d ##NaN");
}

TEST(TransactValues, X60_X61_values_of_all_kinds_stay_apart) {
  TestLine line(schema_on_read());
  line.must("[{:db/ident :d :db/cardinality :db.cardinality/many}]");
  line.must(R"([{:db/id 9 :d [1 "1" :a true 2.5 #inst "2020-01-01" {:a 1} {:a 2} {:a 1.0} #{1}
                              #{1.0} [1 2] {:a 1}]}])");
  const auto datoms = line.db().datoms(IndexOrder::eavt, std::vector<Value>{Value(9)});
  EXPECT_EQ(datoms->size(), 12u);
  EXPECT_EQ(effects(line.must("[[:db/add 9 :d [1.0 2.0]] [:db/add 9 :d (1 2)]]").report), "");
}

TEST_F(Transact, T61_X74_a_new_value_retracts_the_old_one) {
  line.must("[[:db/add 20 :n 1]]");
  const TxOutcome outcome = line.must("[[:db/add 20 :n 2]]");
  EXPECT_EQ(effects(outcome.report), "-20 :n 1  +20 :n 2");
  // The retraction carries this transaction and names the one that it ends. [T-63]
  const auto& retraction = outcome.record->changes.at(1);
  EXPECT_EQ(retraction.tx, outcome.report.tx);
  EXPECT_EQ(retraction.ends, outcome.report.tx - 1);
}

TEST_F(Transact, T64_X75_asserted_and_retracted_at_once) {
  const TxOutcome outcome = line.must(
      "[[:db/add 20 :tag :x] [:db/retract 20 :tag :x] [:db/add 20 :n 1] [:db/retract 20 :n 1]]");
  EXPECT_EQ(effects(outcome.report), "+20 :tag :x  -20 :tag :x  +20 :n 1  -20 :n 1");
  EXPECT_EQ(outcome.record->changes.at(2).ends, outcome.report.tx);
  EXPECT_EQ(line.facts_of(20), "");
  EXPECT_TRUE(line.db()
                  .as_of(outcome.report.tx)
                  .datoms(IndexOrder::eavt, std::vector<Value>{Value(20)})
                  ->empty());
}

TEST_F(Transact, T65_X76_retracted_and_asserted_at_once) {
  line.must("[[:db/add 20 :tag :x]]");
  const TxOutcome outcome = line.must("[[:db/retract 20 :tag :x] [:db/add 20 :tag :x]]");
  EXPECT_EQ(effects(outcome.report), "-20 :tag :x  +20 :tag :x");
  const std::vector<Value> of20 = {Value(20)};
  EXPECT_EQ(line.db().datoms(IndexOrder::eavt, of20)->at(0).tx, outcome.report.tx);
  EXPECT_EQ(line.db().as_of(outcome.report.tx - 1).datoms(IndexOrder::eavt, of20)->at(0).tx,
            outcome.report.tx - 1);
}

TEST_F(Transact, T66_X77_several_values_in_one_transaction) {
  line.must("[[:db/add 20 :n 1]]");
  EXPECT_EQ(
      effects_of("[[:db/retract 20 :n 1] [:db/add 20 :n 2] [:db/add 20 :n 3] [:db/add 20 :n 1]]"),
      "-20 :n 1  +20 :n 2  -20 :n 2  +20 :n 3  -20 :n 3  +20 :n 1");
  EXPECT_EQ(line.facts_of(20), "[20 :n 1]");
}

// ---- Types

TEST(TransactTypes, D20_values_are_of_their_type) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"string", R"("x")"},
      {"boolean", "false"},
      {"long", "1"},
      {"bigint", "1 1N"},
      {"double", "1.5"},
      {"float", "1.5 #float 1.5"},
      {"number", "1 1N 1.5 1M #float 1.5"},
      {"bigdec", "1.0M"},
      {"instant", R"(#inst "1960-01-01")"},
      {"keyword", ":k"},
      {"symbol", "s"},
      {"uuid", R"(#uuid "550e8400-e29b-41d4-a716-446655440000")"},
      {"bytes", R"(#bytes "00ff")"},
      {"float-array", "#float-array [1.0]"},
      {"double-array", "#double-array [1.0]"}};
  std::vector<Value> all;
  for (const auto& [type, good] : cases) {
    const Value values = db::edn("[" + std::string(good) + "]");
    all.insert(all.end(), values.items().begin(), values.items().end());
  }
  for (const auto& [type, good] : cases) {
    TestLine line;
    line.must("[{:db/ident :x :db/cardinality :db.cardinality/one :db/valueType :db.type/" +
              std::string(type) + "}]");
    const Value accepted = db::edn("[" + std::string(good) + "]");
    for (const Value& v : all) {
      bool is_good = false;
      for (const Value& a : accepted.items()) is_good = is_good || (a.kind() == v.kind());
      const auto outcome = line.transact(Value::vector(
          {Value::vector({Value::keyword("db/add"), Value(9), Value::keyword("x"), v})}));
      EXPECT_EQ(outcome.ok(), is_good || (std::string(type) == "float" && v.is(Kind::float64)))
          << type << ' ' << static_cast<int>(v.kind());
      if (!outcome.ok()) {
        EXPECT_EQ(outcome.error().code(), "transact/schema");
        EXPECT_NE(outcome.error().message().find("Bad entity value"), std::string::npos);
      }
    }
  }
}

TEST_F(Transact, D80_attributes_are_declared_first) {
  EXPECT_FAILS("[[:db/add 20 :what 1]]", "transact/schema",
               "Bad entity attribute :what at [:db/add 20 :what 1], not defined in current schema");
  EXPECT_FAILS("[{:what 1}]", "transact/schema", "not defined in current schema");
  EXPECT_FAILS("[[:db/retract 20 :what 1]]", "transact/schema", "not defined in current schema");
  EXPECT_FAILS("[[:db/add 20 :db/id 1]]", "transact/syntax", "Bad entity attribute :db/id");
}

TEST(TransactRead, D81_anything_goes_on_read) {
  TestLine line(schema_on_read());
  EXPECT_EQ(effects(line.must(R"([{:x 1 "y" [1 2] :m {:a 1}}])").report),
            R"(+1 :m {:a 1}  +1 :x 1  +1 "y" [1 2])");
  EXPECT_EQ(effects(line.must(R"([[:db/add 1 :x "now a string"]])").report),
            R"(-1 :x 1  +1 :x "now a string")");
  EXPECT_FAILS("[[:db/add 1 :x nil]]", "transact/syntax", "Cannot store nil as a value");
  EXPECT_FAILS("[[:db/add 1 :db/what 1]]", "transact/schema", "not defined in current schema");
}

TEST(TransactRead, D81_types_are_not_checked_on_read) {
  TestLine line(schema_on_read());
  line.must("[{:db/ident :n :db/valueType :db.type/long}]");
  EXPECT_EQ(effects(line.must("[[:db/add 5 :n \"x\"]]").report), "+5 :n \"x\"");
  EXPECT_FAILS("[[:db/add 5 :db/valueType :db.type/what]]", "transact/schema", "Bad entity value");
}

TEST_F(Transact, collections_have_a_limit_in_depth) {
  TestLine read(schema_on_read());
  Value deep = Value(1);
  for (int i = 0; i < 300; ++i) deep = Value::vector({deep});
  const auto outcome = read.transact(Value::vector(
      {Value::vector({Value::keyword("db/add"), Value(9), Value::keyword("x"), deep})}));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), "transact/syntax");
}

// ---- The transaction itself

TEST_F(Transact, T70_facts_about_the_transaction) {
  const std::string tx = std::to_string(line.next_tx());
  EXPECT_EQ(effects_of(R"([[:db/add :db/current-tx :name "a"] {:db/id "datomic.tx" :n 1}
                           [:db/add ":db/current-tx" :boss "datahike.tx"]])"),
            "+" + tx + " :name \"a\"  +" + tx + " :n 1  +" + tx + " :boss " + tx);
}

TEST_F(Transact, T71_T73_meta_comes_first) {
  const std::string tx = std::to_string(line.next_tx());
  const TxOutcome outcome = line.must(R"({:tx-data [[:db/add 20 :n 1]] :tx-meta {:name "me"}})");
  EXPECT_TRUE(outcome.report.tx_data.at(0).a.is_keyword("db/txInstant"));
  EXPECT_EQ(effects(outcome.report), "+" + tx + " :name \"me\"  +20 :n 1");
  EXPECT_EQ(*outcome.report.tx_meta.find_keyword("name"), Value("me"));
  EXPECT_NE(outcome.report.tx_meta.find_keyword("db/txInstant"), nullptr);
  EXPECT_FAILS("{:tx-data [] :tx-meta {:what 1}}", "transact/schema",
               "Bad transaction meta attribute :what");
  EXPECT_FAILS("{:tx-data [] :tx-meta {:n \"x\"}}", "transact/schema", "Bad entity value");
}

TEST(TransactMeta, T71_is_only_reported_without_history) {
  TestLine line(without_history());
  line.must(
      "[{:db/ident :name :db/valueType :db.type/string :db/cardinality :db.cardinality/one}]");
  const std::string tx = std::to_string(line.next_tx());
  const TxOutcome outcome =
      line.must(R"({:tx-data [[:db/add :db/current-tx :name "x"]] :tx-meta {:name "me"}})");
  ASSERT_EQ(outcome.report.tx_data.size(), 1u);
  EXPECT_EQ(effects(outcome.report), "+" + tx + " :name \"x\"");
  EXPECT_EQ(*outcome.report.tx_meta.find_keyword("name"), Value("me"));
  EXPECT_EQ(outcome.record->instant.ms, 2000);
}

TEST_F(Transact, T72_the_instant_is_now_or_the_last_one) {
  EXPECT_EQ(line.must("[]").record->instant.ms, 2000);
  EXPECT_EQ(
      line.must(R"({:tx-data [] :tx-meta {:db/txInstant #inst "2030-01-01"}})").record->instant,
      instant("2030-01-01"));
  EXPECT_EQ(line.must("[]").record->instant, instant("2030-01-01"));
  const TxOutcome past =
      line.must(R"([{:n 1} [:db/add "datomic.tx" :db/txInstant #inst "1950-01-01"]])");
  EXPECT_EQ(past.record->instant, instant("1950-01-01"));
  EXPECT_EQ(past.report.tx_data.at(0).v, Value(instant("1950-01-01")));
  EXPECT_EQ(past.report.tx_data.size(), 2u);
  EXPECT_EQ(line.must("[]").record->instant.ms, 6000);
  EXPECT_FAILS("[[:db/add :db/current-tx :db/txInstant 5]]", "transact/schema", "Bad entity value");
  EXPECT_FAILS(R"([[:db/add 536870913 :db/txInstant #inst "2000-01-01"]])", "transact/unsupported",
               "");
}

TEST_F(Transact, X123_reports_chain_without_side_effects) {
  const Db first = line.db();
  tree::Reader reader;
  const auto forms = db::edn("[{:n 1}]");
  const auto one = tx::transact(first, {forms, {}}, {}, reader);
  const auto two = tx::transact(one->report.db_after, {forms, {}}, {}, reader);
  EXPECT_EQ(effects(one->report), "+10 :n 1");
  EXPECT_EQ(effects(two->report), "+11 :n 1");
  EXPECT_EQ(first.max_eid(), 9u);
  EXPECT_EQ(two->report.db_before.commit_id(), one->report.db_after.commit_id());
  EXPECT_EQ(two->record->parent, one->report.db_after.state()->commit_id);
}

TEST_F(Transact, the_same_input_gives_the_same_record) {
  tree::Reader reader;
  const TxInput input{db::edn(R"([{:email "a" :friend [{:n 1} -1]} [:db/add -1 :n 2]])"), {}};
  const auto one = tx::transact(line.db(), input, {Instant{5}, Uuid{1, 2}}, reader);
  const auto two = tx::transact(line.db(), input, {Instant{5}, Uuid{1, 2}}, reader);
  EXPECT_EQ(one->record_bytes, two->record_bytes);
}

TEST_F(Transact, U11_values_that_are_false_are_facts) {
  EXPECT_EQ(effects_of("[[:db/add 20 :ok false]]"), "+20 :ok false");
  EXPECT_EQ(effects_of("[[:db/add 20 :ok true]]"), "-20 :ok false  +20 :ok true");
}

}  // namespace
}  // namespace stele::tx
