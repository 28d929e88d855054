// The one resample of an augmented picture: through a composed view, in levels of the source.
#pragma once

#include <cstdint>
#include <span>

#include "assay/data/view.h"
#include "picture.h"

namespace assay::data {

/// Renders a view's frame to size x size pixels of [0, 255], not rounded: out is [size, size, 3].
///
/// The source is thought of as an endless plane: the picture, and fill everywhere else. Level l of it is made of the
/// averages of 2^l x 2^l pixels, counted from the picture's corner. An output pixel's centre is mapped to the source
/// and looked up bilinearly in the levels below and above log2 of the map's larger singular value, which are blended by
/// its fraction (trilinear filtering: Williams 1983, "Pyramidal parametrics"). Levels hold 1/256 steps. The view is
/// finite.
void resample_view(const Picture& picture, const View& view, const Rgb& fill, std::int64_t size, std::span<float> out);

/// Source pixels that one output pixel is apart from the next, in the direction where that is most: the larger singular
/// value of the map from output to source.
double largest_scale(const Affine& map);

}  // namespace assay::data
