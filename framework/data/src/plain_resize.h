// The antialiased resize that evaluation uses, equal to Pillow's within one level of 255.
#pragma once

#include <cstdint>
#include <span>

#include "assay/data/input.h"
#include "fixed_crop.h"
#include "picture.h"

namespace assay::data {

/// Brings a box of a picture to size x size. Every output pixel is the weighted mean of the source pixels below a
/// triangle (bilinear) or cubic (bicubic, a = -0.5) filter whose width grows with the reduction; the picture ends at
/// its edges, where weights are normalised again. The filters of Pillow's Image.resize(size, resample, box): Pillow,
/// "Concepts: Filters"; cubic: Keys 1981, equation 15. Pillow rounds to 8 bits after each of its two passes, this
/// doesn't. out: [size, size, 3] in levels of 0 to 255, not rounded. The box lies inside the picture.
void resize_plain(const Picture& picture, const Box& box, Interpolation interpolation, std::int64_t size,
                  std::span<float> out);

}  // namespace assay::data
