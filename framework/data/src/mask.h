// Hiding parts of a picture that must not be learned from: scale bars, labels, time stamps.
#pragma once

#include <span>

#include "assay/experiment.h"
#include "picture.h"

namespace assay::data {

/// Fills the rectangles with the median of each channel over the whole picture. A pixel that a rectangle touches is
/// filled.
void apply_mask(Picture& picture, std::span<const MaskOptions> rectangles);

}  // namespace assay::data
