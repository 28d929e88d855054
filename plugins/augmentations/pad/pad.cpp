// Widens the frame, so that a margin is seen around the picture; then, with `square`, to a square, so that nothing is
// stretched. torchvision's Pad, Albumentations' CropAndPad and PadIfNeeded. The margin shows what the source has there
// (behind a crop it has), and beyond the source its border's median colour; with `clip` that colour only.
#include <algorithm>

#include "assay/data/augmentation.h"

namespace {

struct PadOptions {
  double percent = 0.1;
  double padding = 0;
  bool square = false;
  bool clip = false;
  std::optional<double> fill;
};

void describe(assay::Fields<PadOptions>& f) {
  f.number("percent", &PadOptions::percent).in(0, 4).unit("share of the side").help("margin on each of the four sides");
  f.number("padding", &PadOptions::padding)
      .in(0, 10'000)
      .unit("px of the source")
      .help("further margin on each of the four sides");
  f.boolean("square", &PadOptions::square).help("then widen the shorter side until the frame is a square");
  f.boolean("clip", &PadOptions::clip).help("the margin is filled, even where the picture goes on");
  f.number("fill", &PadOptions::fill)
      .in(0, 255)
      .help("grey level shown outside the picture by the whole view; default: the median colour of its border");
}

class Pad : public assay::Augmentation {
 public:
  explicit Pad(const PadOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random&) const override {
    if (options_.clip) view.clip();
    if (options_.fill) view.set_fill({*options_.fill, *options_.fill, *options_.fill});
    widen(view, options_.percent * view.width() + options_.padding,
          options_.percent * view.height() + options_.padding);
    if (!options_.square) return;
    const double side = std::max(view.width(), view.height());
    widen(view, (side - view.width()) / 2, (side - view.height()) / 2);
  }

 private:
  /// By so much to the left and to the right, and to the top and to the bottom.
  static void widen(assay::View& view, double x, double y) {
    view.crop(-x, -y, view.width() + 2 * x, view.height() + 2 * y);
  }

  PadOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Pad, PadOptions, "pad", "1.0.0");
