# Decides which LibTorch is used. The one place that knows the order; FindLibTorch.cmake includes it, and tools/bootstrap
# runs it as a script to learn whether one must be installed:
#   cmake -P tools/cmake/LibTorchSearch.cmake     prints the folder that holds include/ and lib/, or nothing
#
# The order: ASSAY_LIBTORCH, Torch_DIR, CMAKE_PREFIX_PATH, the torch of the active Python, and the private environment
# that tools/bootstrap makes.

set(ASSAY_LIBTORCH_PRIVATE_VERSION 2.13.0)

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

# Sets `result` to the folder found or to "", and ASSAY_LIBTORCH_ORIGIN to the words for where it came from.
function(assay_search_libtorch result)
  set(folders "")
  macro(candidate origin folder)
    if(NOT "${folder}" STREQUAL "")
      list(APPEND folders "${folder}")
      list(APPEND origins "${origin}")
    endif()
  endmacro()

  candidate("ASSAY_LIBTORCH" "${ASSAY_LIBTORCH}")
  candidate("Torch_DIR" "${Torch_DIR}")
  candidate("Torch_DIR" "$ENV{Torch_DIR}")
  string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
  foreach(prefix IN LISTS CMAKE_PREFIX_PATH environment_prefixes)
    candidate("CMAKE_PREFIX_PATH" "${prefix}")
  endforeach()
  list(LENGTH folders given)

  # find_spec only looks; importing torch would cost a second.
  find_program(ASSAY_PYTHON3 python3)
  if(ASSAY_PYTHON3)
    execute_process(COMMAND "${ASSAY_PYTHON3}" -c
      "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE active OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    candidate("the active Python" "${active}")
  endif()
  set(cache "$ENV{XDG_CACHE_HOME}")
  if(cache STREQUAL "")
    set(cache "$ENV{HOME}/.cache")
  endif()
  file(GLOB private "${cache}/assay/torch-${ASSAY_LIBTORCH_PRIVATE_VERSION}/lib/python3*/site-packages/torch")
  candidate("the private environment" "${private}")

  foreach(folder origin IN ZIP_LISTS folders origins)
    assay_libtorch_above("${folder}" root)
    if(root)
      set(${result} "${root}" PARENT_SCOPE)
      set(ASSAY_LIBTORCH_ORIGIN "${origin}" PARENT_SCOPE)
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
