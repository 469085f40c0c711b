// What a program outside of stele's tree looks like. Without CMake:
//
//   g++ -std=c++20 main.cc $(pkg-config --cflags --libs stele) -o consumer
#include <iostream>

#include <stele/stele.h>

int main() {
  auto shop =
      stele::create_database("memory:shop", stele::read_edn("{:schema-flexibility :read}").value())
          .value();
  shop.transact(R"([{:name "Widget" :stock 140} {:name "Gadget" :stock 0}])").value();

  const auto rows = stele::q("[:find ?name ?n :where [?p :name ?name] [?p :stock ?n] [(> ?n 0)]]",
                             shop.db().value())
                        .value();
  for (auto [name, n] : rows.as<std::string_view, std::int64_t>()) {
    std::cout << name << ": " << n << "\n";
  }
}
