// What is done to a row of pixels at a time, by the widest vector instructions of the processor it runs on: Highway
// compiles every kernel for several instruction sets and chooses at run time. Where the rows lie, and in which order
// the kernels run, is fused_pass.cpp's and plain_resize.cpp's business.
//
// The same bytes from any thread. Instruction sets may differ in a number's last bits: some multiply and add with one
// rounding, some with two.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "stored_picture.h"

namespace assay::data {

/// How many numbers behind a row kernels may read and overwrite: as many as the widest vector holds.
inline constexpr std::int64_t kRowSlack = 16;

/// A row of pixels, one array a channel, in levels of 0 to 255. Each has room for kRowSlack more.
using PlanarRow = std::array<float*, 3>;

/// Pixels along a straight line through a level: the i-th lies x + i * x_step to the right of the centre of the level's
/// pixel (left, top), and y + i * y_step below it. It may leave the level by a few pixels on the way.
struct Walk {
  StoredLevel level;
  std::int64_t left = 0;
  std::int64_t top = 0;
  float x = 0;
  float y = 0;
  float x_step = 0;
  float y_step = 0;
  std::int64_t count = 0;       ///< at most kWalkLength
  std::int64_t ahead = 0;       ///< bytes from a pixel to one that is needed soon: it is brought near meanwhile
  bool is_inside = false;       ///< all pixels that count are the level's; 1/1024 of a pixel more, for rounding
  std::array<float, 3> fill{};  ///< what the level doesn't have
};

/// Short enough that places along a walk are exact to a thousandth of a pixel, and that its pixels wait in the first
/// cache.
inline constexpr std::int64_t kWalkLength = 128;

/// Looks a walk up between the 2 x 2 pixels around each place. The level has at least 2 x 2.
void look_up_bilinear(const Walk& walk, const PlanarRow& out);

/// The same among 4 x 4 pixels, by Keys' cubic with a = -0.5 ("Cubic convolution interpolation for digital image
/// processing", 1981, equation 15). The level has at least 4 x 4.
void look_up_bicubic(const Walk& walk, const PlanarRow& out);

/// row += share * (other - row).
void blend(const PlanarRow& row, const PlanarRow& other, float share, std::int64_t count);

/// out[i] = sum of weights[k] * rows[k][i]; there is at least one row, and out is none of them.
void weighted_sum(std::span<const float* const> rows, std::span<const float> weights, std::int64_t count, float* out);

/// Levels to what is written: level * scale + offset, channel by channel.
struct Scaling {
  std::array<float, 3> scale;
  std::array<float, 3> offset;
};

/// Writes a row as interleaved RGB, [count, 3], after clamping to 0 to 255; nothing behind it.
void write_row(const PlanarRow& row, const Scaling& scaling, std::int64_t count, float* out);
/// The same as bfloat16, rounded to the nearest, ties to even.
void write_row(const PlanarRow& row, const Scaling& scaling, std::int64_t count, std::uint16_t* out);

}  // namespace assay::data
