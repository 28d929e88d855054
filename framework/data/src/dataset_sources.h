// Where an experiment's images come from: the demo set, a folder, a manifest, or several sources.
#pragma once

#include <filesystem>

#include "assay/data/dataset.h"
#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// Lists the images of dataset.path, without opening any. cache: where the demo set is drawn. Throws InvalidInput for a
/// place that is missing or holds no image.
FoundImages find_images(const DatasetOptions& options, const std::filesystem::path& cache, const Progress& progress);

}  // namespace assay::data
