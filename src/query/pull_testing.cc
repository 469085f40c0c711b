#include "query/pull_testing.h"

#include "base/text.h"
#include "edn/writer.h"

namespace stele::query {
namespace {

std::string written(const Result<Value>& answer) {
  if (answer.ok()) return edn::write(*answer);
  return base::text("!! ", answer.error().code(), ": ", answer.error().message());
}

}  // namespace

std::string pulled(const Db& db, std::string_view pattern, const Value& eid) {
  const std::string said = written(stele::pull(db, form(pattern), eid));
  const auto prepared = PullPattern::read(form(pattern));
  if (prepared.ok()) {
    EXPECT_EQ(said, written(stele::pull(db, *prepared, eid)));
  }
  return said;
}

}  // namespace stele::query
