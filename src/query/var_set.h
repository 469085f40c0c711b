// A set of variables, or of other things that are numbered like them.
#pragma once

#include <span>
#include <vector>

#include "query/ast.h"

namespace stele::query {

class VarSet {
 public:
  VarSet() = default;
  explicit VarSet(std::span<const ast::Var> variables) { add(variables); }

  bool has(ast::Var variable) const { return variable < bits_.size() && bits_[variable]; }
  bool has_all(std::span<const ast::Var> variables) const {
    for (ast::Var variable : variables) {
      if (!has(variable)) return false;
    }
    return true;
  }
  void add(ast::Var variable) {
    if (variable >= bits_.size()) bits_.resize(variable + 1);
    bits_[variable] = true;
  }
  void add(std::span<const ast::Var> variables) {
    for (ast::Var variable : variables) add(variable);
  }

 private:
  std::vector<bool> bits_;
};

// Appends those that are not there yet.
void add_new(std::span<const ast::Var> variables, std::vector<ast::Var>& to);

}  // namespace stele::query
