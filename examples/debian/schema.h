// The attributes of both databases, as forms to transact.
#pragma once

namespace debian {

extern const char* const kCatalogSchema;
extern const char* const kInventorySchema;

}  // namespace debian
