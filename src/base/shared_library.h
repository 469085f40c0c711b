// SharedLibrary: a library from outside that is loaded when it is first needed.
//
// Libraries that only some stores need are neither linked nor loaded at the start: a program that
// never opens such a store does not pay for them, and runs where they are not installed. Their
// headers are needed to build, for the types of their functions:
//
//     struct Zlib {
//       base::SharedLibrary library{"libz.so.1", "zlib1g"};
//       STELE_LIBRARY_FUNCTION(library, zlibVersion);
//     };
//     const Zlib& zlib() { static const Zlib loaded; return loaded; }
//     if (!zlib().library.ok()) return unavailable("store/library", zlib().library.problem());
//
// Not in WebAssembly.
//
// Thread safety: immutable once made; making one is safe from any thread.
// Ownership: what was loaded stays until the process ends, because libraries leave threads and
// exit handlers behind.
#pragma once

#include <string>

namespace stele::base {

class SharedLibrary {
 public:
  // Loads e.g. "libcurl.so.4". The package is the Debian one that has it, for the message.
  SharedLibrary(std::string file, std::string debian_package);

  // Was it loaded, and did it have all that was looked for?
  bool ok() const { return problem_.empty(); }
  // Otherwise why not: sentences that say how to mend it.
  const std::string& problem() const { return problem_; }

  // The function of that name; null, with a problem, if there is none.
  template <typename FunctionPointer>
  FunctionPointer find(const char* name) {
    return reinterpret_cast<FunctionPointer>(address_of(name));
  }

 private:
  void* address_of(const char* name);

  std::string file_;
  std::string debian_package_;
  std::string problem_;
  void* handle_;
};

}  // namespace stele::base

// Declares the member `name`, a pointer to the library's function of that name, with the type that
// the library's header gives it. `library` is a SharedLibrary declared above it.
#define STELE_LIBRARY_FUNCTION(library, name) \
  decltype(&::name) name = (library).find<decltype(&::name)>(#name)
