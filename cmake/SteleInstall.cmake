# What `cmake --install` puts where, and the packages by which others find it:
#
#   bin/stele                     the program
#   lib/libstele.a                all rooms below the door, in one archive
#   include/stele/                the public headers
#   lib/cmake/stele/              find_package(stele) gives stele::stele
#   lib/pkgconfig/stele.pc        pkg-config --cflags --libs stele
#   share/doc/stele/              README.md and docs
#
# The archive is static: stele promises the bytes in a store for ever, but no binary interface of its
# C++ classes, and a program that carries its own stele can never meet another one at run time.
# Everything can be moved: the packages find the rest beside themselves.
include_guard(GLOBAL)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# How pkg-config names what rooms link from outside: in Requires, or as flags.
set(STELE_PKG_CONFIG_OpenSSL::Crypto "Requires libcrypto")
set(STELE_PKG_CONFIG_Threads::Threads "Libs -pthread")

# Sets `rooms` to the room and all below it, and `outside` to what these link from elsewhere.
function(_stele_install_closure room rooms outside)
  set(waiting stele_${room})
  set(found)
  set(libs)
  while(waiting)
    list(POP_FRONT waiting target)
    if(target IN_LIST found)
      continue()
    endif()
    list(APPEND found ${target})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
      get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    else()
      get_target_property(links ${target} LINK_LIBRARIES)
    endif()
    foreach(link IN LISTS links)
      if(link MATCHES "^stele::(.*)$")
        list(APPEND waiting stele_${CMAKE_MATCH_1})
      elseif(link)
        list(APPEND libs ${link})
      endif()
    endforeach()
  endwhile()
  list(REMOVE_DUPLICATES libs)
  set(${rooms} ${found} PARENT_SCOPE)
  set(${outside} ${libs} PARENT_SCOPE)
endfunction()

# Sets STELE_FIND_DEPENDENCIES, STELE_REQUIRES and STELE_LIBS for the package files.
function(_stele_describe_outside outside)
  set(finds)
  set(requires)
  set(flags)
  foreach(lib IN LISTS outside)
    if(NOT STELE_PKG_CONFIG_${lib})
      message(FATAL_ERROR "${lib} is linked by a room: say in cmake/SteleInstall.cmake how "
        "pkg-config names it")
    endif()
    separate_arguments(words UNIX_COMMAND "${STELE_PKG_CONFIG_${lib}}")
    list(POP_FRONT words where)
    if(where STREQUAL "Requires")
      list(APPEND requires ${words})
    else()
      list(APPEND flags ${words})
    endif()
    if(lib MATCHES "^(.*)::")
      list(APPEND finds "find_dependency(${CMAKE_MATCH_1})")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES finds)
  list(JOIN finds "\n" finds)
  list(JOIN requires " " requires)
  list(JOIN flags " " flags)
  set(STELE_FIND_DEPENDENCIES "${finds}" PARENT_SCOPE)
  set(STELE_REQUIRES "${requires}" PARENT_SCOPE)
  set(STELE_LIBS "${flags}" PARENT_SCOPE)
endfunction()

function(stele_install)
  _stele_install_closure(door rooms outside)
  _stele_describe_outside("${outside}")

  add_library(stele_library STATIC)
  foreach(room IN LISTS rooms)
    get_target_property(type ${room} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      target_sources(stele_library PRIVATE $<TARGET_OBJECTS:${room}>)
    endif()
  endforeach()
  target_link_libraries(stele_library INTERFACE ${outside})
  target_compile_features(stele_library INTERFACE cxx_std_20)
  set_target_properties(stele_library PROPERTIES
    OUTPUT_NAME stele EXPORT_NAME stele LINKER_LANGUAGE CXX
    ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})

  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/stele)
  install(TARGETS stele RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(TARGETS stele_library EXPORT stele
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/stele DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING
    PATTERN "*.h")
  install(EXPORT stele NAMESPACE stele:: FILE steleTargets.cmake DESTINATION ${package})
  install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

  configure_package_config_file(cmake/steleConfig.cmake.in steleConfig.cmake
    INSTALL_DESTINATION ${package})
  write_basic_package_version_file(steleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/steleConfig.cmake
    ${PROJECT_BINARY_DIR}/steleConfigVersion.cmake DESTINATION ${package})

  file(RELATIVE_PATH STELE_PREFIX_FROM_PC "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  configure_file(cmake/stele.pc.in stele.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/stele.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
