// Gaussian blur of the network's input, with a standard deviation drawn as torchvision's GaussianBlur draws it. There
// is no kernel_size: the kernel reaches as far as it counts.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct BlurOptions {
  assay::Range sigma = assay::Ends{0.1, 2.0};
};

void describe(assay::Fields<BlurOptions>& f) {
  f.either("sigma", &BlurOptions::sigma)
      .in(0, 50)
      .unit("px of the network's input")
      .help("standard deviation of the Gaussian; one number: always that");
}

class Blur : public assay::Augmentation {
 public:
  explicit Blur(const BlurOptions& options) : sigma_(exactly(options.sigma)) {}

  void sample(assay::View& view, assay::Random& random) const override { view.blur(sigma_.draw(random)); }

 private:
  assay::Ends sigma_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Blur, BlurOptions, "blur", "1.0.0");
