# Highway as Highway::Highway. Its own package file is not used: everyone who finds an installed Assay would have to find
# Highway, too, although only libassay_data.so needs it.

find_path(Highway_INCLUDE_DIR hwy/highway.h)
find_library(Highway_LIBRARY hwy)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Highway REQUIRED_VARS Highway_INCLUDE_DIR Highway_LIBRARY)

if(Highway_FOUND AND NOT TARGET Highway::Highway)
  add_library(Highway::Highway INTERFACE IMPORTED)
  target_include_directories(Highway::Highway INTERFACE "${Highway_INCLUDE_DIR}")
  target_compile_definitions(Highway::Highway INTERFACE HWY_SHARED_DEFINE)
  target_link_libraries(Highway::Highway INTERFACE "${Highway_LIBRARY}")
endif()
mark_as_advanced(Highway_INCLUDE_DIR Highway_LIBRARY)
