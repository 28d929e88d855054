// Mirror images: cells have no up and no left. With all three at one half, the eight symmetries of the square are
// equally likely.
#include "assay/data/augmentation.h"

namespace {

struct FlipOptions {
  double horizontal = 0.5;
  double vertical = 0.5;
  double transpose = 0.5;
};

void describe(assay::Fields<FlipOptions>& f) {
  f.number("horizontal", &FlipOptions::horizontal).in(0, 1).help("probability of exchanging left and right");
  f.number("vertical", &FlipOptions::vertical).in(0, 1).help("probability of exchanging top and bottom");
  f.number("transpose", &FlipOptions::transpose).in(0, 1).help("probability of exchanging rows and columns");
}

class Flip : public assay::Augmentation {
 public:
  explicit Flip(const FlipOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override {
    if (random.chance(options_.horizontal)) view.flip_horizontal();
    if (random.chance(options_.vertical)) view.flip_vertical();
    if (random.chance(options_.transpose)) view.transpose();
  }

 private:
  FlipOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Flip, FlipOptions, "flip", "1.0.0");
