#include "store/answers.h"

#include <algorithm>

#include "base/text.h"

namespace stele::store {

using base::text;

Error missing_object(std::string_view url, std::string_view key) {
  return unavailable("store/missing", text("There is no object ", key, " in ", url, "."));
}

Error object_exists(std::string_view url, std::string_view key, std::uint64_t bytes_there,
                    std::uint64_t bytes_offered) {
  return {ErrorCategory::conflict, "store/exists",
          text("The object ", key, " is in ", url, " already and has ", bytes_there, " bytes, not ",
               bytes_offered, ". Objects are written once and never changed.")};
}

Error read_only(std::string_view url) {
  return invalid("store/read-only", text(url, " is open for reading only."));
}

Error deadline_passed(std::string_view url, std::string_view what) {
  return {ErrorCategory::limit, "store/deadline",
          text("The deadline passed before ", what, " in ", url, " was done.")};
}

Error append_to_absent(std::string_view url, std::string_view name) {
  return invalid("store/append-absent",
                 text("The head ", name, " in ", url,
                      " cannot be appended to: the version to extend is that of no head. "
                      "Swap it in first."));
}

Error busy(std::string said, std::int64_t retry_after_ms) {
  const Error error = unavailable("store/busy", std::move(said));
  if (retry_after_ms <= 0) return error;
  return error.because(text("It asks to be asked again after ", retry_after_ms, " ms."))
      .with("retry-after-ms", Value(retry_after_ms));
}

std::int64_t retry_after_ms(const Error& error) {
  const Value* told = error.data().find_keyword("retry-after-ms");
  return told && told->is(Kind::int64) ? told->as_int64() : 0;
}

Done check_deadline(std::string_view url, std::string_view what, Deadline deadline,
                    base::Environment& environment) {
  if (base::passed(deadline, environment)) return deadline_passed(url, what);
  return {};
}

HeadWrite written(HeadVersion version) {
  return {HeadWrite::Outcome::written, std::move(version), {}};
}

HeadWrite conflict() { return {HeadWrite::Outcome::conflict, {}, {}}; }

HeadWrite unknown(Error error) { return {HeadWrite::Outcome::unknown, {}, std::move(error)}; }

HeadWrite failed(Error error) { return {HeadWrite::Outcome::failed, {}, std::move(error)}; }

ByteRange cut(ByteRange range, std::uint64_t bytes) {
  const std::uint64_t offset = std::min(range.offset, bytes);
  return {offset, std::min(range.length, bytes - offset)};
}

}  // namespace stele::store
