// Random-resized crop: a random part of the frame, of random area and aspect, becomes the whole picture. Szegedy et al.
// 2015, "Going deeper with convolutions", section 6; drawn as torchvision's RandomResizedCrop draws it, but not rounded
// to pixels. With `fraction` a part of known size (RandomCrop), with `center` the one in the middle (CenterCrop).
#include <algorithm>
#include <cmath>
#include <optional>

#include "assay/data/augmentation.h"

namespace {

struct CropOptions {
  double min_area = 0.6;
  double max_area = 1.0;
  double aspect = 4.0 / 3.0;
  std::optional<double> fraction;
  bool center = false;
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
  f.number("fraction", &CropOptions::fraction)
      .in(0.01, 1.0)
      .excludes({"min_area", "max_area", "aspect"})
      .help("share of each side kept, instead of what min_area, max_area and aspect draw");
  f.boolean("center", &CropOptions::center).help("the part in the middle, instead of one anywhere");
}

class Crop : public assay::Augmentation {
 public:
  explicit Crop(const CropOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override {
    const std::optional<Size> drawn = options_.fraction ? share_of(view) : draw_size(view, random);
    const Size part = drawn.value_or(largest_size(view));
    if (options_.center || !drawn) {
      view.crop((view.width() - part.width) / 2, (view.height() - part.height) / 2, part.width, part.height);
      return;
    }
    const double left = random.uniform(0, view.width() - part.width);
    const double top = random.uniform(0, view.height() - part.height);
    view.crop(left, top, part.width, part.height);
  }

 private:
  struct Size {
    double width;
    double height;
  };

  std::optional<Size> share_of(const assay::View& view) const {
    return Size{view.width() * *options_.fraction, view.height() * *options_.fraction};
  }

  /// Nothing where no part that was tried fits.
  std::optional<Size> draw_size(const assay::View& view, assay::Random& random) const {
    // torchvision's number of attempts before it gives up on drawing a part that fits.
    constexpr int kAttempts = 10;
    const double area = view.width() * view.height();
    const double widest = std::log(options_.aspect);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const double part = area * random.uniform(options_.min_area, options_.max_area);
      const double aspect = std::exp(random.uniform(-widest, widest));
      const Size size{std::sqrt(part * aspect), std::sqrt(part / aspect)};
      if (size.width <= view.width() && size.height <= view.height()) return size;
    }
    return std::nullopt;
  }

  /// The largest part whose aspect is allowed.
  Size largest_size(const assay::View& view) const {
    return {std::min(view.width(), view.height() * options_.aspect),
            std::min(view.height(), view.width() * options_.aspect)};
  }

  CropOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Crop, CropOptions, "crop", "1.1.0");
