# stele_room(): the one way in which a room becomes a library, a test, a benchmark and a fuzzer.
#
#   stele_room(value
#     SOURCES cell.cc order.cc          # none: a header-only room, an INTERFACE library
#     DEPS base                         # rooms that this room's code includes
#     NATIVE_SOURCES openssl_hash.cc    # sources for all but wasm
#     WASM_SOURCES plain_hash.cc        # sources for wasm alone
#     LIBS OpenSSL::Crypto              # libraries from outside that its code links; none in wasm
#     TESTS cell_test.cc order_test.cc  # together one program, value_test
#     SLOW_TESTS order_slow_test.cc     # together value_slow_test, label `slow`
#     SERVER_TESTS pg_server_test.cc    # together value_server_test, label `servers`: they start
#                                       # servers of others, see tests/servers
#     TEST_DEPS edn store_testing       # more rooms (or targets) for tests, benches and fuzzers
#     BENCHES cell_bench.cc             # together value_bench
#     FUZZERS cell_fuzz.cc              # each its own program, cell_fuzz
#     TESTING_SOURCES value_testing.cc  # what other rooms' tests use: library value_testing
#     LABELS threads                    # more ctest labels for this room's tests
#     EXCEPTIONS)                       # this room needs C++ exceptions; see below
#
# The room's library is `stele_value`, by its alias `stele::value`. Includes are written from
# src/ and include/: "value/cell.h", <stele/value.h>.
#
# With STELE_NO_EXCEPTIONS a room is compiled with -fno-exceptions unless it says EXCEPTIONS.
# Its tests always have exceptions, because GoogleTest does.
#
# A room that lists a file which does not exist, or depends on a room which is not there, is left
# out with a warning; so is whatever depends on it. With STELE_WHOLE (as in CI) that is an error.

include_guard(GLOBAL)

# Says why something is left out; an error when the whole house is asked for.
function(stele_left_out what why)
  if(STELE_WHOLE)
    message(FATAL_ERROR "${what}: ${why}")
  endif()
  message(WARNING "${what} is left out: ${why}")
endfunction()

# Sets `out` to the first reason for which the room cannot be built, or to nothing.
function(_stele_room_obstacle out files deps)
  set(${out} "" PARENT_SCOPE)
  foreach(file IN LISTS files)
    if(NOT IS_ABSOLUTE "${file}")
      set(file "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    endif()
    if(NOT EXISTS "${file}")
      set(${out} "there is no file ${file}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  foreach(dep IN LISTS deps)
    if(NOT TARGET stele::${dep})
      set(${out} "there is no room '${dep}'" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# A room may depend only on what its line in layers.txt names; `make lint` checks the includes.
function(_stele_check_layers room)
  string(REGEX REPLACE "_.*" "" layer ${room})  # backend_file, app_wasm: rooms in a room
  foreach(dep IN LISTS ARGN)
    string(REGEX REPLACE "_.*" "" below ${dep})
    if(NOT below STREQUAL layer AND NOT below IN_LIST STELE_BELOW_${layer})
      if(STELE_WHOLE)
        set(kind FATAL_ERROR)
      else()
        set(kind WARNING)
      endif()
      message(${kind} "room ${room} may not depend on ${dep}: layers.txt does not say so")
    endif()
  endforeach()
endfunction()

# Turns room names into their targets; what is no room is passed on as it is.
function(_stele_targets out)
  set(targets)
  foreach(name IN LISTS ARGN)
    if(TARGET stele::${name})
      list(APPEND targets stele::${name})
    else()
      list(APPEND targets ${name})
    endif()
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# Gives our own code our own warnings; libraries from outside are left in peace.
function(stele_compile_as_ours target)
  target_compile_options(${target} PRIVATE ${STELE_WARNINGS})
endfunction()

# Registers a program as one ctest test. Further arguments go to the program.
function(stele_add_test name program)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT" "LABELS;ARGS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  add_test(NAME ${name} COMMAND ${program} ${arg_ARGS} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}"
    TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "${STELE_TEST_ENVIRONMENT}")
endfunction()

function(stele_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg
    "EXCEPTIONS"
    ""
    "SOURCES;NATIVE_SOURCES;WASM_SOURCES;DEPS;LIBS;TESTS;SLOW_TESTS;SERVER_TESTS;TEST_DEPS;\
BENCHES;FUZZERS;TESTING_SOURCES;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stele_room(${room}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()

  if(STELE_WASM)
    list(APPEND arg_SOURCES ${arg_WASM_SOURCES})
    set(arg_LIBS)
  else()
    list(APPEND arg_SOURCES ${arg_NATIVE_SOURCES})
  endif()

  _stele_check_layers(${room} ${arg_DEPS})
  _stele_room_obstacle(obstacle "${arg_SOURCES}" "${arg_DEPS}")
  if(obstacle)
    stele_left_out("room ${room}" "${obstacle}")
    return()
  endif()

  # The library.
  _stele_targets(deps ${arg_DEPS})
  set(folders ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  if(arg_SOURCES)
    add_library(stele_${room} STATIC ${arg_SOURCES})
    target_include_directories(stele_${room} PUBLIC ${folders})
    target_link_libraries(stele_${room} PUBLIC ${deps} PRIVATE ${arg_LIBS})
    if(TARGET stele_support)
      target_link_libraries(stele_${room} PUBLIC stele_support)
    endif()
    stele_compile_as_ours(stele_${room})
    if(STELE_NO_EXCEPTIONS AND NOT arg_EXCEPTIONS)
      target_compile_options(stele_${room} PRIVATE -fno-exceptions)
    endif()
  else()
    add_library(stele_${room} INTERFACE)
    target_include_directories(stele_${room} INTERFACE ${folders})
    target_link_libraries(stele_${room} INTERFACE ${deps} ${arg_LIBS})
  endif()
  add_library(stele::${room} ALIAS stele_${room})

  # What other rooms' tests use of it.
  if(STELE_TESTS AND arg_TESTING_SOURCES)
    _stele_room_obstacle(obstacle "${arg_TESTING_SOURCES}" "")
    if(obstacle)
      stele_left_out("${room}_testing" "${obstacle}")
    else()
      add_library(stele_${room}_testing STATIC ${arg_TESTING_SOURCES})
      target_link_libraries(stele_${room}_testing PUBLIC stele_${room} GTest::gtest)
      stele_compile_as_ours(stele_${room}_testing)
      add_library(stele::${room}_testing ALIAS stele_${room}_testing)
      list(APPEND arg_TEST_DEPS ${room}_testing)
    endif()
  endif()

  _stele_targets(test_libs ${room} ${arg_TEST_DEPS} ${arg_LIBS})
  if(STELE_TESTS)
    _stele_room_tests(${room}_test ${room} "${arg_TESTS}" "${test_libs}" "fast;${arg_LABELS}" 900)
    _stele_room_tests(${room}_slow_test ${room}_slow "${arg_SLOW_TESTS}" "${test_libs}"
      "slow;${arg_LABELS}" 1800)
    _stele_room_tests(${room}_server_test ${room}_servers "${arg_SERVER_TESTS}" "${test_libs}"
      "servers" 600)
  endif()
  if(STELE_BENCHES)
    _stele_room_bench(${room}_bench "${arg_BENCHES}" "${test_libs}")
  endif()
  if(STELE_TESTS OR STELE_FUZZ)
    foreach(file IN LISTS arg_FUZZERS)
      _stele_room_fuzzer(${file} "${test_libs}")
    endforeach()
  endif()
endfunction()

function(_stele_room_tests program test files libs labels timeout)
  if(NOT files)
    return()
  endif()
  _stele_room_obstacle(obstacle "${files}" "")
  foreach(lib IN LISTS libs)
    if(NOT obstacle AND NOT TARGET ${lib})
      set(obstacle "there is no room '${lib}'")
    endif()
  endforeach()
  if(obstacle)
    stele_left_out("${program}" "${obstacle}")
    return()
  endif()
  add_executable(${program} ${files})
  target_link_libraries(${program} PRIVATE ${libs} GTest::gtest_main)
  stele_compile_as_ours(${program})
  stele_compile_tests_quickly(${program})
  # Slow tests and those that need servers are built when they are asked for, by `tests-slow` and
  # `tests-servers`. `tests-threads` builds the few programs that ThreadSanitizer is run on.
  if("slow" IN_LIST labels)
    set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL ON)
    add_dependencies(tests-slow ${program})
  elseif("servers" IN_LIST labels)
    set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL ON)
    add_dependencies(tests-servers ${program})
  elseif("threads" IN_LIST labels)
    add_dependencies(tests-threads ${program})
  endif()
  stele_add_test(${test} ${program} LABELS ${labels} TIMEOUT ${timeout}
    ARGS --gtest_brief=1 --gtest_color=no)
endfunction()

# What a test spends its time in is the libraries. Its own files are not optimised: that halves the
# time that compiling them takes, and with sanitizers leaves a third of it.
function(stele_compile_tests_quickly target)
  get_target_property(files ${target} SOURCES)
  list(FILTER files INCLUDE REGEX "_test\\.cc$")
  set_source_files_properties(${files} PROPERTIES COMPILE_OPTIONS -O0)
endfunction()

function(_stele_room_bench program files libs)
  if(NOT files)
    return()
  endif()
  _stele_room_obstacle(obstacle "${files}" "")
  if(obstacle)
    stele_left_out("${program}" "${obstacle}")
    return()
  endif()
  add_executable(${program} ${files})
  target_link_libraries(${program} PRIVATE ${libs} benchmark::benchmark_main)
  stele_compile_as_ours(${program})
  set_property(GLOBAL APPEND PROPERTY STELE_BENCH_PROGRAMS ${program})
endfunction()

# A fuzzer defines LLVMFuzzerTestOneInput. In the fuzz preset libFuzzer drives it; everywhere else
# cmake/support/fuzz_main.cc does, with a fixed seed and for a moment, so that it is a test as well.
# Files in tests/corpus/NAME are its first inputs.
function(_stele_room_fuzzer file libs)
  _stele_room_obstacle(obstacle "${file}" "")
  get_filename_component(program ${file} NAME_WE)
  if(obstacle)
    stele_left_out("${program}" "${obstacle}")
    return()
  endif()
  set(corpus ${PROJECT_SOURCE_DIR}/tests/corpus/${program})
  if(NOT EXISTS ${corpus})
    set(corpus)
  endif()
  if(STELE_FUZZ)
    add_executable(${program} ${file})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${program})
  else()
    add_executable(${program} ${file} ${PROJECT_SOURCE_DIR}/cmake/support/fuzz_main.cc)
  endif()
  target_link_libraries(${program} PRIVATE ${libs})
  stele_compile_as_ours(${program})
  if(NOT STELE_FUZZ)
    stele_add_test(${program} ${program} LABELS fast ARGS --runs=2000 ${corpus})
  endif()
  set_property(GLOBAL APPEND PROPERTY STELE_FUZZ_PROGRAMS ${program})
endfunction()
