# xxHash as XxHash::XxHash; Debian ships no CMake package of it.

find_path(XxHash_INCLUDE_DIR xxhash.h)
find_library(XxHash_LIBRARY xxhash)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XxHash REQUIRED_VARS XxHash_INCLUDE_DIR XxHash_LIBRARY)

if(XxHash_FOUND AND NOT TARGET XxHash::XxHash)
  add_library(XxHash::XxHash INTERFACE IMPORTED)
  target_include_directories(XxHash::XxHash INTERFACE "${XxHash_INCLUDE_DIR}")
  target_link_libraries(XxHash::XxHash INTERFACE "${XxHash_LIBRARY}")
endif()
mark_as_advanced(XxHash_INCLUDE_DIR XxHash_LIBRARY)
