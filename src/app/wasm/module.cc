// The WebAssembly module: the pipe behind three exported functions. stele.mjs calls them.
//
//   stele_alloc(bytes) → pointer       memory for a request
//   stele_free(pointer)
//   stele_pipe(pointer, bytes) → pointer to a u32 length and the answer, to be freed
#include <cstdlib>
#include <cstring>

#include "app/pipe.h"

namespace {
stele::app::Pipe& pipe() {
  static auto* pipe = new stele::app::Pipe();
  return *pipe;
}
}  // namespace

extern "C" {

__attribute__((export_name("stele_alloc"))) void* stele_alloc(std::uint32_t bytes) {
  return std::malloc(bytes);
}

__attribute__((export_name("stele_free"))) void stele_free(void* pointer) { std::free(pointer); }

__attribute__((export_name("stele_pipe"))) void* stele_pipe(const char* line, std::uint32_t bytes) {
  const std::string answer = pipe().answer({line, bytes});
  const auto length = static_cast<std::uint32_t>(answer.size());
  auto* out = static_cast<char*>(std::malloc(sizeof length + answer.size()));
  std::memcpy(out, &length, sizeof length);
  std::memcpy(out + sizeof length, answer.data(), answer.size());
  return out;
}

}  // extern "C"
