# Makes the API reference; a public declaration without a description, or a description that fits none, is an error.
#   cmake -DDOXYFILE=configured Doxyfile -P reference.cmake
find_program(DOXYGEN doxygen)
if(NOT DOXYGEN)
  if(DEFINED ENV{CI})
    message(FATAL_ERROR "doxygen is missing (tools/test installs it)")
  endif()
  message("SKIPPED: doxygen is missing (tools/test installs it)")
  return()
endif()
execute_process(COMMAND "${DOXYGEN}" "${DOXYFILE}" RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
