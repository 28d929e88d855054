// Rotation about the frame's centre by a uniformly drawn angle, as torchvision's RandomRotation draws it. The corners
// show what the source has there, and beyond the source its border's median colour; with `clip` that colour only.
#include "assay/data/augmentation.h"

namespace {

struct RotateOptions {
  double max_degrees = 45;
  bool clip = false;
};

void describe(assay::Fields<RotateOptions>& f) {
  f.number("max_degrees", &RotateOptions::max_degrees).in(0, 180).unit("degrees").help("largest turn to either side");
  f.boolean("clip", &RotateOptions::clip).help("the corners that open are filled, even where the picture goes on");
}

class Rotate : public assay::Augmentation {
 public:
  explicit Rotate(const RotateOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override {
    if (options_.clip) view.clip();
    view.rotate(random.uniform(-options_.max_degrees, options_.max_degrees));
  }

 private:
  RotateOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Rotate, RotateOptions, "rotate", "1.1.0");
