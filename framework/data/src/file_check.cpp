#include "file_check.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <vector>

#include "pixel_decoder.h"

namespace assay::data {
namespace {

/// Memory that each thread uses again for the next file: fresh pages for every picture would cost as much as a BMP.
struct Workspace {
  std::vector<std::uint8_t> bytes;
  Picture picture;

  /// One giant must not hold its memory for the rest of the process.
  void give_back_much() {
    constexpr std::size_t kMuch = std::size_t{64} << 20;
    if (bytes.capacity() + picture.rgb.capacity() > kMuch) *this = {};
  }
};

/// The largest reduction that leaves enough pixels for a print: six in each direction of its cells.
int reduction_for(const ImageHeader& header) {
  constexpr std::int64_t kEnough = 6 * ImagePrint::kSide;
  for (const int reduction : {8, 4, 2}) {
    if (std::min(header.width, header.height) >= reduction * kEnough) return reduction;
  }
  return 1;
}

ImagePrint decode_and_print(const ImageHeader& header, Workspace& workspace) {
  const std::vector<std::uint8_t>& file = workspace.bytes;
  Picture& picture = workspace.picture;
  if (header.format == ImageFormat::bmp) {
    if (const auto rows = plain_bmp_rows(file)) return print_of(*rows);
  }
  if (header.format == ImageFormat::jpeg) {
    const int reduction = reduction_for(header);
    decode_jpeg(file, header, reduction, picture);
    PixelRows rows = rows_of(picture);
    rows.width = static_cast<double>(header.width) / reduction;
    rows.height = static_cast<double>(header.height) / reduction;
    return print_of(rows);
  }
  if (header.format == ImageFormat::png) {
    decode_png(file, header, picture);
  } else {
    decode_by_opencv(file, header, picture);
  }
  return print_of(rows_of(picture));
}

void check_sides(const ImageHeader& header) {
  if (std::min(header.width, header.height) >= kShortestSide) return;
  throw BadImage("has " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                 " pixels; with a side below " + std::to_string(kShortestSide) + " it can't show a cell");
}

}  // namespace

FileCheck check_file(const std::filesystem::path& file, double pixel_limit) {
  thread_local Workspace workspace;
  FileCheck check;
  try {
    read_bytes(file, workspace.bytes);
    check.content_hash = content_hash(workspace.bytes.data(), workspace.bytes.size());
    const ImageHeader header = inspect_image(workspace.bytes);
    check.width = header.width;
    check.height = header.height;
    check.misnamed = !is_extension_of(file.extension().string(), header.format);
    check_pixel_limit(header, pixel_limit);
    check_sides(header);
    check.print = decode_and_print(header, workspace);
  } catch (const BadImage& problem) {
    check.problem = problem.what();
  }
  workspace.give_back_much();
  return check;
}

std::string content_hash(const void* bytes, std::size_t size) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, size));
  constexpr std::array kDigits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace assay::data
