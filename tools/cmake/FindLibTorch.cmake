# LibTorch as LibTorch::LibTorch, from a Python wheel or an unpacked LibTorch, built for CPU or CUDA.
# Torch's own package file is not used: that of a CUDA build wants nvcc, which nothing here needs.
# LibTorchSearch.cmake says where it is looked for.

include("${CMAKE_CURRENT_LIST_DIR}/LibTorchSearch.cmake")
assay_search_libtorch(_root)
# Kept, so that building again in another Python environment does not change LibTorch and with it rebuild everything.
set(ASSAY_LIBTORCH "${_root}" CACHE PATH "The folder that holds LibTorch's include/ and lib/" FORCE)
if(ASSAY_LIBTORCH)
  assay_libtorch_version("${ASSAY_LIBTORCH}" LibTorch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS ASSAY_LIBTORCH VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Let ASSAY_LIBTORCH name the folder that holds its include/ and lib/, or let tools/bootstrap install it.")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  set(_libraries "")
  foreach(_name torch torch_cpu torch_cuda c10 c10_cuda)
    if(EXISTS "${ASSAY_LIBTORCH}/lib/lib${_name}.so")
      list(APPEND _libraries "${ASSAY_LIBTORCH}/lib/lib${_name}.so")
    endif()
  endforeach()
  list(JOIN _libraries "," _libraries)

  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch INTERFACE
    "${ASSAY_LIBTORCH}/include" "${ASSAY_LIBTORCH}/include/torch/csrc/api/include")
  # As link options, not as libraries, because options come first on the linker's line and so in the list of libraries
  # that the loader opens and searches in order: LibTorch before OpenCV, whose reference BLAS would otherwise replace
  # LibTorch's own sgemm_, which is 13 times faster.
  # One linker word, so that CMake neither reorders nor drops a part. Nothing refers to a symbol of libtorch_cuda: with
  # --as-needed, which some distributions set, the CUDA kernels would silently not be there.
  # The CUDA libraries below libtorch_cuda lie in folders of their own wheels, which only the loader needs to find.
  target_link_options(LibTorch::LibTorch INTERFACE
    "-Wl,--push-state,--no-as-needed,${_libraries},--pop-state"
    "-Wl,-rpath,${ASSAY_LIBTORCH}/lib" "-Wl,--unresolved-symbols=ignore-in-shared-libs")

  # Wheels before 2.6 were built with the old ABI of std::string; linking against one fails with hundreds of undefined
  # symbols, so say it once here.
  file(STRINGS "${ASSAY_LIBTORCH}/share/cmake/Torch/TorchConfig.cmake" _old_abi REGEX "GLIBCXX_USE_CXX11_ABI=0")
  if(_old_abi)
    message(FATAL_ERROR "LibTorch in ${ASSAY_LIBTORCH} was built with _GLIBCXX_USE_CXX11_ABI=0; Assay needs one with 1 "
                        "(every wheel since 2.7)")
  endif()
endif()
