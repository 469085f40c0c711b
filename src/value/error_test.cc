#include <gtest/gtest.h>

#include <stele/error.h>
#include <stele/value.h>

namespace stele {
namespace {

TEST(Error, SaysWhatItWasGiven) {
  const Error error(ErrorCategory::conflict, "transact/unique", "two entities claim it");
  EXPECT_EQ(error.category(), ErrorCategory::conflict);
  EXPECT_EQ(error.code(), "transact/unique");
  EXPECT_EQ(error.message(), "two entities claim it");
  EXPECT_TRUE(error.data().entries().empty());
}

TEST(Error, AddingToItLeavesTheOriginalAsItWas) {
  const Error plain = invalid("edn/number", "no number.");
  const Error full = plain.with("line", 3).with("ns/text", "x").because("Write digits.");
  EXPECT_TRUE(plain.data().entries().empty());
  EXPECT_EQ(plain.message(), "no number.");
  EXPECT_EQ(full.message(), "no number. Write digits.");
  EXPECT_EQ(*full.data().find_keyword("line"), Value(3));
  EXPECT_EQ(*full.data().find_keyword("ns/text"), Value("x"));
  EXPECT_EQ(full.code(), plain.code());
}

TEST(Error, ALaterEntryReplacesAnEarlierOne) {
  const Error error = corrupt("pack/hash", "").with("n", 1).with("n", 2).because("Repair.");
  EXPECT_EQ(*error.data().find_keyword("n"), Value(2));
  EXPECT_EQ(error.message(), "Repair.");
}

TEST(Error, ShortFormsChooseTheCategory) {
  EXPECT_EQ(invalid("a", "").category(), ErrorCategory::invalid);
  EXPECT_EQ(corrupt("a", "").category(), ErrorCategory::corrupt);
  EXPECT_EQ(unavailable("a", "").category(), ErrorCategory::unavailable);
}

TEST(Error, EveryCategoryHasItsOwnName) {
  EXPECT_EQ(name(ErrorCategory::conflict), "conflict");
  EXPECT_EQ(name(ErrorCategory::unknown), "unknown");
  EXPECT_EQ(name(ErrorCategory::unavailable), "unavailable");
  EXPECT_EQ(name(ErrorCategory::invalid), "invalid");
  EXPECT_EQ(name(ErrorCategory::corrupt), "corrupt");
  EXPECT_EQ(name(ErrorCategory::collected), "collected");
  EXPECT_EQ(name(ErrorCategory::closed), "closed");
  EXPECT_EQ(name(ErrorCategory::limit), "limit");
  EXPECT_EQ(name(ErrorCategory::internal), "internal");
}

}  // namespace
}  // namespace stele
