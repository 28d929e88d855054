// A decoded picture, and reading one from a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "image_format.h"

namespace assay::data {

using Rgb = std::array<std::uint8_t, 3>;

/// 8-bit RGB, rows from the top, without gaps.
struct Picture {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3]

  std::uint8_t* row(std::int64_t y) { return rgb.data() + y * width * 3; }
  const std::uint8_t* row(std::int64_t y) const { return rgb.data() + y * width * 3; }
};

/// The bytes of a file. Throws BadImage when it can't be read, with the system's reason.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);

/// The same into memory that is used again and again, which saves a third of the time for large files.
void read_bytes(const std::filesystem::path& file, std::vector<std::uint8_t>& bytes);

/// Decodes a file held in memory: EXIF orientation applied, 16 bits rounded to 8, grey repeated, palettes looked up,
/// alpha dropped (as Pillow's convert("RGB") does). Throws BadImage; inspects first.
Picture decode_picture(std::span<const std::uint8_t> file, double pixel_limit);

/// Reads and decodes. Throws Failure naming the file. Any thread.
Picture read_picture(const std::filesystem::path& file, double pixel_limit);

/// Decodes BMP and TIFF, inspected before. Throws BadImage.
void decode_by_opencv(std::span<const std::uint8_t> file, const ImageHeader& header, Picture& out);

/// Turns and mirrors a picture as its EXIF orientation (1 to 8) asks.
void turn_upright(Picture& picture, int orientation);

/// The median of each channel over the whole picture.
Rgb median_of_picture(const Picture& picture);

/// The median of each channel over the outermost rows and columns.
Rgb median_of_border(const Picture& picture);

}  // namespace assay::data
