// Pairs of images that are one picture saved twice with other bytes: prints nominate, pixels confirm.
#pragma once

#include <cstdint>
#include <vector>

#include "assay/data/dataset.h"
#include "image_scan.h"
#include "picture_comparison.h"
#include "scan_memory.h"

namespace assay::data {

struct NearCopy {
  std::size_t first = 0;  ///< index of an image
  std::size_t second = 0;
  PictureComparison comparison;
};

struct NearCopies {
  std::vector<NearCopy> pairs;  ///< in order
  std::int64_t blank = 0;       ///< images that show nothing but their border's colour, and so were compared with none
  std::int64_t crowded = 0;     ///< images with so many alike that they were compared with the nearest only
  std::int64_t dropped = 0;     ///< nominated pairs whose pixels were not compared, since there were too many
};

/// Compares the images by their prints, and those nominated by their pixels, unless the memory holds the result.
/// images: sorted by content; of identical ones only the first is looked at. Both steps use all processors. The pixels
/// of at most a quarter as many pairs as there are images (but at least 1,000) are compared, nearest prints first, so
/// that thousands of nearly uniform images cost seconds and not hours.
NearCopies find_near_copies(const std::vector<ScannedImage>& images, double pixel_limit, ScanMemory& memory,
                            const Progress& progress);

}  // namespace assay::data
