# The part of a build id that only a build system knows. framework/core compares it between the runner and each plugin,
# so it is stated by whoever compiles: an installed Assay does not hand its own values to a plugin built elsewhere.

function(assay_compiler_name result)
  set(name "${CMAKE_CXX_COMPILER_ID}")
  if(name STREQUAL "GNU")
    set(name "g++")
  elseif(name MATCHES "Clang")
    set(name "clang++")
  endif()
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
  set(${result} "${name} ${major}" PARENT_SCOPE)
endfunction()

# Adds to everything that links `target`, and to the target itself unless it is imported, the definition
# ASSAY_<field>="<value>"; kept out of an installation.
function(assay_build_id_field target field value)
  get_target_property(imported ${target} IMPORTED)
  if(imported)
    # A build folder that is used as an installation does hand on its own value.
    get_target_property(definitions ${target} INTERFACE_COMPILE_DEFINITIONS)
    list(FILTER definitions EXCLUDE REGEX "^(ASSAY_${field}=|definitions-NOTFOUND)")
    set_target_properties(${target} PROPERTIES INTERFACE_COMPILE_DEFINITIONS "${definitions}")
    target_compile_definitions(${target} INTERFACE "ASSAY_${field}=\"${value}\"")
  else()
    target_compile_definitions(${target} PUBLIC "$<BUILD_INTERFACE:ASSAY_${field}=\"${value}\">")
  endif()
endfunction()
