// Which split each image is in: as its source or manifest says, or drawn for its group.
#pragma once

#include <vector>

#include "assay/data/dataset.h"
#include "image_scan.h"

namespace assay::data {

/// Sets the split of each sample. Images whose source or manifest gives one keep it; groups of the others are dealt, by
/// dataset.split's shares, to the splits that no source gives. images: one for each sample, in order. Throws
/// InvalidInput for a group in two splits, and for splits that are empty or lack a class.
void assign_splits(const std::vector<ScannedImage>& images, const DatasetOptions& options, Dataset& dataset);

}  // namespace assay::data
