#include "query/letter_case.h"

#include "edn/characters.h"

namespace stele::query {
namespace {

// Capital letters [first, last] and how far behind each its small letter stands. With a stride of
// two, capitals and small letters take turns: only every other character is a capital.
struct Range {
  char32_t first, last;
  char32_t distance;
  char32_t stride;
};

constexpr Range kRanges[] = {
    {0x41, 0x5A, 32, 1},   {0xC0, 0xD6, 32, 1},   {0xD8, 0xDE, 32, 1},   {0x100, 0x12E, 1, 2},
    {0x132, 0x136, 1, 2},  {0x139, 0x147, 1, 2},  {0x14A, 0x176, 1, 2},  {0x179, 0x17D, 1, 2},
    {0x386, 0x386, 38, 1}, {0x388, 0x38A, 37, 1}, {0x38C, 0x38C, 64, 1}, {0x38E, 0x38F, 63, 1},
    {0x391, 0x3A1, 32, 1}, {0x3A3, 0x3AB, 32, 1}, {0x400, 0x40F, 80, 1}, {0x410, 0x42F, 32, 1},
    {0x460, 0x480, 1, 2},  {0x48A, 0x4BE, 1, 2},  {0x4C1, 0x4CD, 1, 2},  {0x4D0, 0x52E, 1, 2},
};

constexpr char32_t kSharpS = 0xDF, kFinalSigma = 0x3C2, kCapitalSigma = 0x3A3;
constexpr char32_t kSmallYDiaeresis = 0xFF, kCapitalYDiaeresis = 0x178;

char32_t to_lower(char32_t c) {
  if (c == kCapitalYDiaeresis) return kSmallYDiaeresis;
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last && (c - range.first) % range.stride == 0) {
      return c + range.distance;
    }
  }
  return c;
}

char32_t to_upper(char32_t c) {
  if (c == kSmallYDiaeresis) return kCapitalYDiaeresis;
  if (c == kFinalSigma) return kCapitalSigma;
  for (const Range& range : kRanges) {
    const char32_t capital = c - range.distance;
    if (capital >= range.first && capital <= range.last &&
        (capital - range.first) % range.stride == 0) {
      return capital;
    }
  }
  return c;
}

template <typename Change>
std::string change_each(std::string_view utf8, Change change) {
  std::string out;
  while (!utf8.empty()) {
    const edn::Decoded next = edn::decode(utf8);
    const std::size_t bytes = next.bytes == 0 ? 1 : next.bytes;
    if (next.bytes == 0) {
      out += utf8[0];
    } else {
      change(out, next.code_point);
    }
    utf8.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

std::string upper_case(std::string_view utf8) {
  return change_each(utf8, [](std::string& out, char32_t c) {
    if (c == kSharpS) {
      out += "SS";
    } else {
      edn::append_utf8(out, to_upper(c));
    }
  });
}

std::string lower_case(std::string_view utf8) {
  return change_each(utf8,
                     [](std::string& out, char32_t c) { edn::append_utf8(out, to_lower(c)); });
}

}  // namespace stele::query
