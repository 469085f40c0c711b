// references: what constants and inputs mean in one database: idents and lookup refs as entity
// ids, keywords as attributes. [Q-41 …]
#pragma once

#include "query/resolve.h"

namespace stele::query {

class References {
 public:
  // Of the pattern written `form`.
  References(const db::View& view, const Value& form, Run& run)
      : view_(view), form_(form), run_(run) {}

  // Gives the constant at `part` its meaning; parts are to be asked for in order. A literal that
  // cannot be meant is an error; a value that was passed in just matches nothing.
  Done resolve_constant(DbPattern& pattern, Part part, bool is_literal) const;

 private:
  Done resolve_entity(DbPattern& pattern, bool is_literal) const;
  Done resolve_attribute(DbPattern& pattern, bool is_literal) const;
  Done resolve_value(DbPattern& pattern) const;
  Done resolve_tx(DbPattern& pattern, bool is_literal) const;
  Done resolve_added(DbPattern& pattern, bool is_literal) const;
  Error malformed(std::string_view what, const Value& found) const;

  const db::View& view_;
  const Value& form_;
  Run& run_;
};

// Is there an ident or a lookup ref among the column's values?
bool holds_references(const Column& column);

// The column with references as entity ids; what names nothing is nil, which joins nothing.
//
Result<ColumnPtr> resolve_column(const db::View& view, const Column& column, Run& run);

}  // namespace stele::query
