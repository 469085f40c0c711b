#include "app/table.h"

#include <gtest/gtest.h>

namespace stele::app {
namespace {

TEST(Table, AlignsNumbersToTheRightAndTextToTheLeft) {
  EXPECT_EQ(draw({{"name", "n"}, {false, true}, {{"Widget", "7"}, {"Tee", "1200"}}}),
            " name        n\n"
            "───────────────\n"
            " Widget      7\n"
            " Tee      1200\n");
}

TEST(Table, CountsCodePointsNotBytes) {
  EXPECT_EQ(width("Größe"), 5u);
  EXPECT_EQ(draw({{"ort"}, {false}, {{"Köln"}}}), " ort\n──────\n Köln\n");
}

}  // namespace
}  // namespace stele::app
