// How a pack begins, and the hashes in it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "assay/packed_file.h"

namespace assay::detail {

/// At the beginning of the file. Another version counts as another format: it is made again.
struct PackHeader {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t key_bytes = 0;
  std::uint64_t pictures = 0;
  std::uint64_t index_offset = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t reserved = 0;
  std::array<std::uint8_t, 16> hash{};  ///< of the fields above, the key and the index

  static constexpr std::array<char, 8> kMagic{'A', 's', 's', 'a', 'y', 'P', 'k', '\n'};
  static constexpr std::uint32_t kVersion = 1;
};
static_assert(sizeof(PackHeader) == 64);

/// Where pictures begin: so that each starts at a cache line.
inline constexpr std::uint64_t kPackAlignment = 64;

inline std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kPackAlignment - 1) / kPackAlignment * kPackAlignment;
}

/// XXH3, 128 bits.
std::array<std::uint8_t, 16> hash_of_index(const PackHeader& header, std::string_view key,
                                           std::span<const PackedPicture> index);

/// XXH3, 64 bits.
std::uint64_t hash_of_pixels(std::span<const std::uint8_t> levels);

}  // namespace assay::detail
