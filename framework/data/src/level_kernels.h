// The inner loops of making levels, by vector instructions as in row_kernels.h; all in whole numbers, so that every
// instruction set gives the same.
#pragma once

#include <array>
#include <cstdint>

namespace assay::data {

/// Means of 2 x 2 pixels of two rows of RGB, for count pixels of the next level: means in 1/256, rounded, and levels,
/// rounded from these.
void halve_rows(const std::uint8_t* above, const std::uint8_t* below, std::int64_t count, std::uint16_t* means,
                std::uint8_t* levels);
/// The same from means in 1/256.
void halve_rows(const std::uint16_t* above, const std::uint16_t* below, std::int64_t count, std::uint16_t* means,
                std::uint8_t* levels);

/// Sums of red, green and blue over count pixels.
std::array<std::uint64_t, 3> sum_channels(const std::uint8_t* rgb, std::int64_t count);

}  // namespace assay::data
