# Pretrained weights that tools/bootstrap installed lie in the user's cache, once for all builds. The runner looks in
# ../share/assay/weights from its own folder, so every build gets a link there; it may point to what is installed later.

set(_cache "$ENV{XDG_CACHE_HOME}")
if(_cache STREQUAL "")
  set(_cache "$ENV{HOME}/.cache")
endif()
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/share/assay")
file(CREATE_LINK "${_cache}/assay/weights" "${PROJECT_BINARY_DIR}/share/assay/weights" SYMBOLIC)
