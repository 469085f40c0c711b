// Recursive descent over one text: what stands behind Reader.
//
// Each read_ function begins at the first byte of what it reads and ends behind its last. It
// answers true, or false after fail(): then the error stands, and nothing else is to be read.
// Finished items lie on one stack until their collection closes, so that a collection is one
// allocation of the right size.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stele/value.h>

#include "edn/names.h"

namespace stele::edn {

class Parser {
 public:
  // `text` outlives the parser.
  explicit Parser(std::string_view text);

  // Is there a value? Skips what separates values; false at the end of the text and on errors.
  bool find_value();
  bool read_value(Value& out);

  std::size_t offset() const { return at_; }
  const std::optional<Error>& error() const { return error_; }
  // Makes the error that the parser then stays at. Always false.
  bool fail(std::size_t offset, std::string_view code, std::string_view problem);

 private:
  // A collection that has been opened and not yet closed.
  struct Opened {
    std::size_t offset;
    const char* name;
    char closer;
  };
  // What may be behind a '#'.
  bool read_dispatch(Value& out);
  bool read_symbolic(Value& out);
  bool read_regex(Value& out);
  bool read_namespaced_map(Value& out);
  bool read_tagged(Value& out);

  bool read_string(Value& out);
  bool read_escaped_string(std::size_t open, Value& out);
  bool read_character_literal(Value& out);
  bool read_number_token(Value& out);
  bool read_name(Value& out);
  bool read_quoted(Value& out);

  bool read_sequence(const Opened& opened, Value& out);
  bool read_set(Value& out);
  bool read_map(std::string_view ns, Value& out);
  bool read_items(const Opened& opened, bool with_places);
  std::vector<Value> take_items(std::size_t base);
  bool qualify(std::string_view ns, std::size_t place, Value& key);
  bool fail_duplicate(const std::vector<std::size_t>& places, std::string_view ns,
                      std::string_view what);

  bool skip_blanks();
  bool discard();
  // The value that a prefix such as #_ applies to. `refusal` is said where there is none.
  bool read_operand(std::size_t prefix, std::string_view refusal, Value& out);
  bool intern(std::size_t offset, std::string_view token, Value& out);
  bool enter(std::size_t offset);  // one level deeper, if depth_max_ allows
  bool fail(std::size_t offset, const Error& error);
  bool fail_unexpected();

  bool at_end() const { return at_ == text_.size(); }
  std::string_view take_token();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;  // open collections, tags, quotes and discards
  int depth_max_;
  int discards_ = 0;  // inside how many #_; tags are not interpreted there
  std::optional<Error> error_;
  Names names_;
  std::vector<Opened> opened_;
  std::vector<Value> items_;
  std::vector<std::size_t> places_;  // of the items of sets and maps, to point at duplicates
  std::string scratch_;
};

}  // namespace stele::edn
