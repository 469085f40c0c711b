// read: a form, or a string that holds one, to ast::Query.
//
//   [:find ?n . :where [?e :name ?n]]   {:find [?n .] :where [[?e :name ?n]]}
// are both read as
//   find scalar ?n, inputs $, where Pattern $ (?e :name ?n)
//
// Nothing that is not understood is passed over: an unknown keyword, form or function is an error
// that shows the form, and what the language has but this version does not yet do is refused with
// `:query/unsupported`. Options beside a query in {:query … :args […] :limit …} win over its own.
// [Q-1 … Q-3, 4.2]
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "query/ast.h"

namespace stele::query {

// Errors: `invalid` `:edn/…`, `:parser/…`, `:query/where`, `:query/unsupported`.
Result<ast::Query> read(const Value& form);

// The names a query has given numbers to so far, while it is being read.
class Names {
 public:
  explicit Names(ast::Query& query) : query_(query) { scopes_.emplace_back(); }
  ast::Var variable(const Value& symbol);
  ast::SourceId source(const Value& symbol);
  // The variable, or what :in names with a plain symbol, if it has come up before.
  std::optional<ast::Var> find_variable(const Value& symbol) const;
  // What a clause that names no source looks at.
  ast::SourceId default_source();

  // While it lives, a name means a variable of its own, unless it means one of `seen`.
  class Scope {
   public:
    Scope(Names& names, const std::vector<ast::Var>& seen);
    ~Scope() { names_.scopes_.pop_back(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Names& names_;
  };

  // While it lives, this source, if any, is the default one.
  class DefaultSource {
   public:
    DefaultSource(Names& names, std::optional<ast::SourceId> source)
        : names_(names), before_(names.default_source_) {
      if (source) names.default_source_ = source;
    }
    ~DefaultSource() { names_.default_source_ = before_; }
    DefaultSource(const DefaultSource&) = delete;
    DefaultSource& operator=(const DefaultSource&) = delete;

   private:
    Names& names_;
    std::optional<ast::SourceId> before_;
  };

 private:
  ast::Query& query_;
  std::vector<std::vector<ast::Var>> scopes_;  // the variables that names mean, innermost last
  std::optional<ast::SourceId> default_source_;
};

// The parts that read.cc puts together; in read_clause.cc, read_logic.cc and
// read_find.cc.
Result<ast::Clause> read_clause(const Value& form, Names& names);
Result<ast::Binding> read_binding(const Value& form, Names& names);
// `form` is a list or vector that begins, behind a source, with a name that is_logic.
Result<ast::Clause> read_logic(const Value& form, Names& names);
bool is_logic(const Value& name);  // not, not-join, or, or-join, and
// The items of a section each. Those behind :find look at what :find has.
Done read_find(std::span<const Value> items, Names& names, ast::Query& query);
Done read_with(std::span<const Value> items, Names& names, ast::Query& query);
Done read_return_keys(std::string_view part, std::span<const Value> items, ast::Query& query);
Done read_order_by(std::span<const Value> items, const Names& names, ast::Query& query);

bool is_variable(const Value& form);  // ?x
bool is_source(const Value& form);    // $, $name

// "[?e :age] …": a form as messages show it.
std::string show(const Value& form);
// `what`, a sentence's subject, is part of the language but not of this version.
Error unsupported(std::string_view what, const Value& form);

}  // namespace stele::query
