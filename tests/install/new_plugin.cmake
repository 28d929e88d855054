# A project of `runner plugins new`, taken through every command of its README. Run by ctest:
#   cmake -DKIND=head -DVALIDATOR=validate_experiments.py -DWORK=scratch -P new_plugin.cmake
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(name "first_${KIND}")
make_empty("${WORK}/${KIND}")
run("${WORK}/${KIND}" "${prefix}/bin/runner" plugins new ${KIND} ${name})
set(project "${WORK}/${KIND}/${name}")

# The compiler's cache is the developer's, where there is one.
find_program(ccache ccache)
if(ccache)
  set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${ccache}")
endif()
file(STRINGS "${project}/README.md" commands REGEX "^    ")
foreach(command IN LISTS commands)
  string(STRIP "${command}" command)
  run("${project}" bash -ec "${command}")
  message(STATUS "${command}\n${output}")
endforeach()

run("${project}" "${prefix}/bin/runner" show latest)
expect("${name}")
run("${project}" ctest --test-dir build --show-only)
expect("Total Tests: ")
string(FIND "${output}" "Total Tests: 0" none)
if(NOT none EQUAL -1)
  message(FATAL_ERROR "the project has no tests:\n${output}")
endif()

# The schema that the README's last command made is good for the project's own experiment.
foreach(python IN ITEMS python3 /usr/bin/python3)
  execute_process(COMMAND "${python}" "${VALIDATOR}" assay.schema.json ${name}.toml WORKING_DIRECTORY "${project}"
                  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(code EQUAL 0)
    expect("${name}.toml: fine")
    return()
  endif()
endforeach()
if(DEFINED ENV{CI} OR NOT code EQUAL 3)
  message(FATAL_ERROR "the validator ended with ${code}:\n${output}")
endif()
message(STATUS "the schema was not validated: ${output}")
