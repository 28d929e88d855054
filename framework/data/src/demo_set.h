// The synthetic demo set: stained blood cells, drawn and not photographed, for trying things out without data.
#pragma once

#include <cstdint>
#include <filesystem>

#include "assay/data/dataset.h"
#include "assay/experiment.h"

namespace assay::data {

/// The folder of the demo set below the cache, rendered first where it isn't there: images
/// malignant/demo_UID_<patient>_<n>.png and healthy/..., and README.txt. The same options give the same pictures on
/// every machine and for every number of threads (0: all processors). Two processes may ask at once: one renders, the
/// other waits. Throws InvalidInput for options that make no sense, Failure when the folder can't be written.
std::filesystem::path demo_folder(const DemoOptions& options, const std::filesystem::path& cache,
                                  std::int64_t threads = 0, const Progress& progress = {});

}  // namespace assay::data
