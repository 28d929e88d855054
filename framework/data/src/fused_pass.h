// The one pass that makes a training picture: looked up through a composed view, recoloured, normalised, written.
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
/// parametrics"); within a level bilinearly, or by Keys' cubic of 1981 with a = -0.5. The view is finite. Any thread;
/// the same bytes from each.
void fused_pass(const StoredPicture& picture, const View& view, const Target& target, std::span<float> out);

/// How many levels fused_pass looks at.
std::int64_t levels_needed(const StoredPicture& picture, const View& view, std::int64_t size);

/// Source pixels that one output pixel is apart from the next, in the direction where that is most: the larger singular
/// value of the map from output to source.
double largest_scale(const Affine& map);

}  // namespace assay::data
