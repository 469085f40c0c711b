// Script: a conformance file, read into the questions that it asks. README.md says how one is
// written.
//
// Thread safety: plain values.
#pragma once

#include <string>
#include <vector>

#include <stele/value.h>

namespace stele::conformance {

struct Question {
  enum class Wants : std::uint8_t { success, value, error };

  std::string title;  // of the case that it belongs to
  std::size_t line = 0;
  std::string request;  // as the pipe takes it, on one line
  Wants wants = Wants::success;
  Value wanted;  // value: what the answer must match. error: its code, a keyword
};

// Errors: invalid `:edn/…`, `:conformance/…`, with the line.
Result<std::vector<Question>> read_script(std::string_view text);

// Does an answer's value have the form that is wanted? See README.md for `_`, `& _` and #bag.
bool matches(const Value& wanted, const Value& got);

// What is wrong with the answer (one line of the pipe's) to a question; nothing if it is right.
std::string complaint(const Question& question, std::string_view answer);

// Does a request create a database without saying in which store?
bool creates_database(const std::string& request);
// The same request, so that the database is created in the store of that URL.
std::string in_store(const std::string& request, const std::string& url);

}  // namespace stele::conformance
