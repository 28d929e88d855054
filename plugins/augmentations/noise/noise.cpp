// Gaussian noise, independent for each pixel and channel of the network's input, with a standard deviation drawn as
// Albumentations' GaussNoise draws it (std_range); torchvision's GaussianNoise calls it sigma. Its mean is 0.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct NoiseOptions {
  assay::Range std = assay::Ends{0.0, 0.05};
};

void describe(assay::Fields<NoiseOptions>& f) {
  f.either("std", &NoiseOptions::std)
      .in(0, 1)
      .unit("share of white")
      .help("standard deviation of the noise; one number: always that");
}

class Noise : public assay::Augmentation {
 public:
  explicit Noise(const NoiseOptions& options) : std_(exactly(options.std)) {}

  void sample(assay::View& view, assay::Random& random) const override {
    const double deviation = 255 * std_.draw(random);
    const std::uint64_t high = random();
    view.add_noise(deviation, (high << 32) | random());
  }

 private:
  assay::Ends std_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Noise, NoiseOptions, "noise", "1.0.0");
