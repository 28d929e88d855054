# assay_add_tests(name FOLDERS folder... LABEL word [LINK target...] [NEEDS target...] [TIMEOUT seconds])
#
# One GoogleTest program of all *_test.cpp (and the other *.cpp they share) in the folders; each test is a ctest test
# with the label. NEEDS names targets that must be built first because the tests start or open them.

function(assay_add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "FOLDERS;LINK;NEEDS")
  set(sources "")
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
    list(APPEND sources ${found})
  endforeach()
  if(NOT sources)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()

  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  # GoogleTest comes last: its libraries must not change the order in which LibTorch and OpenCV are opened.
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gtest_main assay_warnings)
  target_compile_definitions(${name} PRIVATE
    "ASSAY_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\""
    "ASSAY_RUNNER=\"${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/runner\""
    "ASSAY_PLUGIN_DIR=\"${ASSAY_PLUGIN_OUTPUT_DIRECTORY}\""
    "ASSAY_FAULTY_PLUGIN_DIR=\"${ASSAY_FAULTY_PLUGIN_DIRECTORY}\""
    "ASSAY_WEIGHTS_DIR=\"${PROJECT_BINARY_DIR}/share/assay/weights\"")
  if(arg_NEEDS)
    add_dependencies(${name} ${arg_NEEDS})
  endif()
  # PRE_TEST asks the program for its tests when ctest runs: asking after each link costs a start of LibTorch a build.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
                       PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
endfunction()
