// What views do to the colours of a row of pixels, by vector instructions as in row_kernels.h. The definition is
// apply_stage (assay/data/view.h), in double precision; this is single precision and stays within a hundredth of a
// level of it, unless a stage enlarges small differences.
#pragma once

#include <cstdint>

#include "assay/data/view.h"
#include "row_kernels.h"

namespace assay::data {

/// Applies a stage to count pixels.
void recolour(const ColourStage& stage, const PlanarRow& row, std::int64_t count);

/// Adds Gaussian noise (Box and Muller 1958). Its numbers are Philox blocks (assay/random.h): the key is the seed, the
/// counter the pixel's number, counted from first. Red and green take the cosine and sine of words 0 and 1, blue the
/// cosine of words 2 and 3. deviation: in levels.
void add_noise(std::uint64_t seed, float deviation, std::uint32_t first, const PlanarRow& row, std::int64_t count);

}  // namespace assay::data
