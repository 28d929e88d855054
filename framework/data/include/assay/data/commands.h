// What runner calls in libassay_data.so, which it opens only for commands that need a data set but no model.
#pragma once

#include "assay/data/dataset.h"

namespace assay {

/// What libassay_data.so exports: assay_data_commands(), with C linkage. Throws InvalidInput and Failure.
struct DataCommands {
  /// assay::open_dataset with cache_folder().
  Dataset (*open_dataset)(const DatasetOptions&);
};

extern "C" const DataCommands* assay_data_commands();

}  // namespace assay
