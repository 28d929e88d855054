// Where LibTorch is found. It isn't part of an installation, being larger than all the rest together: libassay_learn.so
// remembers the folder it was linked with, and on another machine this finds it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace assay {

/// The libtorch.so to open before libassay_learn.so asks for it: in the folder ASSAY_LIBTORCH; else, where the one that
/// this program was built with is gone, in the private environment that tools/bootstrap makes
/// ($XDG_CACHE_HOME or ~/.cache, assay/torch-<version>). nullopt: the dynamic linker finds it, or nobody does.
/// Throws InvalidInput when ASSAY_LIBTORCH holds none, or one of another version.
std::optional<std::filesystem::path> libtorch_to_open();

/// Where LibTorch was looked for and how to get it, for the user who lacks it.
std::string how_to_get_libtorch();

}  // namespace assay
