// deb822: the text format in which Debian keeps what it knows of packages. Paragraphs are separated
// by blank lines and made of fields; a line that begins with a space goes on with the field above.
//
//   Package: make
//   Description: utility for directing compilation
//    GNU Make controls the generation of executables.
//
// Nothing is copied: names and values are views of the text that was given, which must outlive
// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <stele/result.h>

namespace debian {

struct Field {
  std::string_view name;
  // Without the space around it. Lines that go on keep their line feeds and their first space.
  std::string_view value;
};

class Paragraph {
 public:
  // The value of the field, whose name may be in any case; empty if there is none.
  std::string_view operator[](std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  friend class ParagraphReader;
  std::vector<Field> fields_;
};

class ParagraphReader {
 public:
  explicit ParagraphReader(std::string_view text) : text_(text) {}

  // The next paragraph, into `paragraph`, whose memory is used again. False at the end.
  // Error: `invalid` `:deb822/line`, with the number of the line that is neither a field nor part
  // of one.
  stele::Result<bool> next(Paragraph& paragraph);

  std::size_t bytes_read() const { return at_; }

 private:
  std::string_view take_line();
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

// Without the space at both ends.
std::string_view trimmed(std::string_view text);
// The first line of a value: of a description, its synopsis.
std::string_view first_line(std::string_view value);
// Calls `each` with every part between separators, trimmed; empty parts are left out.
template <typename Each>
void split(std::string_view text, char separator, Each each) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    const auto part = trimmed(text.substr(0, end));
    if (!part.empty()) each(part);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace debian
