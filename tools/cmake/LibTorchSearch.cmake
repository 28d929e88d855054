# Decides which LibTorch is used. The one place that knows the order; FindLibTorch.cmake includes it, and tools/bootstrap
# runs it as a script to learn whether one must be installed:
#   cmake -P tools/cmake/LibTorchSearch.cmake     prints the folder that holds include/ and lib/, or nothing
#
# The order: Torch_DIR, the environment's ASSAY_LIBTORCH (which the runner obeys too), CMake's ASSAY_LIBTORCH (an earlier
# decision, kept in the cache), CMAKE_PREFIX_PATH, the torch of the active Python when it is new enough, and the private
# environment that tools/bootstrap makes.

set(ASSAY_LIBTORCH_OLDEST 2.11)

# Sets `result` to `folder` or the nearest folder above it that holds a LibTorch, or to "".
function(assay_libtorch_above folder result)
  set(${result} "" PARENT_SCOPE)
  foreach(up IN ITEMS "" /.. /../.. /../../..)
    get_filename_component(root "${folder}${up}" REALPATH)
    if(EXISTS "${root}/lib/libtorch_cpu.so" AND EXISTS "${root}/include/ATen/core/Tensor.h")
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# The version of the LibTorch at `root`, without a suffix such as +cpu.
function(assay_libtorch_version root result)
  set(version "")
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(EXISTS "${root}/include/${header}")
      file(STRINGS "${root}/include/${header}" lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
      if(lines)
        string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" version "${lines}")
        string(REPLACE ";" "." version "${version}")
        break()
      endif()
    endif()
  endforeach()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

# Where the active Python would import torch from; "" when it would not. Importing it to ask would cost a second.
function(assay_libtorch_of_python result)
  find_program(ASSAY_PYTHON3 python3)
  set(folder "")
  if(ASSAY_PYTHON3)
    execute_process(COMMAND "${ASSAY_PYTHON3}" -c
      "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

# The LibTorch folder of the private environment; "" when there is none.
function(assay_libtorch_of_private_environment result)
  set(cache "$ENV{XDG_CACHE_HOME}")
  if(cache STREQUAL "")
    set(cache "$ENV{HOME}/.cache")
  endif()
  file(GLOB folders "${cache}/assay/torch-*/lib/python3*/site-packages/torch")
  list(SORT folders COMPARE NATURAL ORDER DESCENDING)
  list(POP_FRONT folders folder)
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

# Sets `result` to the folder found or to "".
function(assay_search_libtorch result)
  foreach(given "${Torch_DIR}" "$ENV{Torch_DIR}")
    if(given)
      assay_libtorch_above("${given}" root)
      if(NOT root)
        message(FATAL_ERROR "Torch_DIR is ${given}, and neither it nor a folder above it holds lib/libtorch_cpu.so")
      endif()
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()

  set(named "$ENV{ASSAY_LIBTORCH}")
  string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
  assay_libtorch_of_python(active)
  if(active)
    assay_libtorch_version("${active}" version)
    if(version VERSION_LESS ASSAY_LIBTORCH_OLDEST)
      message(STATUS "The active Python's torch ${version} is passed over: Assay needs ${ASSAY_LIBTORCH_OLDEST} or newer")
      set(active "")
    endif()
  endif()
  assay_libtorch_of_private_environment(private)
  foreach(folder IN LISTS named ASSAY_LIBTORCH CMAKE_PREFIX_PATH environment_prefixes active private)
    assay_libtorch_above("${folder}" root)
    if(root)
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  assay_search_libtorch(root)
  if(root)
    # `cmake -E echo` writes to standard output; message() would write to standard error.
    execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${root}")
  endif()
endif()
