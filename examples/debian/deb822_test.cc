#include "deb822.h"

#include <gtest/gtest.h>

namespace debian {
namespace {

TEST(deb822, paragraphs_are_parted_by_blank_lines) {
  ParagraphReader reader("\n\nPackage: a\nVersion: 1\n\n \t\nPackage:b\n");
  Paragraph paragraph;
  ASSERT_TRUE(reader.next(paragraph).value());
  ASSERT_EQ(paragraph.fields().size(), 2u);
  EXPECT_EQ(paragraph["Version"], "1");
  ASSERT_TRUE(reader.next(paragraph).value());
  EXPECT_EQ(paragraph["Package"], "b");
  EXPECT_EQ(paragraph["Version"], "");
  EXPECT_FALSE(reader.next(paragraph).value());
  EXPECT_FALSE(reader.next(paragraph).value());
}

TEST(deb822, a_value_goes_on_in_lines_that_begin_with_space) {
  ParagraphReader reader("Tag: one,\n two,\n\tthree\nNext: x: y");
  Paragraph paragraph;
  ASSERT_TRUE(reader.next(paragraph).value());
  EXPECT_EQ(paragraph["Tag"], "one,\n two,\n\tthree");
  EXPECT_EQ(first_line(paragraph["Tag"]), "one,");
  EXPECT_EQ(paragraph["Next"], "x: y");
}

TEST(deb822, an_empty_first_line_belongs_to_the_value) {
  ParagraphReader reader("Conffiles:\n /etc/a 1\n /etc/b 2\nEnd:\n");
  Paragraph paragraph;
  ASSERT_TRUE(reader.next(paragraph).value());
  EXPECT_EQ(paragraph["Conffiles"], "/etc/a 1\n /etc/b 2");
  EXPECT_EQ(paragraph["End"], "");
}

TEST(deb822, names_of_fields_are_in_any_case) {
  ParagraphReader reader("PACKAGE: a\r\nmulti-Arch: same\r\n");
  Paragraph paragraph;
  ASSERT_TRUE(reader.next(paragraph).value());
  EXPECT_EQ(paragraph["Package"], "a");
  EXPECT_EQ(paragraph["Multi-Arch"], "same");
}

TEST(deb822, a_line_that_is_no_field_is_named_by_its_number) {
  for (const char* text :
       {"Package: a\nno field\n", "Package: a\n: empty name\n", "\n goes on\n"}) {
    ParagraphReader reader(text);
    Paragraph paragraph;
    const auto result = reader.next(paragraph);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code(), "deb822/line");
    EXPECT_NE(result.error().message().find("line 2"), std::string::npos);
  }
}

TEST(deb822, split_leaves_out_what_is_empty) {
  std::string seen;
  split(" a ,b,, \n c,", ',', [&](std::string_view part) { seen += std::string(part) + ";"; });
  EXPECT_EQ(seen, "a;b;c;");
}

}  // namespace
}  // namespace debian
