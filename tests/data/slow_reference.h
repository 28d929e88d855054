// The definition that the fused pass is held to: double precision, one pixel after the other, no short cuts.
#pragma once

#include <vector>

#include "fused_pass.h"

namespace assay::test {

/// What fused_pass is to write, [size, size, 3]; scale and offset applied, in double precision.
std::vector<double> slow_fused_pass(const data::StoredPicture& picture, const View& view, const data::Target& target);

}  // namespace assay::test
