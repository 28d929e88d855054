#include "level_kernels.h"

// See row_kernels.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "level_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Rgb64 = std::array<std::uint64_t, 3>;

// Sixteen bytes at a time whatever the processor has: most levels are narrow.
#if HWY_TARGET != HWY_SCALAR
using Bytes = hn::FixedTag<std::uint8_t, 16>;
using Halves = hn::FixedTag<std::uint16_t, 8>;
using Words = hn::FixedTag<std::uint32_t, 4>;
using Byte = hn::Vec<Bytes>;
using Half = hn::Vec<Halves>;
using Word = hn::Vec<Words>;

/// Sums of neighbours.
HWY_INLINE Half sum_pairs(Byte level) {
  const Half both = hn::BitCast(Halves(), level);
  return hn::And(both, hn::Set(Halves(), 0xFF)) + hn::ShiftRight<8>(both);
}

HWY_INLINE Word sum_pairs(Half mean) {
  const Word both = hn::BitCast(Words(), mean);
  return hn::And(both, hn::Set(Words(), 0xFFFFU)) + hn::ShiftRight<16>(both);
}

/// Eight pixels of the next level.
HWY_INLINE void halve_some(const std::uint8_t* above, const std::uint8_t* below, std::uint16_t* means,
                           std::uint8_t* levels) {
  const Bytes b;
  const Halves h;
  const hn::FixedTag<std::int16_t, 8> n;
  const hn::FixedTag<std::uint8_t, 8> out;
  Byte a[3];
  Byte c[3];
  hn::LoadInterleaved3(b, above, a[0], a[1], a[2]);
  hn::LoadInterleaved3(b, below, c[0], c[1], c[2]);
  Half sums[3];
  hn::Vec<decltype(out)> rounded[3];
  for (int k = 0; k < 3; ++k) {
    sums[k] = sum_pairs(a[k]) + sum_pairs(c[k]);
    rounded[k] = hn::DemoteTo(out, hn::BitCast(n, hn::ShiftRight<2>(sums[k] + hn::Set(h, 2))));
    sums[k] = hn::ShiftLeft<6>(sums[k]);
  }
  hn::StoreInterleaved3(sums[0], sums[1], sums[2], h, means);
  hn::StoreInterleaved3(rounded[0], rounded[1], rounded[2], out, levels);
}

/// Four pixels of the next level.
HWY_INLINE void halve_some(const std::uint16_t* above, const std::uint16_t* below, std::uint16_t* means,
                           std::uint8_t* levels) {
  const Halves h;
  const Words w;
  const hn::FixedTag<std::int32_t, 4> n;
  const hn::FixedTag<std::uint16_t, 4> out;
  const hn::FixedTag<std::uint8_t, 4> out_bytes;
  Half a[3];
  Half c[3];
  hn::LoadInterleaved3(h, above, a[0], a[1], a[2]);
  hn::LoadInterleaved3(h, below, c[0], c[1], c[2]);
  hn::Vec<decltype(out)> halved[3];
  hn::Vec<decltype(out_bytes)> rounded[3];
  for (int k = 0; k < 3; ++k) {
    const Word mean = hn::ShiftRight<2>(sum_pairs(a[k]) + sum_pairs(c[k]) + hn::Set(w, 2));
    halved[k] = hn::DemoteTo(out, hn::BitCast(n, mean));
    rounded[k] = hn::DemoteTo(out_bytes, hn::BitCast(n, hn::ShiftRight<8>(mean + hn::Set(w, 128))));
  }
  hn::StoreInterleaved3(halved[0], halved[1], halved[2], out, means);
  hn::StoreInterleaved3(rounded[0], rounded[1], rounded[2], out_bytes, levels);
}

template <class Number>
HWY_INLINE std::int64_t halve_most(const Number* above, const Number* below, std::int64_t count, std::uint16_t* means,
                                   std::uint8_t* levels) {
  constexpr std::int64_t kTogether = 8 / static_cast<std::int64_t>(sizeof(Number));
  std::int64_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    halve_some(above + 6 * i, below + 6 * i, means + 3 * i, levels + 3 * i);
  }
  return i;
}

HWY_INLINE std::int64_t sum_most(const std::uint8_t* rgb, std::int64_t count, Rgb64& sums) {
  const Bytes b;
  const hn::FixedTag<std::uint64_t, 2> d;
  hn::Vec<decltype(d)> totals[3] = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    Byte level[3];
    hn::LoadInterleaved3(b, rgb + 3 * i, level[0], level[1], level[2]);
    for (int k = 0; k < 3; ++k) totals[k] = totals[k] + hn::SumsOf8(level[k]);
  }
  for (std::size_t k = 0; k < 3; ++k) sums[k] = hn::GetLane(hn::SumOfLanes(d, totals[k]));
  return i;
}

#else

template <class Number>
HWY_INLINE std::int64_t halve_most(const Number*, const Number*, std::int64_t, std::uint16_t*, std::uint8_t*) {
  return 0;
}

HWY_INLINE std::int64_t sum_most(const std::uint8_t*, std::int64_t, Rgb64&) { return 0; }

#endif

template <class Number>
HWY_INLINE void halve(const Number* above, const Number* below, std::int64_t count, std::uint16_t* means,
                      std::uint8_t* levels) {
  constexpr std::uint32_t kUnit = sizeof(Number) == 1 ? 256 : 1;
  const std::int64_t done = 3 * halve_most(above, below, count, means, levels);
  for (std::int64_t i = done; i < 3 * count; ++i) {
    const std::int64_t left = 2 * i - i % 3;
    const std::uint32_t sum = (std::uint32_t{above[left]} + above[left + 3] + below[left] + below[left + 3]) * kUnit;
    const std::uint32_t mean = (sum + 2) / 4;
    means[i] = static_cast<std::uint16_t>(mean);
    levels[i] = static_cast<std::uint8_t>((mean + 128) / 256);
  }
}

void HalveLevels(const std::uint8_t* above, const std::uint8_t* below, std::int64_t count, std::uint16_t* means,
                 std::uint8_t* levels) {
  halve(above, below, count, means, levels);
}

void HalveMeans(const std::uint16_t* above, const std::uint16_t* below, std::int64_t count, std::uint16_t* means,
                std::uint8_t* levels) {
  halve(above, below, count, means, levels);
}

Rgb64 SumChannels(const std::uint8_t* rgb, std::int64_t count) {
  Rgb64 sums{};
  for (std::int64_t i = sum_most(rgb, count, sums); i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) sums[c] += rgb[3 * i + static_cast<std::int64_t>(c)];
  }
  return sums;
}

}  // namespace
}  // namespace assay::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::data {

HWY_EXPORT(HalveLevels);
HWY_EXPORT(HalveMeans);
HWY_EXPORT(SumChannels);

void halve_rows(const std::uint8_t* above, const std::uint8_t* below, std::int64_t count, std::uint16_t* means,
                std::uint8_t* levels) {
  HWY_DYNAMIC_DISPATCH(HalveLevels)(above, below, count, means, levels);
}

void halve_rows(const std::uint16_t* above, const std::uint16_t* below, std::int64_t count, std::uint16_t* means,
                std::uint8_t* levels) {
  HWY_DYNAMIC_DISPATCH(HalveMeans)(above, below, count, means, levels);
}

std::array<std::uint64_t, 3> sum_channels(const std::uint8_t* rgb, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(SumChannels)(rgb, count);
}

}  // namespace assay::data
#endif
