// PNG: a signature, then chunks of length, type, data and CRC, the last one IEND. W3C, "Portable Network Graphics".
#include <array>
#include <string_view>

#include "image_format.h"

namespace assay::data {
namespace {

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Tables for eight bytes a step: Kounavis and Berry 2008, "Novel table lookup-based algorithms for high-performance
/// CRC generation" (slicing-by-8). A byte a step would be slower than hashing and reading the file.
constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < 8; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr CrcTables kCrc = make_crc_tables();

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint8_t* b = bytes.data() + i;
    crc = kCrc[7][(crc ^ b[0]) & 0xFF] ^ kCrc[6][(crc >> 8 ^ b[1]) & 0xFF] ^ kCrc[5][(crc >> 16 ^ b[2]) & 0xFF] ^
          kCrc[4][(crc >> 24 ^ b[3]) & 0xFF] ^ kCrc[3][b[4]] ^ kCrc[2][b[5]] ^ kCrc[1][b[6]] ^ kCrc[0][b[7]];
  }
  for (; i < bytes.size(); ++i) crc = crc >> 8 ^ kCrc[0][(crc ^ bytes[i]) & 0xFF];
  return ~crc;
}

}  // namespace

ImageHeader inspect_png(const ImageBytes& file) {
  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (!file.starts_with(kSignature)) throw BadImage("is no readable PNG: its signature is damaged");
  ImageHeader header{ImageFormat::png, 0, 0};
  for (std::uint64_t at = 8;;) {
    if (at + 12 > file.size()) throw BadImage("is truncated: its last chunk, IEND, is missing");
    const std::uint64_t length = file.big(at, 4);
    if (at + 12 + length > file.size()) throw BadImage("is truncated in the middle of a chunk");
    const std::span<const std::uint8_t> type_and_data(file.data() + at + 4, length + 4);
    if (crc32(type_and_data) != file.big(at + 8 + length, 4)) {
      throw BadImage("is damaged: a chunk's checksum does not fit its data");
    }
    const std::string_view type(reinterpret_cast<const char*>(type_and_data.data()), 4);
    if (at == 8) {
      if (type != "IHDR" || length != 13) throw BadImage("is no readable PNG: it does not begin with IHDR");
      header.width = static_cast<std::int64_t>(file.big(at + 8, 4));
      header.height = static_cast<std::int64_t>(file.big(at + 12, 4));
    }
    if (type == "eXIf") header.orientation = exif_orientation(type_and_data.subspan(4));
    if (type == "acTL" && length >= 4 && file.big(at + 8, 4) > 1) {
      throw BadImage("is animated: it has " + std::to_string(file.big(at + 8, 4)) +
                     " frames, and only the first would be seen; save the one to be used by itself");
    }
    if (type == "IEND") return header;
    at += 12 + length;
  }
}

}  // namespace assay::data
