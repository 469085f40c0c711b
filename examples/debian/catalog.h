// Catalog: what an archive of Debian packages offers, as a database over time.
//
// A package is one entity, whatever its version: a newer version updates it, and the older one
// stays in the past. What packages ask of each other are entities as well, shared by all who ask
// the same, so that a dependency is a reference that joins can follow in both directions.
//
// Use by one thread. Nobody else may write to the database meanwhile, for the import chooses
// entity ids itself: looking up a million names that it has just written would only cost time.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <unordered_map>

#include <stele/stele.h>

#include "deb822.h"
#include "relation.h"

namespace debian {

// What one suite of an archive offered on one day.
struct PackageList {
  std::string suite;  // "bookworm-security"
  stele::Instant date;
  std::string text;  // deb822, a paragraph a package
};

struct ImportTotals {
  std::uint64_t packages = 0;  // written, new or newer
  std::uint64_t facts = 0;     // asserted
  std::uint64_t datoms = 0;    // facts and the retractions of older ones
  std::uint64_t transactions = 0;
};

class Catalog {
 public:
  // Declares the attributes as of `first_date` if the database is new; else learns what it holds.
  static stele::Result<Catalog> open(stele::Connection connection, stele::Instant first_date);

  // Writes the packages of a list that the catalog lacks or has an older version of, dated with the
  // list's date. `told` hears now and then how much of the list is done, from 0 to 1.
  // Error: `invalid` `:deb822/line`, and those of transactions; earlier parts may be written then.
  stele::Done add(const PackageList& list, const std::function<void(double)>& told);

  const ImportTotals& totals() const { return totals_; }

 private:
  struct Package {
    stele::EntityId e = 0;
    bool is_named = false;  // has its :package/name
    std::string version;    // empty: others ask for it, but nobody offers it
  };
  using Entries = std::vector<stele::Value::Entry>;
  // Found by a view of the text, without a copy of it.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <typename T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  explicit Catalog(stele::Connection connection) : connection_(std::move(connection)) {}
  stele::Done learn(const stele::Db& db);

  stele::Result<std::vector<Paragraph>> newer_packages(std::string_view text);
  stele::Done write_package(const Paragraph& paragraph, const std::string& suite);
  stele::Done retract_stale(stele::EntityId e, const Entries& wanted);
  Package& package_of(std::string_view name);
  stele::EntityId package_named(std::string_view name);
  stele::EntityId relation_of(std::string_view text);
  void write_relation(stele::EntityId e, const std::string& text,
                      const std::vector<Alternative>& alternatives);
  Entries constraint_of(const Alternative& alternative, const char* prefix);
  void write(Entries entries);

  stele::Done flush(stele::Instant date);
  stele::Done settle();

  stele::Connection connection_;
  stele::EntityId next_ = 1;
  ByText<Package> packages_;
  ByText<stele::EntityId> relations_;
  std::vector<stele::Value> forms_;  // of the transaction that is being put together
  std::size_t forms_facts_ = 0;
  stele::Db before_;  // as it was when the list was begun
  // The transaction before, which is committed while the next one is put together.
  std::future<stele::Result<stele::TxReport>> committing_;
  ImportTotals totals_;
};

}  // namespace debian
