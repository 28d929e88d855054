#include "colour_kernels.h"

#include <cmath>
#include <numbers>
#include <variant>

// See row_kernels.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "colour_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::ScalableTag<std::int32_t>;
using Words = hn::ScalableTag<std::uint32_t>;
#if HWY_TARGET != HWY_SCALAR
using DoubleWords = hn::ScalableTag<std::uint64_t>;
#endif
using Float = hn::Vec<Floats>;
using Word = hn::Vec<Words>;

HWY_INLINE Float all(double number) { return hn::Set(Floats(), static_cast<float>(number)); }

struct Colour {
  Float red, green, blue;
};

template <class Change>
HWY_INLINE void change_row(const PlanarRow& row, std::int64_t count, const Change& change) {
  const Floats f;
  const auto step = static_cast<std::int64_t>(hn::Lanes(f));
  for (std::int64_t i = 0; i < count; i += step) {
    const Colour out = change(Colour{hn::LoadU(f, row[0] + i), hn::LoadU(f, row[1] + i), hn::LoadU(f, row[2] + i)}, i);
    hn::StoreU(out.red, f, row[0] + i);
    hn::StoreU(out.green, f, row[1] + i);
    hn::StoreU(out.blue, f, row[2] + i);
  }
}

HWY_INLINE Float product(const ColourMatrix& matrix, std::size_t channel, const Colour& in) {
  const double* row = &matrix.matrix[3 * channel];
  const Float blue = hn::MulAdd(all(row[2]), in.blue, all(matrix.offset[channel]));
  return hn::MulAdd(all(row[0]), in.red, hn::MulAdd(all(row[1]), in.green, blue));
}

HWY_INLINE Colour product(const ColourMatrix& matrix, const Colour& in) {
  return {product(matrix, 0, in), product(matrix, 1, in), product(matrix, 2, in)};
}

void ApplyMatrix(const ColourMatrix& matrix, const PlanarRow& row, std::int64_t count) {
  change_row(row, count, [&](const Colour& in, std::int64_t) { return product(matrix, in); });
}

HWY_INLINE Float gamma(Float level, Float exponent) {
  const Floats f;
  const Float share = level * all(1.0 / 255);
  const auto is_light = hn::Gt(share, hn::Zero(f));
  const Float held = hn::Max(share, all(1e-30));  // the logarithm is for positive numbers
  // Beyond it the level is above the highest anyway, and the exponential isn't defined for all numbers.
  const Float power = hn::Min(exponent * hn::Log(f, held), all(10));
  return hn::IfThenElseZero(is_light, hn::Min(all(255) * hn::Exp(f, power), all(highest_level)));
}

void ApplyGamma(const Gamma& stage, const PlanarRow& row, std::int64_t count) {
  const Float exponent = all(stage.exponent);
  change_row(row, count, [&](const Colour& in, std::int64_t) {
    return Colour{gamma(in.red, exponent), gamma(in.green, exponent), gamma(in.blue, exponent)};
  });
}

/// Sixths of a turn from red to the colour's hue.
HWY_INLINE Float hue_of(const Colour& in, Float value, Float chroma) {
  const Floats f;
  const Float per_chroma = all(1) / hn::IfThenElse(hn::Gt(chroma, hn::Zero(f)), chroma, all(1));
  const Float from_red = (in.green - in.blue) * per_chroma;
  const Float from_green = hn::MulAdd(in.blue - in.red, per_chroma, all(2));
  const Float from_blue = hn::MulAdd(in.red - in.green, per_chroma, all(4));
  return hn::IfThenElse(hn::Eq(value, in.red), from_red,
                        hn::IfThenElse(hn::Eq(value, in.green), from_green, from_blue));
}

HWY_INLINE Float channel_at(double offset, Float hue, Float value, Float chroma) {
  const Floats f;
  Float k = hue + all(offset);
  k = k - all(6) * hn::Floor(k * all(1.0 / 6));
  const Float ramp = hn::Min(k, all(4) - k);
  return value - chroma * hn::Min(hn::Max(ramp, hn::Zero(f)), all(1));
}

void ApplyHueTurn(const HueTurn& stage, const PlanarRow& row, std::int64_t count) {
  const Floats f;
  const Float turn = all(6 * (stage.turns - std::floor(stage.turns)));
  change_row(row, count, [&](const Colour& unbounded, std::int64_t) {
    const Float black = hn::Zero(f);
    const Colour in{hn::Max(unbounded.red, black), hn::Max(unbounded.green, black), hn::Max(unbounded.blue, black)};
    const Float value = hn::Max(in.red, hn::Max(in.green, in.blue));
    const Float chroma = value - hn::Min(in.red, hn::Min(in.green, in.blue));
    const Float hue = hue_of(in, value, chroma) + turn;
    return Colour{channel_at(5, hue, value, chroma), channel_at(3, hue, value, chroma),
                  channel_at(1, hue, value, chroma)};
  });
}

HWY_INLINE Float density_of(Float level) {
  const Floats f;
  const Float held = hn::Min(hn::Max(level, hn::Zero(f)), all(255));
  return hn::Neg(hn::Log(f, (held + all(1)) * all(1.0 / 256)));
}

HWY_INLINE Float level_of(Float density) {
  const Floats f;
  // Beyond that all is the highest level or black, and the exponential isn't defined for all numbers.
  const Float held = hn::Min(hn::Max(density, all(-40)), all(40));
  return hn::Min(hn::MulSub(all(256), hn::Exp(f, hn::Neg(held)), all(1)), all(highest_level));
}

void ApplyDensityMatrix(const DensityMatrix& stage, const PlanarRow& row, std::int64_t count) {
  change_row(row, count, [&](const Colour& in, std::int64_t) {
    const Colour out = product(stage.matrix, {density_of(in.red), density_of(in.green), density_of(in.blue)});
    return Colour{level_of(out.red), level_of(out.green), level_of(out.blue)};
  });
}

struct WideProduct {
  Word low, high;
};

HWY_INLINE WideProduct multiply(Word a, std::uint32_t b) {
  const Words w;
#if HWY_TARGET == HWY_SCALAR
  const std::uint64_t product = std::uint64_t{hn::GetLane(a)} * b;
  return {hn::Set(w, static_cast<std::uint32_t>(product)), hn::Set(w, static_cast<std::uint32_t>(product >> 32))};
#else
  const DoubleWords d;
  const Word factor = hn::Set(w, b);
  const auto even = hn::MulEven(a, factor);
  const auto odd = hn::MulEven(hn::BitCast(w, hn::ShiftRight<32>(hn::BitCast(d, a))), factor);
  return {hn::OddEven(hn::BitCast(w, hn::ShiftLeft<32>(odd)), hn::BitCast(w, even)),
          hn::OddEven(hn::BitCast(w, odd), hn::BitCast(w, hn::ShiftRight<32>(even)))};
#endif
}

struct Block {
  Word words[4];
};

/// As philox (assay/random.h), for as many counters at once as there are lanes; the other words of a counter are 0.
HWY_INLINE Block philox_of(Word counter, std::uint64_t seed) {
  const Words w;
  Block block{{counter, hn::Zero(w), hn::Zero(w), hn::Zero(w)}};
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const WideProduct a = multiply(block.words[0], 0xD2511F53U);
    const WideProduct b = multiply(block.words[2], 0xCD9E8D57U);
    block = {{hn::Xor(hn::Xor(b.high, block.words[1]), hn::Set(w, key0)), b.low,
              hn::Xor(hn::Xor(a.high, block.words[3]), hn::Set(w, key1)), a.low}};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return block;
}

/// (bits + 0.5) / 2^32. In two halves, since vectors convert signed numbers only.
HWY_INLINE Float uniform(Word bits) {
  const Floats f;
  const Ints n;
  const Float high = hn::ConvertTo(f, hn::BitCast(n, hn::ShiftRight<16>(bits)));
  const Float low = hn::ConvertTo(f, hn::BitCast(n, hn::And(bits, hn::Set(Words(), 0xFFFFU))));
  return hn::MulAdd(high, all(0x1p-16), (low + all(0.5)) * all(0x1p-32));
}

HWY_INLINE Float radius_of(Word bits) {
  const Floats f;
  return hn::Sqrt(hn::Max(hn::Zero(f), all(-2) * hn::Log(f, uniform(bits))));
}

HWY_INLINE Float angle_of(Word bits) { return all(2 * std::numbers::pi) * uniform(bits); }

void AddNoise(std::uint64_t seed, float deviation, std::uint32_t first, const PlanarRow& row, std::int64_t count) {
  const Floats f;
  change_row(row, count, [&](const Colour& in, std::int64_t i) {
    const Word counter = hn::Iota(Words(), first + static_cast<std::uint32_t>(i));
    const Block block = philox_of(counter, seed);
    const Float warm = radius_of(block.words[0]) * all(deviation);
    const Float cold = radius_of(block.words[2]) * all(deviation);
    const Float angle = angle_of(block.words[1]);
    return Colour{hn::MulAdd(warm, hn::Cos(f, angle), in.red), hn::MulAdd(warm, hn::Sin(f, angle), in.green),
                  hn::MulAdd(cold, hn::Cos(f, angle_of(block.words[3])), in.blue)};
  });
}

}  // namespace
}  // namespace assay::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::data {

HWY_EXPORT(ApplyMatrix);
HWY_EXPORT(ApplyGamma);
HWY_EXPORT(ApplyHueTurn);
HWY_EXPORT(ApplyDensityMatrix);
HWY_EXPORT(AddNoise);

namespace {

/// Applies a stage to a row.
struct Recolour {
  const PlanarRow& row;
  std::int64_t count;

  void operator()(const ColourMatrix& stage) const { HWY_DYNAMIC_DISPATCH(ApplyMatrix)(stage, row, count); }
  void operator()(const Gamma& stage) const { HWY_DYNAMIC_DISPATCH(ApplyGamma)(stage, row, count); }
  void operator()(const HueTurn& stage) const { HWY_DYNAMIC_DISPATCH(ApplyHueTurn)(stage, row, count); }
  void operator()(const DensityMatrix& stage) const { HWY_DYNAMIC_DISPATCH(ApplyDensityMatrix)(stage, row, count); }
};

}  // namespace

void recolour(const ColourStage& stage, const PlanarRow& row, std::int64_t count) {
  std::visit(Recolour{row, count}, stage);
}

void add_noise(std::uint64_t seed, float deviation, std::uint32_t first, const PlanarRow& row, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(AddNoise)(seed, deviation, first, row, count);
}

}  // namespace assay::data
#endif
