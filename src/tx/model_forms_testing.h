// Random transactions for a small world, in which everything meets everything.
//
// Not thread safe.
#pragma once

#include <string>

#include <stele/datom.h>

#include "base/testing_random.h"

namespace stele::tx {

class ModelForms {
 public:
  explicit ModelForms(base::TestRandom& random) : random_(random) {}

  // Declares the attributes; some of their properties are chosen at random.
  std::string schema();
  Value transaction();

 private:
  Value word() { return Value(std::string(1, static_cast<char>('a' + random_.below(6)))); }
  Value key();
  Value reference();
  Value value_of(const Value& key, int depth);
  Value values_of(const Value& key, int depth);
  Value map(int depth);
  Value operation();
  Value datom();
  Value schema_change();

  base::TestRandom& random_;
};

}  // namespace stele::tx
