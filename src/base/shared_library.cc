#include "base/shared_library.h"

#include <dlfcn.h>

#include "base/text.h"

namespace stele::base {
namespace {

// What the loader says of the last failure in this thread.
std::string loader_says() {
  const char* said = ::dlerror();
  return said ? said : "the loader does not say why";
}

}  // namespace

SharedLibrary::SharedLibrary(std::string file, std::string debian_package)
    : file_(std::move(file)),
      debian_package_(std::move(debian_package)),
      // All symbols at once: a library that lacks something fails here and not in a later call.
      handle_(::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_) return;
  problem_ = text("The library ", file_, " cannot be loaded (", loader_says(),
                  "). On Debian it is in the package ", debian_package_, ": apt-get install ",
                  debian_package_, ".");
}

void* SharedLibrary::address_of(const char* name) {
  if (!handle_) return nullptr;
  if (void* address = ::dlsym(handle_, name)) return address;
  problem_ = text("The library ", file_, " has no function ", name, " (", loader_says(),
                  "): it is older than what stele was built for. On Debian a newer one is in the "
                  "package ",
                  debian_package_, ".");
  return nullptr;
}

}  // namespace stele::base
