#include "conn/verify.h"

#include "base/text.h"
#include "base/try.h"

namespace stele::conn {

Result<std::uint64_t> verify_trees(const db::State& state, tree::Reader& reader) {
  std::uint64_t nodes = 0;
  for (int t = 0; t < format::kTreeCount; ++t) {
    const auto tree = static_cast<format::Tree>(t);
    STELE_TRY(auto hashes, tree::verify_tree(*state.source, tree, state.index(tree).base, reader));
    nodes += hashes.size();
  }
  return nodes;
}

Result<std::uint64_t> verify_packs(Store& store, Deadline deadline) {
  std::uint64_t packs = 0;
  std::string from;
  do {
    STELE_TRY(auto page, store.list("packs/", from, deadline));
    for (const auto& object : page.objects) {
      STELE_TRY(auto bytes, store.read(object.key, ByteRange{}, deadline));
      if (format::pack_key(base::sha256(bytes)) != object.key) {
        return corrupt("pack/hash", base::text("the object ", object.key, " of ", store.url(),
                                               " is not what its name says: its bytes have changed "
                                               "since it was written"))
            .with("store", Value(store.url()))
            .with("key", Value(object.key));
      }
      ++packs;
    }
    from = page.next;
  } while (!from.empty());
  return packs;
}

}  // namespace stele::conn
