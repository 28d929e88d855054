// A pixel in a vector register, by OpenCV's universal intrinsics.
#pragma once

#include <opencv2/core/hal/intrin.hpp>

#include <cstdint>
#include <cstring>

namespace assay::data {

/// Four numbers from a pixel on, the last of which is not the pixel's, as floats.
inline cv::v_float32x4 load_pixel(const std::uint8_t* pixel) {
  // OpenCV reads four bytes as one aligned number, which a pixel's place needn't be; the copy costs no instruction.
  alignas(4) std::uint8_t four[4];
  std::memcpy(four, pixel, sizeof(four));
  return cv::v_cvt_f32(cv::v_reinterpret_as_s32(cv::v_load_expand_q(four)));
}
inline cv::v_float32x4 load_pixel(const std::uint16_t* pixel) {
  return cv::v_cvt_f32(cv::v_reinterpret_as_s32(cv::v_load_expand(pixel)));
}

}  // namespace assay::data
