// The one pass that makes a training picture: looked up through a composed view, recoloured, normalised, written.
// What is done to a row of pixels is in row_kernels.h and colour_kernels.h.
#pragma once

#include <cstdint>
#include <span>

#include "assay/data/input.h"
#include "assay/data/view.h"
#include "stored_picture.h"

namespace assay::data {

/// What is written: size x size pixels, each channel as level * scale + offset.
struct Target {
  std::int64_t size = 0;
  Interpolation interpolation = Interpolation::bilinear;
  std::array<float, 3> scale{1, 1, 1};
  std::array<float, 3> offset{0, 0, 0};
};

/// Renders a view's frame: out is [size, size, 3].
///
/// The source is thought of as an endless plane: the picture, and fill everywhere else; beyond a clip it is fill, too.
/// An output pixel's centre is mapped to the source and looked up in the levels below and above log2 of the map's
/// larger singular value, which are blended by its fraction (trilinear filtering: Williams 1983, "Pyramidal
/// parametrics"); within a level bilinearly, or by Keys' cubic of 1981 with a = -0.5. The view is finite, and the
/// picture has levels_needed levels, or all down to 1 x 1.
///
/// Any thread; the same bytes from each. Another instruction set may differ in the last bits (row_kernels.h). Memory
/// for rows, and for a whole picture when the view is blurred, is kept by each thread for its next call.
void fused_pass(const StoredPicture& picture, const View& view, const Target& target, std::span<float> out);
/// The same in bfloat16, rounded to the nearest, ties to even.
void fused_pass(const StoredPicture& picture, const View& view, const Target& target, std::span<std::uint16_t> out);

/// How many levels fused_pass looks at.
std::int64_t levels_needed(const StoredPicture& picture, const View& view, std::int64_t size);

/// Source pixels that one output pixel is apart from the next, in the direction where that is most: the larger singular
/// value of the map from output to source.
double largest_scale(const Affine& map);

}  // namespace assay::data
