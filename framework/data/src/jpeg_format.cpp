// JPEG: marker segments, and after each start-of-scan entropy-coded bytes up to the next marker. ITU-T T.81, annex B.
#include <cstring>

#include "image_format.h"

namespace assay::data {
namespace {

constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kApplication1 = 0xE1;

bool is_restart(std::uint8_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// The place of the next marker's second byte at or after a position: 0xFF that is neither stuffing nor a fill byte,
/// and no restart, which belongs to the scan.
std::uint64_t next_marker(const ImageBytes& file, std::uint64_t at) {
  while (at < file.size()) {
    const void* found = std::memchr(file.data() + at, 0xFF, file.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(found) - file.data()) + 1;
    if (at >= file.size()) break;
    const std::uint8_t code = file.data()[at];
    if (code != 0x00 && code != 0xFF && !is_restart(code)) return at;
  }
  throw BadImage("is truncated: its end-of-image marker is missing");
}

/// at: the frame header's length field.
ImageHeader read_frame(const ImageBytes& file, std::uint8_t marker, std::uint64_t at) {
  if (marker > 0xC2)
    throw BadImage("is a lossless, hierarchical or arithmetic-coded JPEG; save it as a usual one, or PNG");
  if (file.u8(at + 2) != 8) throw BadImage("is a JPEG with more than 8 bits; save it as PNG");
  if (file.u8(at + 7) == 4)
    throw BadImage("is a CMYK JPEG, whose colours need its printer's profile; convert it to RGB");
  return {ImageFormat::jpeg, static_cast<std::int64_t>(file.big(at + 5, 2)),
          static_cast<std::int64_t>(file.big(at + 3, 2))};
}

/// at: the length field of an application segment. Several may say it; the first that makes sense holds.
int read_orientation(const ImageBytes& file, std::uint64_t at, std::uint64_t length) {
  constexpr std::uint64_t kExif = 0x457869660000;  // "Exif", two zeros
  constexpr std::uint64_t kBlockAt = 8;
  if (length < kBlockAt || file.big(at + 2, 6) != kExif || at + length > file.size()) return 1;
  return exif_orientation({file.data() + at + kBlockAt, length - kBlockAt});
}

}  // namespace

ImageHeader inspect_jpeg(const ImageBytes& file) {
  // A progressive picture has ten or so. Each costs a pass over all pixels, so a small file could cost minutes.
  constexpr int kMostScans = 200;
  ImageHeader header{ImageFormat::jpeg, 0, 0};
  int scans = 0;
  for (std::uint64_t at = 2;;) {
    at = next_marker(file, at);
    const std::uint8_t marker = file.u8(at);
    ++at;
    if (marker == kEndOfImage) break;
    if (marker == kStartOfImage || marker == 0x01) continue;
    const std::uint64_t length = file.big(at, 2);
    if (length < 2) throw BadImage("is damaged: a JPEG segment has no length");
    if (is_frame_header(marker) && header.width == 0) {
      const int orientation = header.orientation;
      header = read_frame(file, marker, at);
      header.orientation = orientation;
    }
    if (marker == kApplication1 && header.orientation == 1) header.orientation = read_orientation(file, at, length);
    if (marker == kStartOfScan && ++scans > kMostScans) throw BadImage("is no sensible JPEG: it has hundreds of scans");
    at += length;
  }
  if (scans == 0 || header.width == 0) throw BadImage("is damaged: it holds no picture");
  return header;
}

}  // namespace assay::data
