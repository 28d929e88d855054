# assay_add_plugin(name KIND backbone|augmentation|sampler|head SOURCES file...
#                  [OUTPUT_DIRECTORY folder] [NO_DESCRIPTION])
#
# Builds <name>.so and writes its description, <name>.plugin.toml, beside it: listing, checking and completing experiment
# files read the description and open no library. The two optional words are for the faulty plugins of the tests.
# Used by this build and, through find_package(Assay), by a plugin's own.

add_custom_target(assay_torch_free_plugins)
add_custom_target(assay_plugins)

function(assay_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_DESCRIPTION" "KIND;OUTPUT_DIRECTORY" "SOURCES")
  if(arg_KIND MATCHES "^(backbone|head)$")
    set(framework Assay::learn)
  elseif(arg_KIND MATCHES "^(augmentation|sampler)$")
    set(framework Assay::data)
  else()
    message(FATAL_ERROR "plugin ${name}: KIND is '${arg_KIND}'; it must be backbone, augmentation, sampler or head")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "plugin ${name}: SOURCES names no file")
  endif()
  if(NOT TARGET ${framework})
    if(NOT DEFINED ASSAY_WITH_LEARN)
      message(FATAL_ERROR "plugin ${name}: a ${arg_KIND} needs LibTorch, and this Assay was built without")
    endif()
    message(STATUS "Plugin ${name} left out: ${framework} is not built (ASSAY_WITH_LEARN=OFF)")
    return()
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "${ASSAY_PLUGIN_OUTPUT_DIRECTORY}")
    set(shipped TRUE)
  endif()

  # The prefix keeps a plugin named like a library or a test from clashing with that target.
  set(target assay_plugin_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME "${name}" LIBRARY_OUTPUT_DIRECTORY "${arg_OUTPUT_DIRECTORY}"
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_link_libraries(${target} PRIVATE ${framework})
  if(TARGET assay_warnings)
    target_link_libraries(${target} PRIVATE assay_warnings)
  endif()

  if(NOT arg_NO_DESCRIPTION)
    # A leak at the exit of this short-lived build step is no fault of the plugin.
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND "${CMAKE_COMMAND}" -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:Assay::describe_plugin>
              $<TARGET_FILE:${target}> "${arg_OUTPUT_DIRECTORY}/${name}.plugin.toml"
      BYPRODUCTS "${arg_OUTPUT_DIRECTORY}/${name}.plugin.toml"
      COMMENT "Describing plugin ${name}" VERBATIM)
    if(TARGET assay_describe_plugin)
      add_dependencies(${target} assay_describe_plugin)
    endif()
  endif()

  if(shipped)
    set_property(GLOBAL APPEND PROPERTY ASSAY_SHIPPED_PLUGINS ${target})
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/../..")
    add_dependencies(assay_plugins ${target})
    if(framework STREQUAL "Assay::data")
      add_dependencies(assay_torch_free_plugins ${target})
    endif()
  endif()
endfunction()

# assay_add_plugin_test(name SOURCES file...)
#
# A GoogleTest program, <name>_test, for the plugin of this name. It sees the plugin's own classes, whose object files it
# is linked with, and can load the built library from ASSAY_PLUGIN_FOLDER (assay/built_plugin.h).
# For a plugin's own build; Assay's plugins are tested in tests/plugins.
function(assay_add_plugin_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  set(plugin assay_plugin_${name})
  if(NOT TARGET ${plugin})
    message(FATAL_ERROR "There is no plugin ${name} to test; call assay_add_plugin(${name} ...) first")
  endif()
  find_package(GTest)
  if(NOT GTest_FOUND)
    message(FATAL_ERROR "The tests of a plugin need GoogleTest (Debian and Ubuntu: apt-get install libgtest-dev)")
  endif()
  include(GoogleTest)
  add_executable(${name}_test ${arg_SOURCES} $<TARGET_OBJECTS:${plugin}>)
  # GoogleTest comes last: its libraries must not change the order in which LibTorch and OpenCV are opened.
  get_target_property(framework ${plugin} LINK_LIBRARIES)
  target_link_libraries(${name}_test PRIVATE ${framework} GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE "ASSAY_PLUGIN_FOLDER=\"${ASSAY_PLUGIN_OUTPUT_DIRECTORY}\"")
  add_dependencies(${name}_test ${plugin})
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120)
endfunction()
