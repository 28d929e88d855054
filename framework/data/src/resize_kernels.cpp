#include "resize_kernels.h"

#include <algorithm>
#include <cstring>

// See row_kernels.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "resize_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "bfloat16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Up to four numbers: those of one pixel of one row.
using OfPixel = hn::CappedTag<float, 4>;
/// Up to sixteen: those of one pixel of all rows.
using OfRows = hn::CappedTag<float, static_cast<std::size_t>(kNumbersAPixel)>;
using OutNumbers = hn::ScalableTag<float>;

/// The four bytes from a pixel on, as floats.
HWY_INLINE void widen(const std::uint8_t* pixel, float* numbers) {
  const OfPixel f;
  const hn::Rebind<std::int32_t, OfPixel> n;
  const hn::Rebind<std::uint8_t, OfPixel> b;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(f)) {
    hn::Store(hn::ConvertTo(f, hn::PromoteTo(n, hn::LoadU(b, pixel + k))), f, numbers + k);
  }
}

HWY_INLINE void widen_rows(const RowsTogether& source, std::int64_t first, std::int64_t last, float* pixels) {
  for (std::int64_t x = first; x < last; ++x, pixels += kNumbersAPixel) {
    for (std::size_t r = 0; r < source.rows.size(); ++r) widen(source.rows[r] + 3 * x, pixels + 4 * r);
  }
}

/// The weighted sum of the pixels of a window, of all rows at once.
HWY_INLINE void add_up(const float* pixels, const float* weights, std::int64_t count, float* sum) {
  const OfRows f;
  constexpr std::size_t kLanes = hn::MaxLanes(f);
  constexpr std::size_t kParts = static_cast<std::size_t>(kNumbersAPixel) / kLanes;
  hn::Vec<OfRows> parts[kParts];
  for (auto& part : parts) part = hn::Zero(f);
  for (std::int64_t t = 0; t < count; ++t, pixels += kNumbersAPixel) {
    const auto weight = hn::Set(f, weights[t]);
    for (std::size_t k = 0; k < kParts; ++k) {
      parts[k] = hn::MulAdd(weight, hn::Load(f, pixels + k * kLanes), parts[k]);
    }
  }
  for (std::size_t k = 0; k < kParts; ++k) {
    const auto held = hn::Min(hn::Max(parts[k], hn::Zero(f)), hn::Set(f, 255.0F));
    hn::Store(held, f, sum + k * kLanes);
  }
}

void FilterRows(const RowsTogether& source, std::int64_t first, std::int64_t last, std::span<const Window> windows,
                std::span<const float> weights, float* pixels, const std::array<float*, kRowsTogether>& out) {
  constexpr std::int64_t kPixelsALine = 21;  // of the cache
  for (std::int64_t x = first; x < last; x += kPixelsALine) {
    for (const std::uint8_t* row : source.rows) hwy::Prefetch(row + 3 * x + source.ahead);
    widen_rows(source, x, std::min(x + kPixelsALine, last), pixels + kNumbersAPixel * (x - first));
  }
  HWY_ALIGN float sum[kNumbersAPixel];
  std::int64_t i = 0;
  for (const Window& window : windows) {
    add_up(pixels + kNumbersAPixel * (window.first - first), weights.data() + window.weights, window.count, sum);
    // The fourth number is not the pixel's; the next pixel comes over it.
    for (std::size_t r = 0; r < out.size(); ++r) std::memcpy(out[r] + 3 * i, sum + 4 * r, 4 * sizeof(float));
    ++i;
  }
}

HWY_INLINE void store(hn::Vec<OutNumbers> numbers, float* out) { hn::StoreU(numbers, OutNumbers(), out); }

HWY_INLINE void store(hn::Vec<OutNumbers> numbers, std::uint16_t* out) {
  const OutNumbers f;
  hn::StoreU(bfloat16_of(f, numbers), hn::Rebind<std::uint16_t, OutNumbers>(), out);
}

template <class Number>
HWY_INLINE void write_all(const float* rgb, const Scaling& scaling, std::int64_t count, Number* out) {
  const OutNumbers f;
  constexpr std::size_t kLanes = hn::MaxLanes(f);
  // Three vectors hold whole pixels, whatever the number of lanes.
  HWY_ALIGN float scale[3 * kLanes];
  HWY_ALIGN float offset[3 * kLanes];
  for (std::size_t k = 0; k < 3 * kLanes; ++k) {
    scale[k] = scaling.scale[k % 3];
    offset[k] = scaling.offset[k % 3];
  }
  const auto scaled = [&](std::int64_t i, std::size_t phase) {
    const auto level = hn::Min(hn::Max(hn::LoadU(f, rgb + i), hn::Zero(f)), hn::Set(f, 255.0F));
    return hn::MulAdd(level, hn::Load(f, scale + phase), hn::Load(f, offset + phase));
  };
  constexpr auto kStep = static_cast<std::int64_t>(kLanes);
  std::size_t phase = 0;
  std::int64_t i = 0;
  for (; i + kStep <= 3 * count; i += kStep) {
    store(scaled(i, phase), out + i);
    phase = (phase + kLanes) % (3 * kLanes);
  }
  if (i == 3 * count) return;
  Number rest[kLanes];
  store(scaled(i, phase), rest);
  std::memcpy(out + i, rest, static_cast<std::size_t>(3 * count - i) * sizeof(Number));
}

void WriteFloats(const float* rgb, const Scaling& scaling, std::int64_t count, float* out) {
  write_all(rgb, scaling, count, out);
}

void WriteBfloats(const float* rgb, const Scaling& scaling, std::int64_t count, std::uint16_t* out) {
  write_all(rgb, scaling, count, out);
}

}  // namespace
}  // namespace assay::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::data {

HWY_EXPORT(FilterRows);
HWY_EXPORT(WriteFloats);
HWY_EXPORT(WriteBfloats);

void filter_rows(const RowsTogether& source, std::int64_t first, std::int64_t last, std::span<const Window> windows,
                 std::span<const float> weights, float* pixels, const std::array<float*, kRowsTogether>& out) {
  HWY_DYNAMIC_DISPATCH(FilterRows)(source, first, last, windows, weights, pixels, out);
}

void write_interleaved(const float* rgb, const Scaling& scaling, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(WriteFloats)(rgb, scaling, count, out);
}

void write_interleaved(const float* rgb, const Scaling& scaling, std::int64_t count, std::uint16_t* out) {
  HWY_DYNAMIC_DISPATCH(WriteBfloats)(rgb, scaling, count, out);
}

}  // namespace assay::data
#endif
