#include "format/pack.h"

#include <array>

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace stele::format {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::array<std::uint8_t, 16> kNonce = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

PackWriter::Finished make_pack(std::size_t frames, std::vector<Place>& places,
                               std::vector<Frame>& made) {
  PackWriter writer(kNonce);
  for (std::size_t i = 0; i < frames; ++i) {
    made.push_back(encode_blob(base::view(std::string(i * 7, 'x'))));
    places.push_back(writer.add(made.back()));
  }
  return writer.finish();
}

TEST(Pack, HoldsFramesWhereItSays) {
  std::vector<Place> places;
  std::vector<Frame> frames;
  const auto pack = make_pack(20, places, frames);
  EXPECT_EQ(pack.name, base::sha256(pack.bytes));
  EXPECT_EQ(pack_key(pack.name), "packs/" + pack.name.hex());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const ByteView frame = ByteView(pack.bytes).subspan(places[i].offset, places[i].length);
    EXPECT_TRUE(places[i].pack.is_zero());
    EXPECT_EQ(*decode_blob(frame, frames[i].hash), Bytes(i * 7, 'x'));
  }
  const auto directory = read_pack_directory(pack.bytes);
  ASSERT_TRUE(directory.ok()) << directory.error().message();
  ASSERT_EQ(directory->size(), frames.size());
  for (const PackEntry& entry : *directory) {
    const ByteView frame = ByteView(pack.bytes).subspan(entry.offset, entry.length);
    EXPECT_TRUE(decode_blob(frame, entry.hash).ok());
  }
}

TEST(Pack, MayBeEmptyAndHoldAFrameTwice) {
  EXPECT_TRUE(read_pack_directory(PackWriter(kNonce).finish().bytes)->empty());
  PackWriter writer(kNonce);
  EXPECT_TRUE(writer.empty());
  const Place first = writer.add(encode_blob(base::view("same")));
  writer.add(encode_blob(base::view("same")));
  const auto directory = read_pack_directory(writer.finish().bytes);
  ASSERT_EQ(directory->size(), 1u);
  EXPECT_EQ(directory->front().offset, first.offset);
}

TEST(Pack, DamageToDirectoryOrFooterIsFound) {
  std::vector<Place> places;
  std::vector<Frame> frames;
  const auto pack = make_pack(5, places, frames);
  const std::size_t frames_end = places.back().offset + places.back().length;
  for (std::size_t at = 0; at < pack.bytes.size(); ++at) {
    const ByteView cut = ByteView(pack.bytes).first(at);
    EXPECT_EQ(read_pack_directory(cut).error().code(), "pack/corrupt");
    Bytes damaged = pack.bytes;
    damaged[at] ^= 0x10;
    if (at < 8 || at >= frames_end) {
      EXPECT_FALSE(read_pack_directory(damaged).ok()) << at;
    }
  }
}

}  // namespace
}  // namespace stele::format
