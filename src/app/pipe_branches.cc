// The pipe's operations on the branches of a database.
#include "app/pipe.h"
#include "app/pipe_request.h"
#include "base/text.h"
#include "base/try.h"
#include "door/secrets.h"

namespace stele::app {

namespace {

// A branch is a keyword, a commit is a uuid; both may be written as strings. [S-50]
Result<std::string> named(const Value& request, std::string_view key) {
  STELE_TRY(const auto value, required(request, key));
  if (value.is(Kind::keyword) && value.ns().empty()) return std::string(value.name());
  if (value.is(Kind::string)) return std::string(value.as_string());
  if (value.is(Kind::uuid)) return to_string(value.as_uuid());
  return invalid(
      "branch-must-be-keyword",
      base::text(":", key, " is a branch, for example :trial; got ", door::shown(value)));
}

}  // namespace

Result<Value> Pipe::branches(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  STELE_TRY(const auto names, open->branches());
  std::vector<Value> keywords;
  for (const auto& name : names) keywords.push_back(Value::keyword(name));
  return Value::set(std::move(keywords));
}

Result<Value> Pipe::branch(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  STELE_TRY(const auto from, named(request, "from"));
  STELE_TRY(const auto to, named(request, "to"));
  STELE_DO(open->branch(from, to));
  return Value(true);
}

Result<Value> Pipe::delete_branch(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  STELE_TRY(const auto from, named(request, "from"));
  STELE_DO(open->delete_branch(from));
  return Value(true);
}

}  // namespace stele::app
