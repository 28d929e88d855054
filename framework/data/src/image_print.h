// A perceptual hash: what an image shows, in 16 x 16 mean colours, coarse enough that saving it again changes little.
// Prints nominate pairs that may be copies; whether they are is for the pixels to say (near_copies.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "picture.h"

namespace assay::data {

/// Rows of 8-bit pixels somewhere in memory.
struct PixelRows {
  const std::uint8_t* first = nullptr;  ///< the row at the top
  std::ptrdiff_t stride = 0;            ///< bytes from a row to the next below; negative where rows go upwards
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  double width = 0;   ///< of the picture, in columns: less than columns where the last is only partly filled
  double height = 0;  ///< likewise, in rows
  bool is_bgr = false;
};

/// All of a picture.
PixelRows rows_of(const Picture& picture);

/// Cells are mean colours as differences from the median of the border's cells, in 1/32 of a level. Cells within 1.5
/// levels of that median are exactly zero: background, where noise must not add up.
struct ImagePrint {
  static constexpr std::int64_t kSide = 16;
  static constexpr std::int64_t kUnit = 32;  ///< of a level
  using Cells = std::array<std::int16_t, static_cast<std::size_t>(kSide* kSide * 3)>;

  Cells cells{};            ///< [row, column, channel]
  std::int16_t filled = 0;  ///< cells that are not background; 0: nothing to recognise the image by
};

/// The print of a picture of any size; about as fast as copying it.
ImagePrint print_of(const PixelRows& pixels);

/// The ways in which a square can lie. turned by 90 degrees * (number / 2), to the left, then mirrored if odd.
constexpr int kOrientations = 8;

/// The cells of a picture that lies so.
ImagePrint::Cells turned(const ImagePrint::Cells& cells, int orientation);

/// The sum of the absolute differences of all cells and channels; anything above limit once it is above it.
std::int64_t distance(const ImagePrint::Cells& a, const ImagePrint::Cells& b, std::int64_t limit);

/// How far two prints, of so many filled cells, may lie apart for their pixels to be compared: four levels of 255 over
/// the cells that are filled in both. Copies lie below 1.4, also after JPEG of quality 50; the nearest different cells
/// of C-NMC 2019 at 6.9, and different blood smear fields above 8, but for parts of one field.
std::int64_t nomination_radius(std::int16_t filled, std::int16_t filled_of_other);

}  // namespace assay::data
