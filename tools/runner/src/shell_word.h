// Commands that are printed to be typed.
#pragma once

#include <string>

namespace assay {

/// A path as a shell takes it, in quotes where it needs them.
std::string shell_word(const std::string& path);

}  // namespace assay
