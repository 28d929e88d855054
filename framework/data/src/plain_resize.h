// The antialiased resize that evaluation uses, equal to Pillow's within one level of 255.
#pragma once

#include <cstdint>
#include <span>

#include "fused_pass.h"
#include "stored_picture.h"

namespace assay::data {

/// Brings the fixed crop of a picture to size x size, as the target says. Every output pixel is the weighted mean of
/// the source pixels below a triangle (bilinear) or cubic (bicubic, a = -0.5) filter whose width grows with the
/// reduction; the picture ends at its edges, where weights are normalised again. The filters of Pillow's
/// Image.resize(size, resample, box): Pillow, "Concepts: Filters"; cubic: Keys 1981, equation 15. Pillow rounds to 8
/// bits after each of its two passes, this doesn't. out: [size, size, 3]. The crop lies inside the picture. Reads level
/// 0. Any thread; the same bytes from each, though not from each instruction set (row_kernels.h). Memory is kept by
/// each thread for its next call.
void resize_plain(const StoredPicture& picture, const Target& target, std::span<float> out);
/// The same in bfloat16, rounded to the nearest, ties to even.
void resize_plain(const StoredPicture& picture, const Target& target, std::span<std::uint16_t> out);

}  // namespace assay::data
