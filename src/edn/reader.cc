#include "edn/reader.h"

#include "edn/parser.h"

namespace stele::edn {

struct Reader::State {
  Parser parser;
};

Reader::Reader(std::string_view text) : state_(new State{Parser(text)}) {}
Reader::~Reader() = default;

Result<std::optional<Value>> Reader::next() {
  Parser& parser = state_->parser;
  Value value;
  if (parser.find_value() && parser.read_value(value))
    return std::optional<Value>(std::move(value));
  if (parser.error()) return *parser.error();
  return std::optional<Value>();
}

std::size_t Reader::offset() const { return state_->parser.offset(); }

Result<Value> read(std::string_view text) {
  Parser parser(text);
  Value value;
  if (!parser.find_value()) {
    if (!parser.error()) parser.fail(parser.offset(), "edn/eof", "there is no value in this text");
    return *parser.error();
  }
  if (!parser.read_value(value)) return *parser.error();
  if (parser.find_value())
    parser.fail(parser.offset(), "edn/syntax", "one value was wanted, and here begins another");
  if (parser.error()) return *parser.error();
  return value;
}

Result<std::vector<Value>> read_all(std::string_view text) {
  Parser parser(text);
  std::vector<Value> values;
  while (parser.find_value()) {
    Value value;
    if (!parser.read_value(value)) break;
    values.push_back(std::move(value));
  }
  if (parser.error()) return *parser.error();
  return values;
}

}  // namespace stele::edn
