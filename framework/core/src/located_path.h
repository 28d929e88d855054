// Where a path in an experiment file starts.
#pragma once

#include <string>

#include "assay/error.h"

namespace assay {

/// The absolute path that a text means: in a file it starts at the file's folder, on the command line at the current
/// one.
std::string absolute_path(const std::string& text, const Location& where);

}  // namespace assay
