// Hides squares of the frame: DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with
// cutout": each is centred anywhere in the frame, so that parts of it may lie outside. With a `ratio` above 1
// rectangles, as in Zhong et al. 2020, "Random erasing data augmentation"; torchvision's RandomErasing, Albumentations'
// CoarseDropout.
#include <cmath>

#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct CutoutOptions {
  std::int64_t count = 1;
  assay::Range size = 0.25;
  double ratio = 1;
  std::optional<double> fill;
};

void describe(assay::Fields<CutoutOptions>& f) {
  f.integer("count", &CutoutOptions::count).in(1, 64).help("holes in each view");
  f.either("size", &CutoutOptions::size)
      .in(0, 1)
      .unit("share of the side")
      .help("side of a hole; one number: always that");
  f.number("ratio", &CutoutOptions::ratio)
      .in(1, 20)
      .help("largest ratio of a hole's longer side to its shorter one, its area staying; either may be the width");
  f.number("fill", &CutoutOptions::fill)
      .in(0, 255)
      .help("grey level shown there; default: what is shown outside the picture, the median colour of its border");
}

class Cutout : public assay::Augmentation {
 public:
  explicit Cutout(const CutoutOptions& options)
      : count_(options.count), size_(exactly(options.size)), widest_(std::log(options.ratio)) {
    if (options.fill) colour_ = assay::Levels{*options.fill, *options.fill, *options.fill};
  }

  void sample(assay::View& view, assay::Random& random) const override {
    for (std::int64_t hole = 0; hole < count_; ++hole) {
      const double size = size_.draw(random);
      const double stretch = std::exp(random.uniform(-widest_, widest_) / 2);
      const double width = size * stretch * view.width();
      const double height = size / stretch * view.height();
      const double left = random.uniform(0, view.width()) - width / 2;
      const double top = random.uniform(0, view.height()) - height / 2;
      if (size > 0) view.cut_out(left, top, width, height, colour_);
    }
  }

 private:
  std::int64_t count_;
  assay::Ends size_;
  double widest_;
  std::optional<assay::Levels> colour_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Cutout, CutoutOptions, "cutout", "1.0.0");
