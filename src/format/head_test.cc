#include "format/head.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "value/testing_values.h"

namespace stele::format {
namespace {

using base::Bytes;
using base::ByteView;

Hash random_hash(base::TestRandom& random) { return base::sha256(random.bytes(8)); }

Snapshot make_snapshot(base::TestRandom& random) {
  Snapshot s;
  s.config = {.database_id = {random.next(), random.next()},
              .keep_history = random.chance(1, 2),
              .schema_on_read = random.chance(1, 2),
              .attribute_refs = random.chance(1, 2),
              .created = Instant{random.between(-1000, 1 << 30)}};
  s.branch = "some branch";
  s.max_tx = kTx0 + random.below(1000);
  s.max_eid = random.below(1 << 20);
  s.commit_id = random_hash(random);
  s.instant = Instant{-5};
  s.instant_max = Instant{1'700'000'000'000};
  for (std::size_t i = 0; i < s.roots.size(); i += 2) {
    s.roots[i] = {random_hash(random),
                  {random_hash(random), random.next() >> 9, 77},
                  i + 1,
                  static_cast<std::uint8_t>(i + 1)};
  }
  s.schema = random.bytes(40);
  s.deleted = random.chance(1, 2);
  if (random.chance(1, 2)) s.sweeps = 1 + random.below(1000);
  return s;
}

void expect_same(const Snapshot& x, const Snapshot& y) {
  // The bytes say everything; the fields are looked at for what a twin mistake would hide.
  EXPECT_EQ(encode_snapshot(x), encode_snapshot(y));
  EXPECT_EQ(x.config.database_id, y.config.database_id);
  EXPECT_EQ(x.config.keep_history, y.config.keep_history);
  EXPECT_EQ(x.config.schema_on_read, y.config.schema_on_read);
  EXPECT_EQ(x.config.attribute_refs, y.config.attribute_refs);
  EXPECT_EQ(x.config.created, y.config.created);
  EXPECT_EQ(x.branch, y.branch);
  EXPECT_EQ(x.sweeps, y.sweeps);
  EXPECT_EQ(x.max_tx, y.max_tx);
  EXPECT_EQ(x.max_eid, y.max_eid);
  EXPECT_EQ(x.commit_id, y.commit_id);
  EXPECT_EQ(x.instant, y.instant);
  EXPECT_EQ(x.instant_max, y.instant_max);
  for (std::size_t i = 0; i < x.roots.size(); ++i) {
    EXPECT_EQ(x.roots[i].hash, y.roots[i].hash);
    EXPECT_EQ(x.roots[i].count, y.roots[i].count);
    EXPECT_EQ(x.roots[i].height, y.roots[i].height);
    EXPECT_EQ(x.roots[i].place.pack, y.roots[i].place.pack);
    EXPECT_EQ(x.roots[i].place.offset, y.roots[i].place.offset);
    EXPECT_EQ(x.roots[i].place.length, y.roots[i].place.length);
  }
  EXPECT_EQ(x.schema, y.schema);
  EXPECT_EQ(x.deleted, y.deleted);
}

TxRecord make_tx(TxId tx, const Hash& parent, std::size_t changes, base::TestRandom& random) {
  TxRecord record;
  record.tx = tx;
  record.parent = parent;
  record.nonce = {random.next(), random.next()};
  record.instant = Instant{random.between(-100, 1 << 30)};
  record.max_eid = random.below(1 << 20);
  for (std::size_t i = 0; i < changes; ++i) {
    Change change;
    change.e = random.chance(1, 2) && i > 0 ? record.changes.back().e : random.next() >> 30;
    change.a = Value::keyword("a", "n" + std::to_string(random.below(5)));
    change.v = value::random_value(random);
    change.added = random.chance(2, 3);
    change.tx = random.chance(4, 5) ? tx : random.next() >> 20;
    if (!change.added) change.ends = tx - random.below(50);
    record.changes.push_back(change);
  }
  return record;
}

void expect_same(const TxRecord& x, const TxRecord& y) {
  EXPECT_EQ(x.tx, y.tx);
  EXPECT_EQ(x.parent, y.parent);
  EXPECT_EQ(x.nonce, y.nonce);
  EXPECT_EQ(x.instant, y.instant);
  EXPECT_EQ(x.max_eid, y.max_eid);
  ASSERT_EQ(x.changes.size(), y.changes.size());
  for (std::size_t i = 0; i < x.changes.size(); ++i) {
    const Change &a = x.changes[i], &b = y.changes[i];
    EXPECT_EQ(a.e, b.e);
    EXPECT_EQ(a.a, b.a);
    EXPECT_EQ(a.v, b.v);
    EXPECT_EQ(a.v.kind(), b.v.kind());
    EXPECT_EQ(a.added, b.added);
    EXPECT_EQ(a.tx, b.tx);
    EXPECT_EQ(a.ends, b.ends);
  }
}

struct TestHead {
  Bytes bytes;
  Snapshot snapshot;
  std::vector<TxRecord> records;
  std::vector<Hash> commit_ids;
  std::vector<std::size_t> offsets;  // of records, and the end
};

TestHead make_head(std::size_t txs, base::TestRandom& random) {
  TestHead head;
  head.snapshot = make_snapshot(random);
  head.bytes = encode_snapshot(head.snapshot);
  Hash parent = head.snapshot.commit_id;
  TxId tx = head.snapshot.max_tx;
  for (std::size_t i = 0; i < txs; ++i) {
    head.records.push_back(make_tx(tx += 1 + random.below(2), parent, random.below(30), random));
    const Bytes record = encode_tx(head.records.back());
    parent = commit_id_of(record, parent);
    head.commit_ids.push_back(parent);
    head.offsets.push_back(head.bytes.size());
    head.bytes.insert(head.bytes.end(), record.begin(), record.end());
  }
  head.offsets.push_back(head.bytes.size());
  return head;
}

TEST(Head, RoundTrips) {
  base::TestRandom random(1);
  for (std::size_t txs = 0; txs < 40; ++txs) {
    const TestHead head = make_head(txs, random);
    const auto decoded = decode_head(head.bytes);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    expect_same(decoded->snapshot, head.snapshot);
    ASSERT_EQ(decoded->tail.size(), txs);
    for (std::size_t i = 0; i < txs; ++i) {
      const TailEntry& entry = decoded->tail[i];
      expect_same(*entry.record, head.records[i]);
      EXPECT_EQ(entry.commit_id, head.commit_ids[i]);
      EXPECT_EQ(entry.offset, head.offsets[i]);
      EXPECT_EQ(entry.offset + entry.length, head.offsets[i + 1]);
    }
  }
}

TEST(Head, CommitIdsDependOnEverything) {
  base::TestRandom random(2);
  const Hash parent = random_hash(random);
  TxRecord record = make_tx(kTx0 + 1, parent, 3, random);
  const Hash id = commit_id_of(encode_tx(record), parent);
  EXPECT_NE(id, commit_id_of(encode_tx(record), random_hash(random)));
  record.nonce.low ^= 1;
  EXPECT_NE(id, commit_id_of(encode_tx(record), parent));
}

TEST(Head, TailsContinueWhatIsKnown) {
  base::TestRandom random(3);
  const TestHead head = make_head(6, random);
  for (std::size_t known = 0; known <= 6; ++known) {
    const Hash parent = known == 0 ? head.snapshot.commit_id : head.commit_ids[known - 1];
    const std::size_t offset = head.offsets[known];
    const auto tail = decode_tail(ByteView(head.bytes).subspan(offset), offset, parent);
    ASSERT_TRUE(tail.ok());
    ASSERT_EQ(tail->entries.size(), 6 - known);
    for (std::size_t i = 0; i < tail->entries.size(); ++i) {
      EXPECT_EQ(tail->entries[i].commit_id, head.commit_ids[known + i]);
      EXPECT_EQ(tail->entries[i].offset, head.offsets[known + i]);
    }
  }
}

void append(Bytes& bytes, const Bytes& record) {
  bytes.insert(bytes.end(), record.begin(), record.end());
}

TEST(Head, AReservationHoldsUntilATransactionFollowsIt) {
  base::TestRandom random(10);
  TestHead head = make_head(2, random);
  const Reservation reservation{{1, 2}, head.commit_ids.back(), 1'500};
  append(head.bytes, encode_reservation(reservation));
  const auto reserved = decode_head(head.bytes);
  ASSERT_TRUE(reserved.ok()) << reserved.error().message();
  EXPECT_EQ(reserved->tail.size(), 2u);
  ASSERT_TRUE(reserved->reservation);
  EXPECT_EQ(reserved->reservation->holder, reservation.holder);
  EXPECT_EQ(reserved->reservation->ms, 1'500u);
  const auto more = ByteView(head.bytes).subspan(head.offsets.back());
  const auto tail = decode_tail(more, head.offsets.back(), head.commit_ids.back());
  ASSERT_TRUE(tail.ok());
  EXPECT_TRUE(tail->entries.empty());
  EXPECT_EQ(tail->reservation->holder, reservation.holder);

  const std::size_t behind = head.bytes.size();
  const TxId tx = head.records.back().tx + 1;
  append(head.bytes, encode_tx(make_tx(tx, head.commit_ids.back(), 3, random)));
  const auto spent = decode_head(head.bytes);
  ASSERT_TRUE(spent.ok()) << spent.error().message();
  ASSERT_EQ(spent->tail.size(), 3u);
  EXPECT_EQ(spent->tail.back().offset, behind);
  EXPECT_FALSE(spent->reservation);
}

TEST(Head, AReservationStandsBehindTheTransactionItNames) {
  base::TestRandom random(11);
  TestHead head = make_head(2, random);
  const auto known = head.bytes.size();
  append(head.bytes, encode_reservation({{1, 2}, head.commit_ids.front(), 100}));
  EXPECT_EQ(decode_head(head.bytes).error().code(), "head/corrupt");
  const auto more = ByteView(head.bytes).subspan(known);
  EXPECT_EQ(decode_tail(more, known, head.commit_ids.back()).error().code(), "head/replaced");
  // Nor for longer than others could be asked to wait.
  head.bytes.resize(known);
  append(head.bytes, encode_reservation({{1, 2}, head.commit_ids.back(), kReservationMsMax + 1}));
  EXPECT_EQ(decode_head(head.bytes).error().code(), "head/corrupt");
}

TEST(Head, ATailOfAnotherHeadIsAConflict) {
  base::TestRandom random(4);
  const TestHead head = make_head(3, random);
  const auto code_of = [&](std::size_t offset, const Hash& parent) {
    return decode_tail(ByteView(head.bytes).subspan(offset), offset, parent).error();
  };
  // Another chain, the middle of a record, a snapshot: all of them look so after a fold.
  EXPECT_EQ(code_of(head.offsets[0], random_hash(random)).code(), "head/replaced");
  EXPECT_EQ(code_of(head.offsets[0] + 3, head.snapshot.commit_id).code(), "head/replaced");
  EXPECT_EQ(code_of(0, head.snapshot.commit_id).category(), ErrorCategory::conflict);
}

TEST(Head, EveryDamageIsFound) {
  base::TestRandom random(5);
  const TestHead head = make_head(2, random);
  for (std::size_t at = 0; at < head.bytes.size(); ++at) {
    const bool ends_between_records =
        std::find(head.offsets.begin(), head.offsets.end(), at) != head.offsets.end();
    const auto cut = decode_head(ByteView(head.bytes).first(at));
    EXPECT_EQ(cut.ok(), ends_between_records) << at;
    for (const int change : {0x01, 0x80, 0xff}) {
      Bytes damaged = head.bytes;
      damaged[at] ^= static_cast<std::uint8_t>(change);
      const auto decoded = decode_head(damaged);
      ASSERT_FALSE(decoded.ok()) << at;
      EXPECT_EQ(decoded.error().code(), "head/corrupt");
      EXPECT_NE(decoded.error().data().find_keyword("offset"), nullptr);
    }
  }
}

// Damage with the checksum made right again.
TEST(Head, DamagedPayloadsNeverCrash) {
  base::TestRandom random(6);
  const TestHead head = make_head(1, random);
  const ByteView all = head.bytes;
  for (const ByteView record : {all.first(head.offsets[0]), all.subspan(head.offsets[0])}) {
    const std::size_t checked = record.size() - 8;
    for (std::size_t at = 0; at < checked; ++at) {
      for (int i = 0; i < 4; ++i) {
        Bytes damaged(record.begin(), record.end());
        damaged[at] ^= static_cast<std::uint8_t>(1 + random.below(255));
        const std::uint64_t checksum = base::xxh3(ByteView(damaged).first(checked));
        std::memcpy(damaged.data() + checked, &checksum, 8);
        const bool is_snapshot = record.data() == all.data();
        if (!is_snapshot)
          damaged.insert(damaged.begin(), all.begin(),
                         all.begin() + static_cast<std::ptrdiff_t>(head.offsets[0]));
        const auto decoded = decode_head(damaged);
        EXPECT_TRUE(decoded.ok() || decoded.error().category() == ErrorCategory::corrupt ||
                    decoded.error().code() == "head/newer-format");
      }
    }
  }
}

TEST(Head, ANewerFormatSaysSo) {
  base::TestRandom random(7);
  Bytes bytes = encode_snapshot(make_snapshot(random));
  base::ByteReader in(bytes);
  in.u8();
  const std::size_t size = in.varint();
  bytes[in.offset()] = kFormatVersion + 1;
  const std::uint64_t checksum = base::xxh3(ByteView(bytes).first(in.offset() + size));
  std::memcpy(bytes.data() + in.offset() + size, &checksum, 8);
  const auto decoded = decode_head(bytes);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code(), "head/newer-format");
  EXPECT_EQ(decoded.error().category(), ErrorCategory::invalid);
}

TEST(Head, TransactionsAscend) {
  base::TestRandom random(8);
  const Snapshot snapshot = make_snapshot(random);
  Bytes bytes = encode_snapshot(snapshot);
  const Bytes record = encode_tx(make_tx(snapshot.max_tx, snapshot.commit_id, 1, random));
  bytes.insert(bytes.end(), record.begin(), record.end());
  EXPECT_EQ(decode_head(bytes).error().code(), "head/corrupt");
}

TEST(LogEntry, RoundTrips) {
  base::TestRandom random(9);
  const LogEntry entry = {{random.next(), random.next()}, random_hash(random)};
  const Bytes bytes = encode_log_entry(entry);
  const auto decoded = decode_log_entry(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->nonce, entry.nonce);
  EXPECT_EQ(decoded->commit_id, entry.commit_id);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_FALSE(decode_log_entry(ByteView(bytes).first(at)).ok());
  }
}

}  // namespace
}  // namespace stele::format
