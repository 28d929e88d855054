// The inner loops of the plain resize, by vector instructions as in row_kernels.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "row_kernels.h"

namespace assay::data {

/// Which pixels of a line make one pixel of the output, and with which weights.
struct Window {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t weights = 0;  ///< place of the first weight
};

/// How many rows filter_rows takes together.
inline constexpr std::int64_t kRowsTogether = 4;

/// How many numbers filter_rows keeps of each pixel.
inline constexpr std::int64_t kNumbersAPixel = 4 * kRowsTogether;

/// Four rows of 8-bit RGB.
struct RowsTogether {
  std::array<const std::uint8_t*, kRowsTogether> rows;
  std::int64_t ahead = 0;  ///< bytes from a row to one that is needed soon: it is brought near meanwhile
};

/// Filters rows along x: out[r] gets RGB for each window, held within 0 to 255, and one number more.
/// The windows lie between pixels first and last - 1. pixels: room for kNumbersAPixel of each of these. Of each row the
/// byte behind pixel last - 1 may be read.
void filter_rows(const RowsTogether& source, std::int64_t first, std::int64_t last, std::span<const Window> windows,
                 std::span<const float> weights, float* pixels, const std::array<float*, kRowsTogether>& out);

/// Writes count pixels as write_row does, from interleaved RGB. kRowSlack numbers behind rgb may be read.
void write_interleaved(const float* rgb, const Scaling& scaling, std::int64_t count, float* out);
/// The same as bfloat16.
void write_interleaved(const float* rgb, const Scaling& scaling, std::int64_t count, std::uint16_t* out);

}  // namespace assay::data
