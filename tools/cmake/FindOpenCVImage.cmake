# OpenCV's core, imgproc and imgcodecs as OpenCVImage::OpenCVImage.
# OpenCV's own package file is not used: Debian ships it only with all sixty modules (libopencv-dev, over a gigabyte).
# Hints: OpenCV_DIR (its installation's prefix or any folder below it) and CMAKE_PREFIX_PATH.

set(_hints "${OpenCV_DIR}" "${OpenCV_DIR}/../../.." "${OpenCV_DIR}/../../../..")
find_path(OpenCVImage_INCLUDE_DIR opencv2/imgcodecs.hpp HINTS ${_hints} PATH_SUFFIXES opencv4 include/opencv4)
set(_libraries "")
foreach(_module core imgproc imgcodecs)
  find_library(OpenCVImage_${_module}_LIBRARY opencv_${_module} HINTS ${_hints} PATH_SUFFIXES lib)
  list(APPEND _libraries OpenCVImage_${_module}_LIBRARY)
endforeach()

if(OpenCVImage_INCLUDE_DIR)
  file(READ "${OpenCVImage_INCLUDE_DIR}/opencv2/core/version.hpp" _header)
  set(OpenCVImage_VERSION "")
  foreach(_part MAJOR MINOR REVISION)
    string(REGEX MATCH "#define CV_VERSION_${_part} +([0-9]+)" _ "${_header}")
    string(APPEND OpenCVImage_VERSION ".${CMAKE_MATCH_1}")
  endforeach()
  string(SUBSTRING "${OpenCVImage_VERSION}" 1 -1 OpenCVImage_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVImage REQUIRED_VARS OpenCVImage_INCLUDE_DIR ${_libraries}
                                  VERSION_VAR OpenCVImage_VERSION)

if(OpenCVImage_FOUND AND NOT TARGET OpenCVImage::OpenCVImage)
  add_library(OpenCVImage::OpenCVImage INTERFACE IMPORTED)
  target_include_directories(OpenCVImage::OpenCVImage INTERFACE "${OpenCVImage_INCLUDE_DIR}")
  foreach(_library IN LISTS _libraries)
    target_link_libraries(OpenCVImage::OpenCVImage INTERFACE "${${_library}}")
  endforeach()
endif()
mark_as_advanced(OpenCVImage_INCLUDE_DIR ${_libraries})
