#include "row_kernels.h"

#include <bit>
#include <cstring>

// Highway includes this file once for each instruction set; all between BEFORE and AFTER is compiled that often.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "row_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "bfloat16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace assay::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::ScalableTag<std::int32_t>;
using Words = hn::ScalableTag<std::uint32_t>;
using Float = hn::Vec<Floats>;
using Word = hn::Vec<Words>;

static_assert(std::endian::native == std::endian::little, "pixels are taken apart from their first byte on");

HWY_INLINE std::int64_t lanes() { return static_cast<std::int64_t>(hn::Lanes(Floats())); }

template <int kByte>
HWY_INLINE Float byte_of(Word word) {
  const Word shifted = kByte == 0 ? word : hn::ShiftRight<8 * kByte>(word);
  const Word byte = kByte == 3 ? shifted : hn::And(shifted, hn::Set(Words(), 0xFFU));
  return hn::ConvertTo(Floats(), hn::BitCast(Ints(), byte));
}

/// How much each of kTaps pixels counts for a place that lies at, from the first of them.
struct Linear {
  static constexpr int kTaps = 2;

  /// Where the place lies between the middle two.
  HWY_INLINE static void weigh_inside(Float at, Float (&weights)[kTaps]) {
    weights[0] = hn::Set(Floats(), 1.0F) - at;
    weights[1] = at;
  }

  HWY_INLINE static void weigh(Float at, Float (&weights)[kTaps]) {
    const Floats f;
    for (int tap = 0; tap < kTaps; ++tap) {
      const Float distance = hn::Abs(at - hn::Set(f, static_cast<float>(tap)));
      weights[tap] = hn::Max(hn::Zero(f), hn::Set(f, 1.0F) - distance);
    }
  }
};

struct Cubic {
  static constexpr int kTaps = 4;

  HWY_INLINE static void weigh_inside(Float at, Float (&weights)[kTaps]) {
    const Float t = at - hn::Set(Floats(), 1.0F);
    const Float u = hn::Set(Floats(), 1.0F) - t;
    weights[0] = far(u, t);
    weights[1] = near(t);
    weights[2] = near(u);
    weights[3] = far(t, u);
  }

  HWY_INLINE static void weigh(Float at, Float (&weights)[kTaps]) {
    const Floats f;
    for (int tap = 0; tap < kTaps; ++tap) {
      const Float distance = hn::Abs(at - hn::Set(f, static_cast<float>(tap)));
      const Float rest = hn::Max(hn::Zero(f), hn::Set(f, 2.0F) - distance);
      const auto is_near = hn::Lt(distance, hn::Set(f, 1.0F));
      weights[tap] = hn::IfThenElse(is_near, near(distance), far(rest, distance - hn::Set(f, 1.0F)));
    }
  }

 private:
  /// Of a pixel up to 1 away.
  HWY_INLINE static Float near(Float distance) {
    const Floats f;
    return hn::MulAdd(distance * distance, hn::MulSub(hn::Set(f, 1.5F), distance, hn::Set(f, 2.5F)), hn::Set(f, 1.0F));
  }

  /// Of a pixel 1 to 2 away; rest: 2 - distance, beyond: distance - 1.
  HWY_INLINE static Float far(Float rest, Float beyond) { return hn::Set(Floats(), -0.5F) * rest * rest * beyond; }
};

/// A walk along one axis.
struct Axis {
  float start;
  float step;
  std::int64_t origin;  ///< the pixel that places are relative to
  std::int64_t length;  ///< of the level
};

/// The pixels that are read for places of a walk, along one axis: as many as the kernel has taps, from the first on. At
/// an edge the first is moved until the level has all.
struct Taps {
  hn::Vec<Ints> first;
  Float at;        ///< the place, from the first
  Float is_moved;  ///< 1 or 0
};

template <int kTaps, bool kAtEdge>
HWY_INLINE Taps taps_at(const Axis& axis, Float along) {
  const Floats f;
  const Float place = hn::MulAdd(along, hn::Set(f, axis.step), hn::Set(f, axis.start));
  const Float wanted = hn::Floor(place) - hn::Set(f, kTaps / 2 - 1);
  if constexpr (!kAtEdge) return {hn::ConvertTo(Ints(), wanted), place - wanted, hn::Zero(f)};
  const Float low = hn::Set(f, static_cast<float>(-axis.origin));
  const Float high = hn::Set(f, static_cast<float>(axis.length - kTaps - axis.origin));
  const Float held = hn::Min(hn::Max(wanted, low), high);
  const Float is_moved = hn::IfThenElseZero(hn::Ne(held, wanted), hn::Set(f, 1.0F));
  return {hn::ConvertTo(Ints(), held), place - held, is_moved};
}

/// Pixels beside each other, one strip a lane, as words of four bytes: red, green, blue, red, green, ...
template <int kTaps>
struct Strip {
  Word words[kTaps == 2 ? 2 : 3];
};

#if HWY_TARGET == HWY_SCALAR

template <int kTaps>
HWY_INLINE Strip<kTaps> load_strip(const std::uint8_t* base, const std::int32_t* offsets) {
  Strip<kTaps> strip;
  for (Word& word : strip.words) {
    std::uint32_t bytes;
    std::memcpy(&bytes, base + offsets[0], sizeof(bytes));
    word = hn::Set(Words(), bytes);
    base += sizeof(bytes);
  }
  return strip;
}

#else

/// Numbers from each of several places, one place after the other. Plain loads: quicker here than gather instructions
/// where a processor has them, and the same on all others.
template <std::size_t kPlaces, std::size_t kWords>
HWY_INLINE auto load_from(const std::uint8_t* base, const std::int32_t* offsets) {
  const hn::FixedTag<std::uint32_t, kPlaces * kWords> d;
  if constexpr (kPlaces == 1) {
    return hn::LoadU(d, reinterpret_cast<const std::uint32_t*>(base + offsets[0]));
  } else {
    constexpr std::size_t kHalf = kPlaces / 2;
    return hn::Combine(d, load_from<kHalf, kWords>(base, offsets + kHalf), load_from<kHalf, kWords>(base, offsets));
  }
}

template <int kTaps>
HWY_INLINE Strip<kTaps> load_strip(const std::uint8_t* base, const std::int32_t* offsets) {
  constexpr std::size_t kLanes = hn::MaxLanes(Words());
  const Words w;
  if constexpr (kTaps == 2) {
    const Word low = load_from<kLanes / 2, 2>(base, offsets);
    const Word high = load_from<kLanes / 2, 2>(base, offsets + kLanes / 2);
    return {{hn::ConcatEven(w, high, low), hn::ConcatOdd(w, high, low)}};
  } else {
    constexpr std::size_t kQuarter = kLanes / 4;
    const Word a = load_from<kQuarter, 4>(base, offsets);
    const Word b = load_from<kQuarter, 4>(base, offsets + kQuarter);
    const Word c = load_from<kQuarter, 4>(base, offsets + 2 * kQuarter);
    const Word d = load_from<kQuarter, 4>(base, offsets + 3 * kQuarter);
    const Word low_even = hn::ConcatEven(w, b, a);
    const Word low_odd = hn::ConcatOdd(w, b, a);
    const Word high_even = hn::ConcatEven(w, d, c);
    const Word high_odd = hn::ConcatOdd(w, d, c);
    return {{hn::ConcatEven(w, high_even, low_even), hn::ConcatEven(w, high_odd, low_odd),
             hn::ConcatOdd(w, high_even, low_even)}};
  }
}

#endif

struct Colour {
  Float red, green, blue;
};

HWY_INLINE Colour sum_along(const Strip<2>& strip, const Float (&weights)[2]) {
  const Word a = strip.words[0];
  const Word b = strip.words[1];
  return {hn::MulAdd(weights[1], byte_of<3>(a), weights[0] * byte_of<0>(a)),
          hn::MulAdd(weights[1], byte_of<0>(b), weights[0] * byte_of<1>(a)),
          hn::MulAdd(weights[1], byte_of<1>(b), weights[0] * byte_of<2>(a))};
}

HWY_INLINE Float weighted(const Float (&weights)[4], Float a, Float b, Float c, Float d) {
  return hn::MulAdd(weights[0], a, hn::MulAdd(weights[1], b, hn::MulAdd(weights[2], c, weights[3] * d)));
}

HWY_INLINE Colour sum_along(const Strip<4>& strip, const Float (&weights)[4]) {
  const Word a = strip.words[0];
  const Word b = strip.words[1];
  const Word c = strip.words[2];
  return {weighted(weights, byte_of<0>(a), byte_of<3>(a), byte_of<2>(b), byte_of<1>(c)),
          weighted(weights, byte_of<1>(a), byte_of<0>(b), byte_of<3>(b), byte_of<2>(c)),
          weighted(weights, byte_of<2>(a), byte_of<1>(b), byte_of<0>(c), byte_of<3>(c))};
}

template <int kTaps>
HWY_INLINE Float sum_of(const Float (&weights)[kTaps]) {
  Float sum = weights[0];
  for (int tap = 1; tap < kTaps; ++tap) sum = sum + weights[tap];
  return sum;
}

/// Looks a walk up in three rounds: where, which bytes, which colours. A round of nothing but loads lets the processor
/// wait for many of them at once.
template <class Kernel, bool kAtEdge>
class LookUp {
 public:
  HWY_INLINE explicit LookUp(const Walk& walk) : walk_(walk), stride_(3 * walk.level.width) {}

  HWY_INLINE void write(const PlanarRow& out) {
    const Floats f;
    for (std::int64_t i = 0; i < walk_.count; i += lanes()) find(i);
    for (std::int64_t i = 0; i < walk_.count; i += lanes()) fetch(i);
    for (std::int64_t i = 0; i < walk_.count; i += lanes()) {
      const Colour colour = colour_at(i);
      hn::StoreU(colour.red, f, out[0] + i);
      hn::StoreU(colour.green, f, out[1] + i);
      hn::StoreU(colour.blue, f, out[2] + i);
    }
  }

 private:
  static constexpr int kTaps = Kernel::kTaps;
  static constexpr std::size_t kWords = sizeof(Strip<kTaps>) / sizeof(Word);

  HWY_INLINE void find(std::int64_t i) {
    const Ints n;
    const Floats f;
    // Lanes behind the walk's end look up its last place again: further on there may be no pixels.
    const Float last = hn::Set(f, static_cast<float>(walk_.count - 1));
    const Float along = hn::Min(hn::Iota(f, static_cast<float>(i)), last);
    const Taps across = taps_at<kTaps, kAtEdge>({walk_.x, walk_.x_step, walk_.left, walk_.level.width}, along);
    const Taps down = taps_at<kTaps, kAtEdge>({walk_.y, walk_.y_step, walk_.top, walk_.level.height}, along);
    const auto rows = hn::Mul(down.first, hn::Set(n, static_cast<std::int32_t>(stride_)));
    hn::Store(rows + across.first + across.first + across.first, n, offsets_ + i);
    hn::Store(across.at, f, x_ + i);
    hn::Store(down.at, f, y_ + i);
    if constexpr (kAtEdge) hn::Store(hn::Max(across.is_moved, down.is_moved), f, is_edge_ + i);
  }

  HWY_INLINE void fetch(std::int64_t i) {
    const std::uint8_t* row = walk_.level.row(walk_.top) + 3 * walk_.left;
    for (std::int64_t k = i; k < i + lanes(); ++k) hwy::Prefetch(row + offsets_[k] + walk_.ahead);
    for (int tap = 0; tap < kTaps; ++tap, row += stride_) {
      const Strip<kTaps> strip = load_strip<kTaps>(row, offsets_ + i);
      for (std::size_t k = 0; k < kWords; ++k) hn::Store(strip.words[k], Words(), words_[tap][k] + i);
    }
  }

  HWY_INLINE Colour colour_at(std::int64_t i) const {
    const Floats f;
    Float across[kTaps];
    Float down[kTaps];
    weigh(hn::Load(f, x_ + i), across);
    weigh(hn::Load(f, y_ + i), down);
    Colour sum{hn::Zero(f), hn::Zero(f), hn::Zero(f)};
    if constexpr (kAtEdge) sum = fill_at(i, across, down);
    for (int tap = 0; tap < kTaps; ++tap) {
      Strip<kTaps> strip;
      for (std::size_t k = 0; k < kWords; ++k) strip.words[k] = hn::Load(Words(), words_[tap][k] + i);
      const Colour row = sum_along(strip, across);
      sum.red = hn::MulAdd(down[tap], row.red, sum.red);
      sum.green = hn::MulAdd(down[tap], row.green, sum.green);
      sum.blue = hn::MulAdd(down[tap], row.blue, sum.blue);
    }
    return sum;
  }

  HWY_INLINE static void weigh(Float at, Float (&weights)[kTaps]) {
    kAtEdge ? Kernel::weigh(at, weights) : Kernel::weigh_inside(at, weights);
  }

  /// What the fill counts for.
  HWY_INLINE Colour fill_at(std::int64_t i, const Float (&across)[kTaps], const Float (&down)[kTaps]) const {
    const Floats f;
    // Where nothing is missing, 0 exactly: there the weights' sum is 1 but for rounding.
    const Float missing = hn::NegMulAdd(sum_of(across), sum_of(down), hn::Set(f, 1.0F));
    const Float share = hn::Load(f, is_edge_ + i) * missing;
    return {share * hn::Set(f, walk_.fill[0]), share * hn::Set(f, walk_.fill[1]), share * hn::Set(f, walk_.fill[2])};
  }

  const Walk& walk_;
  const std::int64_t stride_;
  HWY_ALIGN std::int32_t offsets_[kWalkLength];  ///< of the first byte to read
  HWY_ALIGN float x_[kWalkLength];               ///< as Taps::at
  HWY_ALIGN float y_[kWalkLength];
  HWY_ALIGN float is_edge_[kWalkLength];
  HWY_ALIGN std::uint32_t words_[kTaps][kWords][kWalkLength];
};

template <class Kernel>
HWY_INLINE void look_up(const Walk& walk, const PlanarRow& out) {
  walk.is_inside ? LookUp<Kernel, false>(walk).write(out) : LookUp<Kernel, true>(walk).write(out);
}

void LookUpBilinear(const Walk& walk, const PlanarRow& out) { look_up<Linear>(walk, out); }

void LookUpBicubic(const Walk& walk, const PlanarRow& out) { look_up<Cubic>(walk, out); }

HWY_INLINE Float between(Float a, Float b, Float share) { return hn::MulAdd(share, b - a, a); }

void Blend(const PlanarRow& row, const PlanarRow& other, float share, std::int64_t count) {
  const Floats f;
  const Float s = hn::Set(f, share);
  for (std::size_t c = 0; c < 3; ++c) {
    float* HWY_RESTRICT to = row[c];
    const float* HWY_RESTRICT from = other[c];
    for (std::int64_t i = 0; i < count; i += lanes()) {
      hn::StoreU(between(hn::LoadU(f, to + i), hn::LoadU(f, from + i), s), f, to + i);
    }
  }
}

void WeightedSum(std::span<const float* const> rows, std::span<const float> weights, std::int64_t count,
                 float* HWY_RESTRICT out) {
  const Floats f;
  const std::int64_t step = lanes();
  std::int64_t i = 0;
  for (; i + 4 * step <= count; i += 4 * step) {
    Float a = hn::Zero(f);
    Float b = a;
    Float c = a;
    Float d = a;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const Float weight = hn::Set(f, weights[k]);
      const float* row = rows[k] + i;
      a = hn::MulAdd(weight, hn::LoadU(f, row), a);
      b = hn::MulAdd(weight, hn::LoadU(f, row + step), b);
      c = hn::MulAdd(weight, hn::LoadU(f, row + 2 * step), c);
      d = hn::MulAdd(weight, hn::LoadU(f, row + 3 * step), d);
    }
    hn::StoreU(a, f, out + i);
    hn::StoreU(b, f, out + i + step);
    hn::StoreU(c, f, out + i + 2 * step);
    hn::StoreU(d, f, out + i + 3 * step);
  }
  for (; i < count; i += step) {
    Float sum = hn::Zero(f);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      sum = hn::MulAdd(hn::Set(f, weights[k]), hn::LoadU(f, rows[k] + i), sum);
    }
    hn::StoreU(sum, f, out + i);
  }
}

HWY_INLINE Float scaled(const float* row, const Scaling& scaling, std::size_t channel) {
  const Floats f;
  const Float level = hn::Min(hn::Max(hn::LoadU(f, row), hn::Zero(f)), hn::Set(f, 255.0F));
  return hn::MulAdd(level, hn::Set(f, scaling.scale[channel]), hn::Set(f, scaling.offset[channel]));
}

HWY_INLINE void store_interleaved(Float red, Float green, Float blue, float* out) {
  hn::StoreInterleaved3(red, green, blue, Floats(), out);
}

HWY_INLINE void store_interleaved(Float red, Float green, Float blue, std::uint16_t* out) {
  const Floats f;
  const hn::Rebind<std::uint16_t, Floats> h;
  hn::StoreInterleaved3(bfloat16_of(f, red), bfloat16_of(f, green), bfloat16_of(f, blue), h, out);
}

template <class Number>
HWY_INLINE void write(const PlanarRow& row, const Scaling& scaling, std::int64_t i, Number* out) {
  store_interleaved(scaled(row[0] + i, scaling, 0), scaled(row[1] + i, scaling, 1), scaled(row[2] + i, scaling, 2),
                    out);
}

template <class Number>
HWY_INLINE void write_all(const PlanarRow& row, const Scaling& scaling, std::int64_t count, Number* out) {
  std::int64_t i = 0;
  for (; i + lanes() <= count; i += lanes()) write(row, scaling, i, out + 3 * i);
  if (i == count) return;
  Number rest[3 * hn::MaxLanes(Floats())];
  write(row, scaling, i, rest);
  std::memcpy(out + 3 * i, rest, static_cast<std::size_t>(3 * (count - i)) * sizeof(Number));
}

void WriteFloats(const PlanarRow& row, const Scaling& scaling, std::int64_t count, float* out) {
  write_all(row, scaling, count, out);
}

void WriteBfloats(const PlanarRow& row, const Scaling& scaling, std::int64_t count, std::uint16_t* out) {
  write_all(row, scaling, count, out);
}

}  // namespace
}  // namespace assay::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::data {

HWY_EXPORT(LookUpBilinear);
HWY_EXPORT(LookUpBicubic);
HWY_EXPORT(Blend);
HWY_EXPORT(WeightedSum);
HWY_EXPORT(WriteFloats);
HWY_EXPORT(WriteBfloats);

void look_up_bilinear(const Walk& walk, const PlanarRow& out) { HWY_DYNAMIC_DISPATCH(LookUpBilinear)(walk, out); }

void look_up_bicubic(const Walk& walk, const PlanarRow& out) { HWY_DYNAMIC_DISPATCH(LookUpBicubic)(walk, out); }

void blend(const PlanarRow& row, const PlanarRow& other, float share, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(Blend)(row, other, share, count);
}

void weighted_sum(std::span<const float* const> rows, std::span<const float> weights, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(WeightedSum)(rows, weights, count, out);
}

void write_row(const PlanarRow& row, const Scaling& scaling, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(WriteFloats)(row, scaling, count, out);
}

void write_row(const PlanarRow& row, const Scaling& scaling, std::int64_t count, std::uint16_t* out) {
  HWY_DYNAMIC_DISPATCH(WriteBfloats)(row, scaling, count, out);
}

}  // namespace assay::data
#endif
