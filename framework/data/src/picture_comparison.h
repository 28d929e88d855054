// Whether two pictures are one picture saved twice: pixel by pixel, over the foreground that both share.
#pragma once

#include <cstdint>
#include <string>

#include "picture.h"

namespace assay::data {

struct PictureComparison {
  bool are_copies = false;
  double mean_difference = 0;  ///< levels of 255, the mean over channels and the common foreground; of copies only
  int orientation = 0;         ///< how the second lies: see turned() in image_print.h
};

/// Copies are pictures whose prints are near, whose foregrounds' areas agree within 1 % and lie on each other to 95 %,
/// and whose pixels differ by less than 2 levels on average over the common foreground. The second may be turned by
/// quarters or mirrored; of another size with the same proportions, the larger is first shrunk to the smaller.
PictureComparison compare_pictures(const Picture& a, const Picture& b);

/// "mirrored", "turned by 90 degrees, mirrored", or empty for orientation 0.
std::string orientation_text(int orientation);

}  // namespace assay::data
