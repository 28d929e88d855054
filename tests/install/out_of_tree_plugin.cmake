# An installation moved elsewhere still builds a plugin that the runner then knows. Run as a script by ctest:
#   cmake -DBUILD=build folder -DTEMPLATE=plugins/template -DWORK=scratch folder -P out_of_tree_plugin.cmake

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${code}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first")
file(RENAME "${WORK}/first" "${WORK}/moved")

set(ENV{CMAKE_PREFIX_PATH} "${WORK}/moved")
run("${CMAKE_COMMAND}" -S "${TEMPLATE}" -B "${WORK}/plugin" -G Ninja)
run("${CMAKE_COMMAND}" --build "${WORK}/plugin")

set(ENV{ASSAY_PLUGIN_PATH} "${WORK}/plugin")
run("${WORK}/moved/bin/runner" plugins describe zoom)
if(NOT output MATCHES "max_factor")
  message(FATAL_ERROR "runner plugins describe zoom does not name its option max_factor:\n${output}")
endif()
file(REMOVE_RECURSE "${WORK}")
