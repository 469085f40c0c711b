# What builds without exceptions, and wasm, need besides our own code: the target stele_support,
# which stele_room() links to every room when it exists.
include_guard(GLOBAL)

if(STELE_NO_EXCEPTIONS)
  add_library(stele_support STATIC ${PROJECT_SOURCE_DIR}/cmake/support/no_exceptions.cc)
  if(STELE_WASM)
    target_sources(stele_support PRIVATE ${PROJECT_SOURCE_DIR}/cmake/support/wasm.cc)
  endif()
endif()

if(STELE_WASM)
  # Header-only libraries of the host, one by one: the whole of /usr/include would bring its libc.
  set(headers ${PROJECT_BINARY_DIR}/host-headers)
  file(MAKE_DIRECTORY ${headers})
  foreach(name boost xxhash.h)
    if(NOT EXISTS /usr/include/${name})
      message(FATAL_ERROR "/usr/include/${name} is missing; run tools/install-packages build")
    endif()
    file(CREATE_LINK /usr/include/${name} ${headers}/${name} SYMBOLIC)
  endforeach()
  include_directories(SYSTEM ${headers})
  # STELE_WASM is for the few places in base that differ, such as base/mutex.h.
  add_compile_definitions(STELE_WASM BOOST_DISABLE_THREADS)
endif()
