// What a request of the pipe says under its keys.
#pragma once

#include <string>
#include <vector>

#include <stele/stele.h>

namespace stele::app {

// Errors: `invalid` `:pipe/request`, which shows the request or the value.
Result<Value> required(const Value& request, std::string_view key);
Result<std::string> required_text(const Value& request, std::string_view key);
// The elements of a vector or list; none if the key is not there.
Result<std::vector<Value>> items_under(const Value& request, std::string_view key);
// :index
Result<IndexOrder> index_order(const Value& request);

// The uuid under a key; nullopt if the key is not there.
Result<std::optional<Uuid>> uuid_under(const Value& request, std::string_view key);
// The transaction id under a key, 0 if it is not there.
Result<TxId> tx_under(const Value& request, std::string_view key);

// :limit as a number of rows; everything without one.
std::size_t limit_of(const Value& request);
// :timeout-ms
std::int64_t timeout_ms(const Value& request, std::int64_t otherwise);

}  // namespace stele::app
