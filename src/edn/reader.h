// Text to values: the whole of EDN, and the few forms stele adds to it.
//
// Read: nil, booleans, integers (int64; `N` or overflow gives bigint), floats (`1.5`, `1e3`, `M`
// gives bigdec), ratios are refused with an explanation, strings with all escapes, characters
// (\a \newline \u03BB \o101), keywords, symbols, lists, vectors, maps, sets, namespaced maps
// (#:person{:name "x"}), comments, discard (#_), quote ('x reads as (quote x)), symbolic values
// (##Inf ##-Inf ##NaN), #"regex" as #regex "…", and tagged elements. `#inst #uuid #bytes #float
// #bigint #bigdec #float-array #double-array` become values of their kinds; any other tag becomes
// a tagged value.
//
// Errors are `invalid`, `:edn/…`, with :line, :column and :offset in their data; the message shows
// the line with a caret under the place.
//
// Thread safety: free functions; a Reader is used by one thread.
#pragma once

#include <optional>
#include <string_view>

#include <stele/value.h>

namespace stele::edn {

// The one value in `text`. Nothing at all, or more than one value, is an error.
Result<Value> read(std::string_view text);
// All values in `text`, in order.
Result<std::vector<Value>> read_all(std::string_view text);

// Reads value after value; keywords that occur again share one block.
class Reader {
 public:
  explicit Reader(std::string_view text);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // The next value; nullopt at the end of the text. After an error the reader stays at it.
  Result<std::optional<Value>> next();
  // Bytes of the text consumed so far.
  std::size_t offset() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stele::edn
