// Opening every image of a data set once, before anything is made of it.
#pragma once

#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "file_check.h"
#include "found_images.h"
#include "scan_memory.h"

namespace assay::data {

/// An image that was found and can be read.
struct ScannedImage {
  FoundImage image;
  std::string content_hash;
  std::int64_t width = 0;  ///< as stored, before EXIF orientation
  std::int64_t height = 0;
  ImagePrint print;
};

/// The nearest folder above all of the images.
std::filesystem::path common_folder(const FoundImages& found);

/// Checks each image and hashes it, unless the memory holds what an unchanged file was found to be; those that can't be
/// used are an error that lists them, or, with on_bad_image = "skip", are added to dataset.skipped. Adds warnings to
/// the data set. Sorted by content, then name. Throws InvalidInput.
std::vector<ScannedImage> scan_images(FoundImages& found, const DatasetOptions& options, ScanMemory& memory,
                                      const Progress& progress, Dataset& dataset);

}  // namespace assay::data
