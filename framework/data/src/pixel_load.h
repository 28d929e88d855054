// A pixel in a vector register, by OpenCV's universal intrinsics.
#pragma once

#include <opencv2/core/hal/intrin.hpp>

#include <cstdint>

namespace assay::data {

/// Four numbers from a pixel on, the last of which is not the pixel's, as floats.
inline cv::v_float32x4 load_pixel(const std::uint8_t* pixel) {
  return cv::v_cvt_f32(cv::v_reinterpret_as_s32(cv::v_load_expand_q(pixel)));
}
inline cv::v_float32x4 load_pixel(const std::uint16_t* pixel) {
  return cv::v_cvt_f32(cv::v_reinterpret_as_s32(cv::v_load_expand(pixel)));
}

}  // namespace assay::data
