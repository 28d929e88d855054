// What runner calls in libassay_data.so, which it opens only for commands that need a data set but no model.
#pragma once

#include "assay/data/dataset.h"

namespace assay {

/// What libassay_data.so exports: assay_data_commands(), with C linkage. Throws InvalidInput and Failure.
struct DataCommands {
  Dataset (*open_dataset)(const DatasetOptions&, const std::filesystem::path& cache);
};

extern "C" const DataCommands* assay_data_commands();

}  // namespace assay
