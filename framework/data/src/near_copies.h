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
  std::int64_t refuted = 0;     ///< nominated pairs across groups whose pixels were compared, and that are no copies
  std::int64_t dropped = 0;     ///< nominated pairs across groups whose pixels were not compared: too many were refuted
  std::int64_t unlisted = 0;    ///< nominated pairs not compared that could join no groups
};

/// Compares the images by their prints, and those nominated by their pixels, unless the memory holds the result.
/// images: with their groups, sorted by content; of identical ones only the first is looked at. Both steps use all
/// processors. Pairs across groups come first, nearest prints first; two groups once known to share an image need no
/// further pair. At most a quarter as many of them as there are images (but at least 1,000) may turn out to be no
/// copies, so that thousands of nearly uniform images cost seconds and not hours; copies cost nothing of that. As many
/// again of the other pairs are compared, only to be listed. What the memory holds counts as if it were compared now,
/// so that a second opening finds the same. Throws InvalidInput for a file that is no longer what was scanned.
NearCopies find_near_copies(const std::vector<ScannedImage>& images, double pixel_limit, ScanMemory& memory,
                            const Progress& progress);

}  // namespace assay::data
