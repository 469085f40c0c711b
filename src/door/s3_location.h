// The map form of a store in a bucket, read from its URL:
//
//   s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-1
//   {:backend :s3 :bucket "bucket" :prefix "prefix" :endpoint "https://…" :region "eu-west-1"}
//
// Thread safety: a function of its arguments.
#pragma once

#include <string_view>

#include <stele/result.h>
#include <stele/value.h>

namespace stele::door {

// `rest` is what follows "s3:", without marks. Error: a sentence why it names no store.
Result<Value> s3_store_map(std::string_view rest);

}  // namespace stele::door
