# The toolchain of the wasm preset: Debian's clang-19, wasi-libc and libc++ 19, without exceptions
# and without threads. No emscripten: src/app/wasm/stele.mjs is the whole runtime.
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})  # where Platform/WASI.cmake lies

set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)

# Only wasm's own headers: clang would look into the host's /usr/include as well.
set(CMAKE_C_FLAGS_INIT "-nostdlibinc -isystem /usr/include/wasm32-wasi")
set(CMAKE_CXX_FLAGS_INIT "-fno-exceptions -nostdinc++ -nostdlibinc \
-isystem /usr/include/wasm32-wasi/c++/v1 -isystem /usr/include/wasm32-wasi")

# A reactor: a module with exported functions instead of a main(). The stack lies below the data, so
# that running over its end is a trap and not a silent overwrite; the linker's own 64 KiB are not
# enough for queries. -O0 is the last -O of the link line and takes nothing away from the code: with
# another one clang runs whatever wasm-opt it finds on PATH (and with --no-wasm-opt, clang 19 forgets
# to link).
set(CMAKE_EXE_LINKER_FLAGS_INIT "-mexec-model=reactor -O0 \
-Wl,--strip-debug -Wl,--stack-first -Wl,-z,stack-size=4194304")

# A library is enough to try a flag; there is no main() to link.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
