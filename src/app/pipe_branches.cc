// The pipe's operations on the branches of a database, and on what they no longer need.
#include <algorithm>

#include "app/pipe.h"
#include "app/pipe_request.h"
#include "base/environment.h"
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

// What was replaced before :before may go; otherwise the usual time has to pass. [S-60]
Result<Value> Pipe::gc(const Value& request) {
  STELE_TRY(auto* open, connection(request));
  GarbageOptions options;
  if (const Value* before = request.find_keyword("before")) {
    if (!before->is(Kind::instant)) {
      return invalid("pipe/request", base::text(":before is an instant, for example #inst "
                                                "\"2025-11-01\"; got ",
                                                door::shown(*before)));
    }
    const auto now = base::system_environment().now();
    options.grace_ms = std::max<std::int64_t>(now.ms - before->as_instant().ms, 0);
  }
  const Value* dry_run = request.find_keyword("dry-run");
  options.dry_run = dry_run && *dry_run == Value(true);
  STELE_TRY(const auto report, open->collect_garbage(options));
  std::vector<Value> removed;
  for (const auto& pack : report.removed) removed.emplace_back(pack);
  return Value::set(std::move(removed));
}

}  // namespace stele::app
