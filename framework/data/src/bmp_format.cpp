// BMP: a 14-byte file header, then an information header. Microsoft, "Bitmap Storage" and BITMAPV5HEADER.
#include <cstdlib>

#include "image_format.h"
#include "pixel_decoder.h"

namespace assay::data {

ImageHeader inspect_bmp(const ImageBytes& file) {
  const std::uint64_t pixels_at = file.little(10, 4);
  const std::uint64_t header_size = file.little(14, 4);
  ImageHeader header{ImageFormat::bmp, 0, 0};
  std::uint64_t bits = 0;
  std::uint64_t compression = 0;
  std::uint64_t stored = 0;
  if (header_size == 12) {
    header.width = static_cast<std::int64_t>(file.little(18, 2));
    header.height = static_cast<std::int64_t>(file.little(20, 2));
    bits = file.little(24, 2);
  } else if (header_size >= 40) {
    header.width = static_cast<std::int32_t>(file.little(18, 4));
    // A negative height means that the rows are stored from the top.
    header.height = std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(file.little(22, 4))));
    bits = file.little(28, 2);
    compression = file.little(30, 4);
    stored = file.little(34, 4);
  } else {
    throw BadImage("is no readable BMP: its header has an unknown size");
  }
  if (header.width <= 0 || header.height <= 0) throw BadImage("has no pixels, by its header");
  // Also keeps the product below from overflowing.
  constexpr std::int64_t kLargestSide = 1 << 24;
  if (header.width > kLargestSide || header.height > kLargestSide || bits > 32) {
    throw BadImage("is damaged: its BMP header gives " + std::to_string(header.width) + " x " +
                   std::to_string(header.height) + " pixels of " + std::to_string(bits) + " bits");
  }

  constexpr std::uint64_t kRgb = 0;
  constexpr std::uint64_t kBitFields = 3;
  if (compression == kRgb || compression == kBitFields) {
    stored =
        (static_cast<std::uint64_t>(header.width) * bits + 31) / 32 * 4 * static_cast<std::uint64_t>(header.height);
  }
  if (pixels_at + stored > file.size()) {
    throw BadImage("is truncated: " + std::to_string(file.size()) + " bytes of " + std::to_string(pixels_at + stored));
  }
  return header;
}

std::optional<PixelRows> plain_bmp_rows(std::span<const std::uint8_t> file) {
  const ImageBytes bytes(file);
  const bool plain = bytes.little(14, 4) >= 40 && bytes.little(28, 2) == 24 && bytes.little(30, 4) == 0;
  if (!plain) return std::nullopt;
  const std::int64_t width = static_cast<std::int32_t>(bytes.little(18, 4));
  const std::int64_t height = static_cast<std::int32_t>(bytes.little(22, 4));
  const std::int64_t rows = std::abs(height);
  const std::int64_t stride = (width * 3 + 3) / 4 * 4;
  const std::uint8_t* stored = file.data() + bytes.little(10, 4);
  const bool upwards = height > 0;
  PixelRows pixels{stored, stride, width, rows, static_cast<double>(width), static_cast<double>(rows), true};
  if (upwards) {
    pixels.first = stored + (rows - 1) * stride;
    pixels.stride = -stride;
  }
  return pixels;
}

}  // namespace assay::data
