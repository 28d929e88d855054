// Which pixels of a picture show something, and which are background.
#pragma once

#include <opencv2/core.hpp>

#include "picture.h"

namespace assay::data {

/// [height, width], 8 bits: 1 where a pixel differs from the median of the picture's border by more than 16 levels in
/// some channel, else 0.
cv::Mat foreground_mask(const Picture& picture);

/// true when most of the border is within those 16 levels of its median: a cell on one colour, not a full field.
bool has_plain_background(const Picture& picture);

}  // namespace assay::data
