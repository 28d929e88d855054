#include "row_kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

// Highway includes this file once for each instruction set; all between BEFORE and AFTER is compiled that often.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "row_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

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

/// Place of the byte where each look-up begins, and how far from there it is.
struct Places {
  HWY_ALIGN std::int32_t offset[kWalkLength];
  HWY_ALIGN float x[kWalkLength];
  HWY_ALIGN float y[kWalkLength];
};

HWY_INLINE void find_places(const Walk& walk, Places& places) {
  const Floats f;
  const Ints n;
  const auto stride = hn::Set(n, static_cast<std::int32_t>(walk.stride));
  for (std::int64_t i = 0; i < walk.count; i += lanes()) {
    const Float along = hn::Iota(f, static_cast<float>(i));
    const Float x = hn::MulAdd(along, hn::Set(f, walk.x_step), hn::Set(f, walk.x));
    const Float y = hn::MulAdd(along, hn::Set(f, walk.y_step), hn::Set(f, walk.y));
    const Float left = hn::Floor(x);
    const Float top = hn::Floor(y);
    const auto column = hn::ConvertTo(n, left);
    const auto offset = hn::Mul(hn::ConvertTo(n, top), stride) + column + column + column;
    hn::Store(offset, n, places.offset + i);
    hn::Store(x - left, f, places.x + i);
    hn::Store(y - top, f, places.y + i);
  }
}

template <int kByte>
HWY_INLINE Float byte_of(Word word) {
  const Word shifted = kByte == 0 ? word : hn::ShiftRight<8 * kByte>(word);
  const Word byte = kByte == 3 ? shifted : hn::And(shifted, hn::Set(Words(), 0xFFU));
  return hn::ConvertTo(Floats(), hn::BitCast(Ints(), byte));
}

HWY_INLINE Float between(Float a, Float b, Float share) { return hn::MulAdd(share, b - a, a); }

/// Two pixels beside each other, eight bytes of which six count.
using Pair = std::uint32_t[2 * kWalkLength];

HWY_INLINE void add_bilinear(const Places& places, const Pair& above, const Pair& below, std::int64_t i,
                             const PlanarRow& out) {
  const Floats f;
  const Words w;
  Word top_first;
  Word top_last;
  Word bottom_first;
  Word bottom_last;
  hn::LoadInterleaved2(w, above + 2 * i, top_first, top_last);
  hn::LoadInterleaved2(w, below + 2 * i, bottom_first, bottom_last);
  const Float x = hn::Load(f, places.x + i);
  const Float y = hn::Load(f, places.y + i);
  const Float red = between(between(byte_of<0>(top_first), byte_of<3>(top_first), x),
                            between(byte_of<0>(bottom_first), byte_of<3>(bottom_first), x), y);
  const Float green = between(between(byte_of<1>(top_first), byte_of<0>(top_last), x),
                              between(byte_of<1>(bottom_first), byte_of<0>(bottom_last), x), y);
  const Float blue = between(between(byte_of<2>(top_first), byte_of<1>(top_last), x),
                             between(byte_of<2>(bottom_first), byte_of<1>(bottom_last), x), y);
  hn::StoreU(red, f, out[0] + i);
  hn::StoreU(green, f, out[1] + i);
  hn::StoreU(blue, f, out[2] + i);
}

// Pixels are fetched by plain eight-byte loads into an array that lies in the first cache: quicker than the gather
// instructions of processors that have them, and the same on all others.
void LookUpBilinear(const Walk& walk, const PlanarRow& out) {
  Places places;
  HWY_ALIGN Pair above;
  HWY_ALIGN Pair below;
  find_places(walk, places);
  for (std::int64_t i = 0; i < walk.count; ++i) {
    const std::uint8_t* pixel = walk.base + places.offset[i];
    std::memcpy(above + 2 * i, pixel, 8);
    std::memcpy(below + 2 * i, pixel + walk.stride, 8);
  }
  for (std::int64_t i = 0; i < walk.count; i += lanes()) add_bilinear(places, above, below, i, out);
}

/// Keys' weights of the four pixels around a place, which is t to the right of the second.
struct CubicWeights {
  Float first, second, third, fourth;
};

HWY_INLINE CubicWeights cubic_weights(Float t) {
  const Floats f;
  const Float half = hn::Set(f, 0.5F);
  const Float u = hn::Set(f, 1.0F) - t;
  CubicWeights weights;
  weights.first = hn::Set(f, -0.5F) * t * u * u;
  weights.second = hn::MulAdd(t * t, hn::MulSub(hn::Set(f, 1.5F), t, hn::Set(f, 2.5F)), hn::Set(f, 1.0F));
  weights.third = hn::MulAdd(u * u, hn::MulSub(hn::Set(f, 1.5F), u, hn::Set(f, 2.5F)), hn::Set(f, 1.0F));
  weights.fourth = hn::Neg(half) * u * t * t;
  return weights;
}

HWY_INLINE Float weighted(const CubicWeights& weights, Float a, Float b, Float c, Float d) {
  return hn::MulAdd(weights.first, a, hn::MulAdd(weights.second, b, hn::MulAdd(weights.third, c, weights.fourth * d)));
}

/// Four pixels beside each other, sixteen bytes of which twelve count.
using Quad = std::uint32_t[4 * kWalkLength];

struct Colour {
  Float red, green, blue;
};

HWY_INLINE Colour look_along(const Quad& row, std::int64_t i, const CubicWeights& weights) {
  Word a;
  Word b;
  Word c;
  Word unused;
  hn::LoadInterleaved4(Words(), row + 4 * i, a, b, c, unused);
  return {weighted(weights, byte_of<0>(a), byte_of<3>(a), byte_of<2>(b), byte_of<1>(c)),
          weighted(weights, byte_of<1>(a), byte_of<0>(b), byte_of<3>(b), byte_of<2>(c)),
          weighted(weights, byte_of<2>(a), byte_of<1>(b), byte_of<0>(c), byte_of<3>(c))};
}

HWY_INLINE void add_bicubic(const Places& places, const Quad (&quads)[4], std::int64_t i, const PlanarRow& out) {
  const Floats f;
  const CubicWeights across = cubic_weights(hn::Load(f, places.x + i));
  const CubicWeights down = cubic_weights(hn::Load(f, places.y + i));
  const Colour a = look_along(quads[0], i, across);
  const Colour b = look_along(quads[1], i, across);
  const Colour c = look_along(quads[2], i, across);
  const Colour d = look_along(quads[3], i, across);
  hn::StoreU(weighted(down, a.red, b.red, c.red, d.red), f, out[0] + i);
  hn::StoreU(weighted(down, a.green, b.green, c.green, d.green), f, out[1] + i);
  hn::StoreU(weighted(down, a.blue, b.blue, c.blue, d.blue), f, out[2] + i);
}

void LookUpBicubic(const Walk& walk, const PlanarRow& out) {
  Places places;
  HWY_ALIGN Quad quads[4];
  find_places(walk, places);
  for (std::int64_t i = 0; i < walk.count; ++i) {
    const std::uint8_t* pixel = walk.base + places.offset[i] - walk.stride - 3;
    for (Quad& row : quads) {
      std::memcpy(row + 4 * i, pixel, 16);
      pixel += walk.stride;
    }
  }
  for (std::int64_t i = 0; i < walk.count; i += lanes()) add_bicubic(places, quads, i, out);
}

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

/// The upper half of a float, rounded to the nearest, ties to even.
HWY_INLINE auto bfloat16_of(Float number) {
  const Words w;
  const Word bits = hn::BitCast(w, number);
  const Word upper = hn::ShiftRight<16>(bits);
  const Word rounded = bits + hn::Set(w, 0x7FFFU) + hn::And(upper, hn::Set(w, 1U));
  // The narrowing instruction takes signed numbers and would hold those from 0x8000 on at it: the sign goes along.
  const Ints n;
  return hn::DemoteTo(hn::Rebind<std::int16_t, Ints>(), hn::ShiftRight<16>(hn::BitCast(n, rounded)));
}

HWY_INLINE void store_interleaved(Float red, Float green, Float blue, std::uint16_t* out) {
  const hn::Rebind<std::uint16_t, Floats> h;
  hn::StoreInterleaved3(hn::BitCast(h, bfloat16_of(red)), hn::BitCast(h, bfloat16_of(green)),
                        hn::BitCast(h, bfloat16_of(blue)), h, out);
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
