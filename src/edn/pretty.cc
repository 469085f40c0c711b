// Values over several lines, for people:
//
//   {:db/ident :person/name
//    :db/doc "What everybody calls them"
//    :person/lucky-numbers [2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67
//                           71 73]}
//
// A value that fits on the rest of its line stays on it. Otherwise its items stand below each
// other; items that are no collections fill the lines.
#include <algorithm>

#include "base/text.h"
#include "edn/characters.h"
#include "edn/printer.h"
#include "edn/writer.h"
#include "value/cell.h"

namespace stele::edn {
namespace {

constexpr std::size_t kBytesPerColumnMax = 4;  // of UTF-8

bool is_collection(const Value& value) {
  return value.is_sequential() || value.is(Kind::set) || value.is(Kind::map);
}

class PrettyPrinter {
 public:
  explicit PrettyPrinter(int width) : width_(static_cast<std::size_t>(std::max(width, 1))) {}

  // `behind`: how many closing brackets will follow on the same line.
  void print(const Value& value, std::size_t behind);
  std::string take() { return std::move(out_); }

 private:
  void print_map(const Value& map, std::size_t behind);
  void print_items(const Value& collection, std::size_t behind);
  bool print_if_fits(const Value& value, std::size_t behind);
  void put(std::string_view text);
  void break_line(std::size_t indent);

  std::string out_;
  std::size_t column_ = 0;  // code points on the last line
  std::size_t width_;
  int depth_ = 0;
  std::string flat_;
};

void PrettyPrinter::put(std::string_view text) {
  out_ += text;
  column_ += count_code_points(text);
}

void PrettyPrinter::break_line(std::size_t indent) {
  out_ += '\n';
  out_.append(indent, ' ');
  column_ = indent;
}

bool PrettyPrinter::print_if_fits(const Value& value, std::size_t behind) {
  if (column_ + behind >= width_) return false;
  const std::size_t room = width_ - column_ - behind;
  flat_.clear();
  Printer printer(flat_, room * kBytesPerColumnMax);
  printer.print(value);
  if (printer.full() || count_code_points(flat_) > room) return false;
  put(flat_);
  return true;
}

void PrettyPrinter::print(const Value& value, std::size_t behind) {
  if (print_if_fits(value, behind)) return;
  if (depth_ == value::kDepthMax) return put(write(value));  // recursion stays bounded
  ++depth_;
  if (value.is(Kind::map)) {
    print_map(value, behind);
  } else if (is_collection(value)) {
    print_items(value, behind);
  } else if (value.is(Kind::tagged)) {
    put(base::text('#', value.name(), ' '));
    print(value.tagged_value(), behind);
  } else {
    put(write(value));
  }
  --depth_;
}

void PrettyPrinter::print_map(const Value& map, std::size_t behind) {
  const auto entries = map.entries();
  put(opener(Kind::map));
  const std::size_t indent = column_;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) break_line(indent);
    print(entries[i].first, 0);
    put(" ");
    print(entries[i].second, i + 1 == entries.size() ? behind + 1 : 0);
  }
  put(closer(Kind::map));
}

void PrettyPrinter::print_items(const Value& collection, std::size_t behind) {
  const auto items = collection.items();
  put(opener(collection.kind()));
  const std::size_t indent = column_;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t closers = i + 1 == items.size() ? behind + 1 : 0;
    if (i > 0 && !is_collection(items[i]) && !is_collection(items[i - 1])) {
      // A space, and the item behind it if that fits; the space goes if it does not.
      put(" ");
      if (print_if_fits(items[i], closers)) continue;
      out_.pop_back();
    }
    if (i > 0) break_line(indent);
    print(items[i], closers);
  }
  put(closer(collection.kind()));
}

}  // namespace

std::string write_pretty(const Value& value, int width) {
  PrettyPrinter printer(width);
  printer.print(value, 0);
  return printer.take();
}

}  // namespace stele::edn
