#include "pack_header.h"

#include <xxhash.h>

#include <cstddef>
#include <memory>

namespace assay::detail {

std::array<std::uint8_t, 16> hash_of_index(const PackHeader& header, std::string_view key,
                                           std::span<const PackedPicture> index) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  XXH3_128bits_update(state.get(), &header, offsetof(PackHeader, hash));
  XXH3_128bits_update(state.get(), key.data(), key.size());
  XXH3_128bits_update(state.get(), index.data(), index.size_bytes());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state.get()));
  return std::to_array(canonical.digest);
}

std::uint64_t hash_of_pixels(std::span<const std::uint8_t> levels) { return XXH3_64bits(levels.data(), levels.size()); }

}  // namespace assay::detail
