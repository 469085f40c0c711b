// Golden bytes: what was written once decodes for ever, and the same rows give the same bytes.
// While the format is version 0 these may change with docs/format.md; after that only new ones
// come.

#include <array>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "format/head.h"
#include "format/pack.h"
#include "format/testing_leaves.h"

namespace stele::format {
namespace {

using base::Bytes;

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  EXPECT_TRUE(base::from_hex(hex, bytes));
  return bytes;
}

Value key(std::string_view text) { return Value::keyword(text); }

// Rows of many kinds; the same facts in every tree.
std::vector<TestRow> golden_rows(Tree tree) {
  const std::uint8_t bytes[] = {0, 255};
  const double doubles[] = {1.5, -0.0};
  std::vector<TestRow> rows = {
      {1, key("p/age"), Value(41), kTx0 + 1, 0},
      {1, key("p/name"), Value("Ivan"), kTx0 + 1, 0},
      {2, key("p/age"), Value(-7), kTx0 + 2, 0},
      {2, key("p/name"), Value("Ivan"), kTx0 + 2, 0},
      {3, key("p/any"), Value(1.25), kTx0 + 3, 0},
      {3, key("p/any"), Value::float32(0.5f), kTx0 + 3, 0},
      {3, key("p/any"), Value(true), kTx0 + 3, 0},
      {3, key("p/any"), Value(Instant{-1}), kTx0 + 3, 0},
      {3, key("p/any"), Value::character(U'\u20ac'), kTx0 + 3, 0},
      {3, key("p/any"), Value(Uuid{1, 2}), kTx0 + 3, 0},
      {3, key("p/any"), Value::symbol("s"), kTx0 + 3, 0},
      {3, key("p/any"), Value::bytes(bytes), kTx0 + 3, 0},
      {3, key("p/any"), Value::bigint("-12345678901234567890").value(), kTx0 + 3, 0},
      {3, key("p/any"), Value::bigdec("1.50").value(), kTx0 + 3, 0},
      {3, key("p/any"), Value::double_array(doubles), kTx0 + 3, 0},
      {3, key("p/any"), Value::vector({Value(1), Value("x"), Value()}), kTx0 + 3, 0},
      {3, key("p/any"), Value::set({Value(2), Value(1)}), kTx0 + 3, 0},
      {3, key("p/any"), Value::map({{key("k"), Value(9)}}), kTx0 + 3, 0},
      {3, key("p/any"), Value::tagged("my/tag", Value("t")), kTx0 + 3, 0},
  };
  for (TestRow& row : rows) row.ended = has_ended(tree) ? row.tx + 5 : 0;
  sort_rows(tree, rows);
  return rows;
}

std::vector<TestRow> golden_log() {
  return {
      {kTx0 + 1, key("t"), Value::bytes(encode_log_entry({})), static_cast<std::uint64_t>(-5), 0},
      {kTx0 + 2, key("t"), Value::bytes(encode_log_entry({{1, 2}, {}})), 1'700'000'000'000,
       1'700'000'000'000}};
}

// Long columns, so that every encoding of integers and texts occurs.
std::vector<TestRow> golden_columns() {
  std::vector<TestRow> rows;
  std::uint64_t scattered = 1;
  for (std::uint64_t i = 0; i < 40; ++i) {
    scattered = scattered * 6364136223846793005u + 1442695040888963407u;
    const std::string path = "/usr/share/doc/package-" + std::to_string(100 + i);
    rows.push_back({i, key("constant"), Value(5), 1, 0});
    rows.push_back({i, key("dictionary"), Value(static_cast<double>(i * 7 % 3) / 3), 1, 0});
    rows.push_back({i, key("front"), Value(path), 1, 0});
    rows.push_back({i, key("packed"), Value(i * 13 % 32), 1, 0});
    rows.push_back({i, key("raw"), Value(static_cast<std::int64_t>(scattered)), 1, 0});
    rows.push_back({i, key("runs"), Value(i / 20 * 1'000'000), 1, 0});
    rows.push_back({i, key("stride"), Value(1000 - 3 * static_cast<std::int64_t>(i)), 1, 0});
    rows.push_back({i, key("texts"), Value(i % 2 == 0 ? "even" : "odd"), 1, 0});
  }
  sort_rows(Tree::aevt, rows);
  return rows;
}

void expect_golden_leaf(Tree tree, const std::vector<TestRow>& rows, std::string_view hex) {
  EXPECT_EQ(base::to_hex(encode_leaf(*make_leaf(tree, rows))), hex) << name(tree);
  const auto owner = std::make_shared<const Bytes>(from_hex(hex));
  const auto leaf = decode_leaf(*owner, owner);
  ASSERT_TRUE(leaf.ok()) << leaf.error().message();
  EXPECT_EQ((*leaf)->tree(), tree);
  expect_rows(**leaf, rows);
}

TEST(Golden, Eavt) {
  expect_golden_leaf(
      Tree::eavt, golden_rows(Tree::eavt),
      "d100000013030805700061676508057000616e79080670006e616d65000100000288555555150202000001140000"
      "02828080800400000114000002010d00063000ff01020005ca3d04d610ac9024e30400020080808080808080f47f"
      "00808080f007000100d8820100030200730011100000000000000001000000000000000200030200ff000a0900ab"
      "54a98ceb1f0ad2000403040196001110000000000000f83f00000000000000800007060202070178000005040202"
      "02040007060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, Aevt) {
  expect_golden_leaf(
      Tree::aevt, golden_rows(Tree::aevt),
      "d100000113030805700061676508057000616e79080670006e616d6501040004d00001020002a4aaaaaa12018280"
      "8080040002a4aaaaaa1202010d00063000ff01020005ca3d04d610ac9024e30400020080808080808080f47f0080"
      "8080f007000100d8820100030200730011100000000000000001000000000000000200030200ff000a0900ab54a9"
      "8ceb1f0ad2000403040196001110000000000000f83f000000000000008000070602020701780000050402020204"
      "0007060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, Avet) {
  expect_golden_leaf(
      Tree::avet, golden_rows(Tree::avet),
      "d100000213030805700061676508057000616e79080670006e616d6501040004d00001020002a1aaaaaa12018280"
      "8080040002a1aaaaaa1202026d600000ff01020005ca3d04d610ac9024e30400020080808080808080f47f008080"
      "80f007000100d8820100030200730011100000000000000001000000000000000200030200ff000a0900ab54a98c"
      "eb1f0ad2000403040196001110000000000000f83f00000000000000800007060202070178000005040202020400"
      "07060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, PastEavt) {
  expect_golden_leaf(
      Tree::past_eavt, golden_rows(Tree::past_eavt),
      "d100000313030805700061676508057000616e79080670006e616d65000100000288555555150202000001140000"
      "028280808004000001140000028c8080800400000114000002010d00063000ff01020005ca3d04d610ac9024e304"
      "00020080808080808080f47f00808080f007000100d8820100030200730011100000000000000001000000000000"
      "000200030200ff000a0900ab54a98ceb1f0ad2000403040196001110000000000000f83f00000000000000800007"
      "06020207017800000504020202040007060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, PastAevt) {
  expect_golden_leaf(
      Tree::past_aevt, golden_rows(Tree::past_aevt),
      "d100000413030805700061676508057000616e79080670006e616d6501040004d00001020002a4aaaaaa12018280"
      "8080040002a4aaaaaa12018c808080040002a4aaaaaa1202010d00063000ff01020005ca3d04d610ac9024e30400"
      "020080808080808080f47f00808080f007000100d882010003020073001110000000000000000100000000000000"
      "0200030200ff000a0900ab54a98ceb1f0ad2000403040196001110000000000000f83f0000000000000080000706"
      "020207017800000504020202040007060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, PastAvet) {
  expect_golden_leaf(
      Tree::past_avet, golden_rows(Tree::past_avet),
      "d100000513030805700061676508057000616e79080670006e616d6501040004d00001020002a1aaaaaa12018280"
      "8080040002a1aaaaaa12018c808080040002a1aaaaaa1202026d600000ff01020005ca3d04d610ac9024e3040002"
      "0080808080808080f47f00808080f007000100d88201000302007300111000000000000000010000000000000002"
      "00030200ff000a0900ab54a98ceb1f0ad2000403040196001110000000000000f83f000000000000008000070602"
      "0207017800000504020202040007060802006b0212000b0a066d792f74616707017407010105044976616e");
}
TEST(Golden, Log) {
  expect_golden_leaf(
      Tree::log, golden_log(),
      "d10000060201080200740000000182808080040001020109002900000000000ad0ca9f1703010000290000000000"
      "00d0ca9f17030b006431000000000000000000000000000000000000000000000000000000000000000000000000"
      "00000000000000000000000000310000000000000000010000000000000002000000000000000000000000000000"
      "0000000000000000000000000000000000");
}
TEST(Golden, EveryColumnEncoding) {
  expect_golden_leaf(
      Tree::aevt, golden_columns(),
      "d1000001c00208080900636f6e7374616e74080b0064696374696f6e61727908060066726f6e740807007061636b"
      "656408040072617708050072756e730807007374726964650806007465787473005001000006060640200c44611c"
      "48a22c4ce33c50244d54655d58a66d5ce77d60288e64699e40200c44611c48a22c4ce33c50244d54655d58a66d5c"
      "e77d60288e64699e40200c44611c48a22c4ce33c50244d54655d58a66d5ce77d60288e64699e40200c44611c48a2"
      "2c4ce33c50244d54655d58a66d5ce77d60288e64699e40200c44611c48a22c4ce33c50244d54655d58a66d5ce77d"
      "60288e64699e40200c44611c48a22c4ce33c50244d54655d58a66d5ce77d60288e64699e40200c44611c48a22c4c"
      "e33c50244d54655d58a66d5ce77d60288e64699e40200c44611c48a22c4ce33c50244d54655d58a66d5ce77d6028"
      "8e64699e000202000a030403050000000000000000555555555555d53f555555555555e53f010000022449922449"
      "92244992240702b808c3011a2f7573722f73686172652f646f632f7061636b6167652d3130301901311901321901"
      "33190134190135190136190137190138190139180231301901311901321901331901341901351a2f7573722f7368"
      "6172652f646f632f7061636b6167652d313136190137190138190139180232301901311901321901331901341901"
      "35190136190137190138190139180233301901311a2f7573722f73686172652f646f632f7061636b6167652d3133"
      "321901331901341901351901361901371901381901390201000005a0e94383dba88ac7931db0ab4ba25fb8c8cfb2"
      "99a0e94383db02057c00fd43ac6f576c1b1b4a86b38668820eaa972099e1faa5c5579311cd550362f0a981b8b476"
      "a2cb7f7030e2e6812180a248a5ef34b5ce8dc9a3c774ed51bf10a402bd88524af8d6235464fe75f7cc3276a826d1"
      "f683eabe0da873fde4692789987eab90f97a9fc8072ad24740262a518a5d456474595b3e9168526a19e0fabfccd1"
      "2872346aae6c2b9664f43f0c7892de3b9cfea9d9649f5529c7fa6ac4063440f06324d772aadd8f7c68c61b7bc8fa"
      "7257cba0bc97bc8c596ee1d8c5b6219ff40d93927a241f633301313e61afccc946044c0c491ef6969dfba01b413d"
      "0f0ee89ee7bda34afaf61788fb9d412f4ee35ad6848e3fcf804821d57965244ae9a31c57c21638b81d523bb51364"
      "8aa1158caea11d551db9168ae53e1863b52c8e3f902a27019485d9cc9f6c371fd46a062f427a935fb9c17404e9bc"
      "64ae3a4e404e0203020100001400000024f400280202d60f05000007010209046576656e036f646401000001aaaa"
      "aaaaaa");
}

BranchPtr golden_branch() {
  const LeafPtr rows = make_leaf(Tree::avet, {{1, key("a"), Value("abcdef"), 5, 0},
                                              {2, key("a"), Value("abxyz"), 6, 0},
                                              {9, key("b"), Value(4), 7, 0}});
  LeafBuilder separators(Tree::avet);
  add_separator(separators, *rows, 0, *rows, 1);
  add_separator(separators, *rows, 1, *rows, 2);
  std::vector<Child> children(3);
  for (std::size_t i = 0; i < 3; ++i) {
    children[i].hash.bytes.fill(static_cast<std::uint8_t>(0x10 * (i + 1)));
    children[i].count = 100 + i;
    children[i].place.offset = 24 + 1000 * i;
    children[i].place.length = 1000;
  }
  children[2].place.pack.bytes.fill(0xee);
  return std::make_shared<Branch>(Tree::avet, 1, children, separators.finish());
}

constexpr std::string_view kBranch =
    "8501d10001020103101010101010101010101010101010101010101010101010101010101010101020202020202020"
    "2020202020202020202020202020202020202020202020202030303030303030303030303030303030303030303030"
    "3030303030303030303001c80100022402080200610802006200020000000007000403616278000000020000000000"
    "000000000000000000000000000000000000000000000000000000eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
    "eeeeeeeeeeeeeeeeeeeeeeee0100000104029f0fd00f000000d00f";

TEST(Golden, Branch) {
  const Frame frame = encode_node(*golden_branch());
  EXPECT_EQ(base::to_hex(frame.bytes), kBranch);
  EXPECT_EQ(frame.hash.hex(), "81e225fbe23be25f0d8db4d62906f00bf9b2f0c8fb3b7bbca5f176e969104628");
  const auto node = decode_node(from_hex(kBranch), frame.hash, {});
  ASSERT_TRUE(node.ok()) << node.error().message();
  const auto& branch = static_cast<const Branch&>(**node);
  EXPECT_EQ(branch.count(), 303u);
  EXPECT_EQ(branch.children()[2].place.offset, 2024u);
  EXPECT_EQ(branch.children()[2].place.pack.bytes[0], 0xee);
  expect_rows(branch.separators(),
              {{0, key("a"), Value("abx"), 0, 0}, {0, key("b"), Value(), 0, 0}});
}

constexpr std::string_view kPack =
    "7374656c65706b30aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa036f6e650374776f3fc4ccfe745870e2c0d99f71f30ff0"
    "656c8dedd41cc1d7d3d376b0dbe685e2f31c00000000000000040000007692c3ad3540bb803c020b3aee66cd888712"
    "3234ea0c6e7143c0add73ff431ed180000000000000004000000200000000000000002000000e46a85313ae4459f";

TEST(Golden, Pack) {
  std::array<std::uint8_t, 16> nonce;
  nonce.fill(0xaa);
  PackWriter writer(nonce);
  writer.add(encode_blob(base::view("one")));
  writer.add(encode_blob(base::view("two")));
  EXPECT_EQ(base::to_hex(writer.finish().bytes), kPack);
  const auto directory = read_pack_directory(from_hex(kPack));
  ASSERT_TRUE(directory.ok()) << directory.error().message();
  ASSERT_EQ(directory->size(), 2u);
}

constexpr std::string_view kHead =
    "019b0100010102030405060708090a0b0c0d0e0f1080a0abfef9620264628080808002037777777777777777777777"
    "77777777777777777777777777777777777777777782a0abfef96282a0abfef9620901555555555555555555555555"
    "5555555555555555555555555555555555555555666666666666666666666666666666666666666666666666666666"
    "666666666618ac020000000000000213001c682b976bbe7c2f02580000000000000001000000000000000277777777"
    "77777777777777777777777777777777777777777777777777777777818080800284a0abfef9620402080570006167"
    "65080670006e616d6502030802520f07044976616e3a577fa844c765f7024a00000000000000010000000000000002"
    "d583f51266fbd034ed01130bc84ee9f057ac1edf8d9ddddff99d5847e27605d2828080800284a0abfef96204010805"
    "7000616765010208020252b0b4ce0fda250710";

TEST(Golden, Head) {
  Snapshot snapshot;
  snapshot.config.database_id = {0x0102030405060708, 0x090a0b0c0d0e0f10};
  snapshot.config.created = Instant{1'700'000'000'000};
  snapshot.max_eid = 3;
  snapshot.instant = snapshot.instant_max = Instant{1'700'000'000'001};
  snapshot.commit_id.bytes.fill(0x77);
  snapshot.roots[0].hash.bytes.fill(0x55);
  snapshot.roots[0].place.pack.bytes.fill(0x66);
  snapshot.roots[0].place.offset = 24;
  snapshot.roots[0].place.length = 300;
  snapshot.roots[0].count = 9;
  snapshot.roots[0].height = 1;
  value::write_value(Value::map({}), snapshot.schema);
  Bytes bytes = encode_snapshot(snapshot);

  TxRecord first;
  first.tx = kTx0 + 1;
  first.parent = snapshot.commit_id;
  first.nonce = {1, 2};
  first.instant = Instant{1'700'000'000'002};
  first.max_eid = 4;
  first.changes = {{4, key("p/age"), Value(41), true, kTx0 + 1, 0},
                   {4, key("p/name"), Value("Ivan"), true, kTx0 + 1, 0}};
  const Bytes first_bytes = encode_tx(first);
  TxRecord second = first;
  second.tx = kTx0 + 2;
  second.parent = commit_id_of(first_bytes, first.parent);
  second.changes = {{4, key("p/age"), Value(41), false, kTx0 + 2, kTx0 + 1}};
  const Bytes second_bytes = encode_tx(second);
  bytes.insert(bytes.end(), first_bytes.begin(), first_bytes.end());
  bytes.insert(bytes.end(), second_bytes.begin(), second_bytes.end());

  EXPECT_EQ(base::to_hex(bytes), kHead);
  const auto head = decode_head(from_hex(kHead));
  ASSERT_TRUE(head.ok()) << head.error().message();
  ASSERT_EQ(head->tail.size(), 2u);
  EXPECT_EQ(head->tail[0].commit_id, second.parent);
  EXPECT_EQ(head->tail[1].record->changes[0].ends, kTx0 + 1);
  EXPECT_EQ(head->snapshot.roots[0].place.length, 300u);
}

constexpr std::string_view kReservation =
    "03320102030405060708090a0b0c0d0e0f10"
    "0000000000000000000000000000000000000000000000000000000000000000d00f"
    "2d122b23842823d5";

TEST(Golden, AReservation) {
  const Reservation reservation{{0x0102030405060708, 0x090a0b0c0d0e0f10}, {}, 2'000};
  EXPECT_EQ(base::to_hex(encode_reservation(reservation)), kReservation);
}

// docs/format.md takes one small leaf apart: the first column of the listing, put together, must be
// that leaf.
TEST(Golden, TheExampleInTheDocument) {
  std::ifstream document("docs/format.md");
  ASSERT_TRUE(document.is_open()) << "run in the project's root";
  std::string hex;
  bool is_inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line == "```leaf" || (is_inside && line == "```")) {
      is_inside = !is_inside;
    } else if (is_inside) {
      std::istringstream words(line.substr(0, line.find("  ")));
      for (std::string word; words >> word;) hex += word;
    }
  }
  expect_golden_leaf(Tree::eavt,
                     {{1, key("age"), Value(41), kTx0 + 1, 0},
                      {1, key("name"), Value("Ivan"), kTx0 + 1, 0},
                      {2, key("age"), Value(7), kTx0 + 2, 0},
                      {2, key("name"), Value("Petr"), kTx0 + 2, 0}},
                     hex);
}

}  // namespace
}  // namespace stele::format
