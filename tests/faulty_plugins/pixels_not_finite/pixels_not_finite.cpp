// Makes pixels that hold a NaN.
#include <limits>

#include "assay/data/augmentation.h"

namespace {

struct PixelsNotFiniteOptions {};

void describe(assay::Fields<PixelsNotFiniteOptions>&) {}

class PixelsNotFinite : public assay::Augmentation {
 public:
  explicit PixelsNotFinite(const PixelsNotFiniteOptions&) {}

  bool has_pixels() const override { return true; }

  void apply(const assay::Pixels& pixels, assay::Random&) const override {
    pixels.rgb.back() = std::numeric_limits<float>::quiet_NaN();
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, PixelsNotFinite, PixelsNotFiniteOptions, "pixels_not_finite", "1.0.0");
