// The symbols that Debian's wasm libraries expect and nobody else provides.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {

// compiler-rt was built with the stack protector.
extern const std::uintptr_t __stack_chk_guard = 0x5bd1e995;

[[noreturn]] void __stack_chk_fail() { std::abort(); }

// There is one thread and it never ends, so its destructors never run.
int __cxa_thread_atexit(void (*)(void*), void*, void*) { return 0; }

}  // extern "C"
