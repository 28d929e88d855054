// Opens the parts of the framework that runner doesn't link: starting with LibTorch takes a hundred times longer than
// without, so it is opened only by commands that need it.
#pragma once

#include "assay/data/commands.h"
#include "assay/learn/commands.h"

namespace assay {

/// Opens libassay_learn.so beside this program. It stays open. Throws Failure when it isn't there or can't be opened.
const LearnCommands& learn_library();

/// Opens libassay_data.so. A process that needs both opens learn first (learn brings data along), else OpenCV's BLAS
/// would take over LibTorch's.
const DataCommands& data_library();

}  // namespace assay
