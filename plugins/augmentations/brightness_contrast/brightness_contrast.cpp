// Brightness and contrast as torchvision's ColorJitter defines them: all levels times a factor; then distances from the
// picture's mean grey times a factor. The mean is that of the whole picture, whatever part of it the view shows, and
// nothing is clamped in between.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct BrightnessContrastOptions {
  assay::Range brightness = 0.2;
  assay::Range contrast = 0.2;
};

void describe(assay::Fields<BrightnessContrastOptions>& f) {
  f.either("brightness", &BrightnessContrastOptions::brightness)
      .in(0, 10)
      .help("factor of brightness; one number: that much around 1");
  f.either("contrast", &BrightnessContrastOptions::contrast)
      .in(0, 10)
      .help("factor of contrast; one number: that much around 1");
}

assay::ColourMatrix scaling_about(double factor, double centre) {
  const double offset = (1 - factor) * centre;
  return {{factor, 0, 0, 0, factor, 0, 0, 0, factor}, {offset, offset, offset}};
}

/// ITU-R BT.601 luma, as Pillow and torchvision make grey.
double grey_of(const assay::Levels& rgb) { return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]; }

class BrightnessContrast : public assay::Augmentation {
 public:
  explicit BrightnessContrast(const BrightnessContrastOptions& options)
      : brightness_(around(options.brightness, 1, 0)), contrast_(around(options.contrast, 1, 0)) {}

  void sample(assay::View& view, assay::Random& random) const override {
    view.add(scaling_about(brightness_.draw(random), 0));
    view.add(scaling_about(contrast_.draw(random), grey_of(view.mean_colour())));
  }

 private:
  assay::Ends brightness_;
  assay::Ends contrast_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, BrightnessContrast, BrightnessContrastOptions, "brightness_contrast", "1.0.0");
