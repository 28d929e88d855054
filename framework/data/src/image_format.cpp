#include "image_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>

namespace assay::data {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool begins(const ImageBytes& file, std::initializer_list<std::uint8_t> prefix) {
  return file.starts_with(std::span(prefix.begin(), prefix.size()));
}

/// The name of a format that is known and not read; nullptr for anything else.
const char* foreign_format(const ImageBytes& file) {
  if (begins(file, {'G', 'I', 'F', '8'})) return "GIF";
  if (begins(file, {'R', 'I', 'F', 'F'}) && file.size() >= 12 && file.big(8, 4) == 0x57454250) return "WebP";
  if (file.size() >= 12 && file.big(4, 4) == 0x66747970) return "HEIC or AVIF";
  if (file.size() >= 12 && file.big(4, 4) == 0x6A502020) return "JPEG 2000";
  if (begins(file, {'8', 'B', 'P', 'S'})) return "Photoshop";
  if (file.size() >= 132 && file.big(128, 4) == 0x4449434D) return "DICOM";
  return nullptr;
}

ImageHeader inspect_by_signature(const ImageBytes& file) {
  if (begins(file, {'B', 'M'})) return inspect_bmp(file);
  if (begins(file, {0x89, 'P', 'N', 'G'})) return inspect_png(file);
  if (begins(file, {0xFF, 0xD8})) return inspect_jpeg(file);
  if (begins(file, {'I', 'I'}) || begins(file, {'M', 'M'})) return inspect_tiff(file);
  if (const char* foreign = foreign_format(file)) {
    throw BadImage(std::string("is a ") + foreign + " file, which is not read; save it as PNG");
  }
  throw BadImage("is no BMP, PNG, JPEG or TIFF file, whatever its name says");
}

}  // namespace

const char* format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::bmp:
      return "BMP";
    case ImageFormat::png:
      return "PNG";
    case ImageFormat::jpeg:
      return "JPEG";
    case ImageFormat::tiff:
      return "TIFF";
  }
  return "";
}

bool is_extension_of(const std::string& extension, ImageFormat format) {
  const std::string ending = lower(extension);
  switch (format) {
    case ImageFormat::bmp:
      return ending == ".bmp";
    case ImageFormat::png:
      return ending == ".png";
    case ImageFormat::jpeg:
      return ending == ".jpg" || ending == ".jpeg";
    case ImageFormat::tiff:
      return ending == ".tif" || ending == ".tiff";
  }
  return false;
}

bool is_image_extension(const std::string& extension) {
  constexpr std::array kFormats{ImageFormat::bmp, ImageFormat::png, ImageFormat::jpeg, ImageFormat::tiff};
  return std::ranges::any_of(kFormats, [&](ImageFormat format) { return is_extension_of(extension, format); });
}

bool is_foreign_image_extension(const std::string& extension) {
  static constexpr std::array<std::string_view, 19> kEndings{".gif", ".webp", ".heic", ".heif", ".avif", ".jxl", ".jp2",
                                                             ".j2k", ".dcm",  ".svs",  ".ndpi", ".mrxs", ".czi", ".nd2",
                                                             ".lif", ".vsi",  ".tga",  ".ppm",  ".psd"};
  return std::ranges::count(kEndings, lower(extension)) > 0;
}

std::size_t ImageBytes::checked(std::uint64_t at, std::uint64_t count) const {
  if (at > bytes_.size() || count > bytes_.size() - at) throw BadImage("is truncated: its header is not complete");
  return static_cast<std::size_t>(at);
}

std::uint64_t ImageBytes::little(std::uint64_t at, int count) const {
  const std::size_t start = checked(at, static_cast<std::uint64_t>(count));
  std::uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | bytes_[start + static_cast<std::size_t>(i)];
  return value;
}

std::uint64_t ImageBytes::big(std::uint64_t at, int count) const {
  const std::size_t start = checked(at, static_cast<std::uint64_t>(count));
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes_[start + static_cast<std::size_t>(i)];
  return value;
}

bool ImageBytes::starts_with(std::span<const std::uint8_t> prefix) const {
  return bytes_.size() >= prefix.size() && std::ranges::equal(prefix, bytes_.first(prefix.size()));
}

ImageHeader inspect_image(std::span<const std::uint8_t> file) {
  if (file.empty()) throw BadImage("is empty (0 bytes)");
  const ImageHeader header = inspect_by_signature(ImageBytes(file));
  if (header.width <= 0 || header.height <= 0) throw BadImage("has no pixels, by its header");
  return header;
}

void check_pixel_limit(const ImageHeader& header, double pixel_limit) {
  const double pixels = static_cast<double>(header.width) * static_cast<double>(header.height);
  if (pixels > pixel_limit) {
    throw BadImage("has " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                   " pixels, more than dataset.pixel_limit = " + std::to_string(std::llround(pixel_limit)));
  }
}

}  // namespace assay::data
