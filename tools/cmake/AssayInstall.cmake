# What `cmake --install` puts below a prefix, and `cpack` into an archive that works wherever it is unpacked: the runner,
# the libraries, the plugins, the pretrained weights, experiments and documents, and what building a plugin elsewhere
# needs: find_package(Assay), the public headers, assay_add_plugin and the templates of `runner plugins new`.
# LibTorch (half a gigabyte) stays where it is; tools/runner/src/libtorch.h says how it is found.

include(CMakePackageConfigHelpers)

set(_libraries assay_core assay_registry assay_data)
if(ASSAY_WITH_LEARN)
  list(APPEND _libraries assay_learn)
endif()
install(TARGETS runner assay_describe_plugin ${_libraries} EXPORT AssayTargets
        RUNTIME DESTINATION bin LIBRARY DESTINATION lib)
foreach(_folder framework/core framework/data framework/learn registry)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${_folder}/include/" DESTINATION include)
endforeach()
install(DIRECTORY "${ASSAY_PLUGIN_OUTPUT_DIRECTORY}/" DESTINATION lib/assay/plugins
        FILES_MATCHING PATTERN "*.plugin.toml")
get_property(_plugins GLOBAL PROPERTY ASSAY_SHIPPED_PLUGINS)
if(_plugins)
  install(TARGETS ${_plugins} LIBRARY DESTINATION lib/assay/plugins)
endif()

install(DIRECTORY plugins/template/ DESTINATION share/assay/templates)
install(DIRECTORY experiments DESTINATION share/assay)
# As they lie in the source tree, so that their links hold.
install(FILES README.md ARCHITECTURE.md CONTRIBUTING.md DESTINATION share/doc/assay)
install(FILES experiments/README.md DESTINATION share/doc/assay/experiments)
install(FILES docs/data.md docs/augmentation.md DESTINATION share/doc/assay/docs)
install(DIRECTORY docs/tutorials DESTINATION share/doc/assay/docs)

# The build folder only links to the weights, which stay in the user's cache; an installation has its own copies.
install(CODE "
  file(GLOB weights \"${PROJECT_BINARY_DIR}/share/assay/weights/*\")
  foreach(link IN LISTS weights)
    get_filename_component(name \"\${link}\" NAME)
    file(REAL_PATH \"\${link}\" file)
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/assay/weights\")
    file(COPY_FILE \"\${file}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/assay/weights/\${name}\" ONLY_IF_DIFFERENT)
  endforeach()")

# The package lies in the build folder as in an installation, so that both serve find_package(Assay) as a prefix.
set(_package lib/cmake/Assay)
configure_package_config_file(tools/cmake/AssayConfig.cmake.in "${PROJECT_BINARY_DIR}/${_package}/AssayConfig.cmake"
                              INSTALL_DESTINATION ${_package})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/${_package}/AssayConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
foreach(_module AssayBuildId AssayPlugin FindOpenCVImage FindLibTorch LibTorchSearch)
  configure_file(tools/cmake/${_module}.cmake "${PROJECT_BINARY_DIR}/${_package}/${_module}.cmake" COPYONLY)
endforeach()
export(EXPORT AssayTargets NAMESPACE Assay:: FILE "${PROJECT_BINARY_DIR}/${_package}/AssayTargets.cmake")
install(EXPORT AssayTargets NAMESPACE Assay:: DESTINATION ${_package})
install(DIRECTORY "${PROJECT_BINARY_DIR}/${_package}/" DESTINATION ${_package} PATTERN AssayTargets* EXCLUDE)

set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_FILE_NAME "assay-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Plugin-based experiments with image classifiers")
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
