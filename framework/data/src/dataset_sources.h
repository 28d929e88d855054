// Where an experiment's images come from: the demo set, a folder, a manifest, or several of them.
#pragma once

#include <filesystem>

#include "assay/data/dataset.h"
#include "assay/experiment.h"
#include "found_images.h"

namespace assay::data {

/// Lists the images of dataset.path, or of all sources, with their groups and given splits, without opening any.
/// With several sources, names of images begin with their source's, and so do groups that are no patients (blocks).
/// cache: where the demo set is drawn. Throws InvalidInput for a place that is missing or holds no image, for an image
/// that two sources list, and for images without a group.
FoundImages find_images(const DatasetOptions& options, const std::filesystem::path& cache, const Progress& progress);

}  // namespace assay::data
