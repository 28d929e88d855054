# Language, output folders, warnings, sanitizers and run-time search paths: what every target of this build has in common.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(ASSAY_CCACHE ccache)
  if(ASSAY_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${ASSAY_CCACHE}")
  endif()
endif()

# The tree below the build folder is the tree below an installation's prefix, so that one relative path
# (from the runner to the plugins, from a plugin to the libraries) is right in both.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(ASSAY_PLUGIN_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/assay/plugins")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")  # right in bin and in lib; assay_add_plugin sets its own

set(ASSAY_SANITIZER_FLAGS_none "")
set(ASSAY_SANITIZER_FLAGS_address+undefined -fsanitize=address,undefined -fno-omit-frame-pointer)
set(ASSAY_SANITIZER_FLAGS_thread -fsanitize=thread -fno-omit-frame-pointer)
if(NOT DEFINED ASSAY_SANITIZER_FLAGS_${ASSAY_SANITIZER})
  message(FATAL_ERROR "ASSAY_SANITIZER is '${ASSAY_SANITIZER}'; it must be none, address+undefined or thread")
endif()
add_compile_options(${ASSAY_SANITIZER_FLAGS_${ASSAY_SANITIZER}})
add_link_options(${ASSAY_SANITIZER_FLAGS_${ASSAY_SANITIZER}})

# Linked privately by our own targets only: what a plugin author's compiler warns about is the author's business.
add_library(assay_warnings INTERFACE)
target_compile_options(assay_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                                $<$<BOOL:${ASSAY_WERROR}>:-Werror>)
# GCC 12 warns of overlapping copies in plain concatenations of std::string (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(assay_warnings INTERFACE -Wno-restrict)
endif()
# GCC's manual: sanitizers make this warning see uninitialised variables where there are none (std::regex, for one).
if(NOT ASSAY_SANITIZER STREQUAL "none")
  target_compile_options(assay_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
