// Random-resized crop: a random part of the frame, of random area and aspect, becomes the whole picture. Szegedy et al.
// 2015, "Going deeper with convolutions", section 6; drawn as torchvision's RandomResizedCrop draws it, but not rounded
// to pixels.
#include <algorithm>
#include <cmath>

#include "assay/data/augmentation.h"

namespace {

struct CropOptions {
  double min_area = 0.6;
  double max_area = 1.0;
  double aspect = 4.0 / 3.0;
};

void describe(assay::Fields<CropOptions>& f) {
  f.number("min_area", &CropOptions::min_area)
      .in(0.01, 1.0)
      .not_above("max_area")
      .help("smallest share of the area kept");
  f.number("max_area", &CropOptions::max_area).in(0.01, 1.0).help("largest share of the area kept");
  f.number("aspect", &CropOptions::aspect)
      .in(1.0, 10.0)
      .help("largest ratio of the part's longer side to its shorter one; either may be the width");
}

class Crop : public assay::Augmentation {
 public:
  explicit Crop(const CropOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override {
    // torchvision's number of attempts before it gives up on drawing a part that fits.
    constexpr int kAttempts = 10;
    const double area = view.width() * view.height();
    const double widest = std::log(options_.aspect);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const double part = area * random.uniform(options_.min_area, options_.max_area);
      const double aspect = std::exp(random.uniform(-widest, widest));
      const double width = std::sqrt(part * aspect);
      const double height = std::sqrt(part / aspect);
      if (width > view.width() || height > view.height()) continue;
      const double left = random.uniform(0, view.width() - width);
      const double top = random.uniform(0, view.height() - height);
      view.crop(left, top, width, height);
      return;
    }
    crop_center(view);
  }

 private:
  /// The largest part in the middle whose aspect is allowed.
  void crop_center(assay::View& view) const {
    const double width = std::min(view.width(), view.height() * options_.aspect);
    const double height = std::min(view.height(), view.width() * options_.aspect);
    view.crop((view.width() - width) / 2, (view.height() - height) / 2, width, height);
  }

  CropOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Crop, CropOptions, "crop", "1.0.0");
