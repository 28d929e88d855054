// Opening every image of a data set once, before anything is made of it.
#pragma once

#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "found_images.h"

namespace assay::data {

/// An image that was found and can be read.
struct ScannedImage {
  FoundImage image;
  std::string content_hash;
};

/// Checks each image and hashes it; those that can't be used are an error that lists them, or, with on_bad_image =
/// "skip", are added to dataset.skipped. Adds warnings to the data set. Sorted by content, then name. Throws
/// InvalidInput.
std::vector<ScannedImage> scan_images(FoundImages& found, const DatasetOptions& options, const Progress& progress,
                                      Dataset& dataset);

}  // namespace assay::data
