# What the runner reads in ../share/assay from its own folder, and what its messages point to in ../share/doc/assay. In a
# build they are links, so that what is edited or installed later is seen at once; AssayInstall.cmake makes copies.

file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/share/assay" "${PROJECT_BINARY_DIR}/share/doc/assay")

# Pretrained weights that tools/bootstrap installed lie in the user's cache, once for all builds.
set(_cache "$ENV{XDG_CACHE_HOME}")
if(_cache STREQUAL "")
  set(_cache "$ENV{HOME}/.cache")
endif()
file(CREATE_LINK "${_cache}/assay/weights" "${PROJECT_BINARY_DIR}/share/assay/weights" SYMBOLIC)

# The projects that `runner plugins new` writes.
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/plugins/template" "${PROJECT_BINARY_DIR}/share/assay/templates" SYMBOLIC)
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_BINARY_DIR}/share/doc/assay/docs" SYMBOLIC)
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_BINARY_DIR}/share/doc/assay/README.md" SYMBOLIC)
