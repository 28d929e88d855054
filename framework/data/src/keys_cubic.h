// Keys' cubic, by which pictures are looked up and resized.
#pragma once

#include <cmath>

namespace assay::data {

/// The weight of a pixel x pixels away: Keys 1981, "Cubic convolution interpolation for digital image processing",
/// equation 15, which is a = -0.5. 0 from two pixels on.
inline double keys_cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0;
}

}  // namespace assay::data
