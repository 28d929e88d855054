// Saturation and hue as torchvision's ColorJitter defines them: distances from the pixel's own grey times a factor;
// then the hue turned in HSV. Nothing is clamped in between, but that levels below 0 count as 0 when the hue is turned.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct SaturationHueOptions {
  assay::Range saturation = 0.2;
  assay::Range hue = 0.02;
};

void describe(assay::Fields<SaturationHueOptions>& f) {
  f.either("saturation", &SaturationHueOptions::saturation)
      .in(0, 10)
      .help("factor of saturation, 0 is grey; one number: that much around 1");
  f.either("hue", &SaturationHueOptions::hue)
      .in(-0.5, 0.5)
      .unit("turns")
      .help("turn of the hue, 1 is all the way round; one number: that much to either side");
}

/// Blends with the pixel's grey (ITU-R BT.601 luma).
assay::ColourMatrix saturation_by(double factor) {
  const double r = 0.299 * (1 - factor);
  const double g = 0.587 * (1 - factor);
  const double b = 0.114 * (1 - factor);
  return {{r + factor, g, b, r, g + factor, b, r, g, b + factor}, {}};
}

class SaturationHue : public assay::Augmentation {
 public:
  explicit SaturationHue(const SaturationHueOptions& options)
      : saturation_(around(options.saturation, 1, 0)), hue_(to_both_sides(options.hue)) {}

  void sample(assay::View& view, assay::Random& random) const override {
    view.add(saturation_by(saturation_.draw(random)));
    const double turns = hue_.draw(random);
    if (turns != 0) view.add(assay::HueTurn{turns});
  }

 private:
  assay::Ends saturation_;
  assay::Ends hue_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, SaturationHue, SaturationHueOptions, "saturation_hue", "1.0.0");
