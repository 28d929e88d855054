// bfloat16 for kernels; included once for each instruction set (see row_kernels.cpp), hence the unusual guard.
#if defined(ASSAY_DATA_BFLOAT16_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ASSAY_DATA_BFLOAT16_INL_H
#undef ASSAY_DATA_BFLOAT16_INL_H
#else
#define ASSAY_DATA_BFLOAT16_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace assay::data::HWY_NAMESPACE {

/// The upper halves of floats, rounded to the nearest, ties to even.
template <class Floats>
HWY_INLINE auto bfloat16_of(Floats, hwy::HWY_NAMESPACE::Vec<Floats> number) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Floats> w;
  const hn::RebindToSigned<Floats> n;
  const auto bits = hn::BitCast(w, number);
  const auto is_odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(w, 1U));
  const auto rounded = hn::Add(hn::Add(bits, hn::Set(w, 0x7FFFU)), is_odd);
  // The narrowing instruction holds numbers within 16 bits with sign, so that the sign has to go along.
  const auto upper = hn::ShiftRight<16>(hn::BitCast(n, rounded));
  return hn::BitCast(hn::Rebind<std::uint16_t, Floats>(), hn::DemoteTo(hn::Rebind<std::int16_t, Floats>(), upper));
}

}  // namespace assay::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
