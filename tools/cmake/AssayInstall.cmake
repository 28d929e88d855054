# What `cmake --install` puts below a prefix: the runner, the libraries, the plugins, the pretrained weights, and what
# building a plugin elsewhere needs: find_package(Assay), the public headers and assay_add_plugin.

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

# The build folder only links to the weights, which stay in the user's cache; an installation has its own copies.
install(CODE "
  file(GLOB weights \"${PROJECT_BINARY_DIR}/share/assay/weights/*\")
  foreach(link IN LISTS weights)
    get_filename_component(name \"\${link}\" NAME)
    file(REAL_PATH \"\${link}\" file)
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/assay/weights\")
    file(COPY_FILE \"\${file}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/assay/weights/\${name}\" ONLY_IF_DIFFERENT)
  endforeach()")

install(EXPORT AssayTargets NAMESPACE Assay:: DESTINATION lib/cmake/Assay)
configure_package_config_file("${PROJECT_SOURCE_DIR}/tools/cmake/AssayConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/AssayConfig.cmake" INSTALL_DESTINATION lib/cmake/Assay)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/AssayConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/AssayConfig.cmake" "${PROJECT_BINARY_DIR}/AssayConfigVersion.cmake"
              tools/cmake/AssayBuildId.cmake tools/cmake/AssayPlugin.cmake tools/cmake/FindOpenCVImage.cmake
              tools/cmake/FindLibTorch.cmake tools/cmake/LibTorchSearch.cmake
        DESTINATION lib/cmake/Assay)
