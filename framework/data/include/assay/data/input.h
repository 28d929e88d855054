// What a network's weights expect of their input pictures.
#pragma once

#include <array>
#include <cstdint>

namespace assay {

/// How a picture is brought to the input's size. Both are antialiased when shrinking, as Pillow's are.
enum class Interpolation : std::uint8_t { bilinear, bicubic };

/// Size, normalisation and interpolation of input pictures.
struct InputSpec {
  std::int64_t size = 224;                                ///< pixels on a side; inputs are square
  std::array<float, 3> mean{0.485F, 0.456F, 0.406F};      ///< of R, G, B in [0, 1]
  std::array<float, 3> std{0.229F, 0.224F, 0.225F};       ///< of R, G, B in [0, 1]
  Interpolation interpolation = Interpolation::bilinear;  ///< of the plain resize
  double crop_fraction = 1.0;  ///< centre share of the picture's shorter side that the weights were judged on
};

}  // namespace assay
