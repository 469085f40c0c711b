#include "app/pipe_request.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "door/secrets.h"
#include "edn/writer.h"

namespace stele::app {

using base::text;

Result<Value> required(const Value& request, std::string_view key) {
  if (const Value* found = request.find_keyword(key)) return *found;
  return invalid("pipe/request",
                 text("the operation needs :", key, "; got ", door::shown(request)));
}

Result<std::string> required_text(const Value& request, std::string_view key) {
  STELE_TRY(auto value, required(request, key));
  if (value.is(Kind::string)) return std::string(value.as_string());
  return invalid("pipe/request", text(":", key, " is a string; got ", door::shown(value)));
}

Result<std::vector<Value>> items_under(const Value& request, std::string_view key) {
  const Value* given = request.find_keyword(key);
  if (!given || given->is_nil()) return std::vector<Value>();
  if (given->is_sequential()) {
    return std::vector<Value>(given->items().begin(), given->items().end());
  }
  return invalid("pipe/request", text(":", key, " is a vector; got ", door::shown(*given)));
}

Result<IndexOrder> index_order(const Value& request) {
  STELE_TRY(auto index, required(request, "index"));
  if (index.is_keyword("eavt")) return IndexOrder::eavt;
  if (index.is_keyword("aevt")) return IndexOrder::aevt;
  if (index.is_keyword("avet")) return IndexOrder::avet;
  return invalid("pipe/request",
                 text(":index is :eavt, :aevt or :avet; got ", edn::write_short(index)));
}

Result<std::optional<Uuid>> uuid_under(const Value& request, std::string_view key) {
  const Value* given = request.find_keyword(key);
  if (!given || given->is_nil()) return std::optional<Uuid>();
  if (given->is(Kind::uuid)) return std::optional(given->as_uuid());
  return invalid("pipe/request", text(":", key, " is a #uuid; got ", edn::write_short(*given)));
}

Result<TxId> tx_under(const Value& request, std::string_view key) {
  const Value* given = request.find_keyword(key);
  if (!given || given->is_nil()) return TxId{0};
  if (given->is(Kind::int64) && given->as_int64() >= 0) return static_cast<TxId>(given->as_int64());
  return invalid("pipe/request",
                 text(":", key, " is a transaction's id; got ", edn::write_short(*given)));
}

std::size_t limit_of(const Value& request) {
  const Value* n = request.find_keyword("limit");
  if (!n || !n->is(Kind::int64)) return SIZE_MAX;
  return static_cast<std::size_t>(std::max<std::int64_t>(0, n->as_int64()));
}

std::int64_t timeout_ms(const Value& request, std::int64_t otherwise) {
  const Value* ms = request.find_keyword("timeout-ms");
  return ms && ms->is(Kind::int64) && ms->as_int64() > 0 ? ms->as_int64() : otherwise;
}

}  // namespace stele::app
