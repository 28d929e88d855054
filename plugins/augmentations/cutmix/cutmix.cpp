// Shows a rectangle of another picture of the training batch in each picture, and shares the labels by area: Yun et al.
// 2019, "CutMix: regularization strategy to train strong classifiers with localizable features", equations 1 and 2: of
// area 1 - Beta(alpha, alpha) and the picture's proportions, centred anywhere, cut at the edges. Partners are a random
// permutation of the batch, as in the authors' code; rectangles are drawn for each picture, where theirs and
// torchvision's CutMix draw one a batch.
#include <algorithm>
#include <cmath>

#include "assay/data/augmentation.h"
#include "assay/data/beta_distribution.h"
#include "assay/data/mixing.h"

namespace {

struct CutmixOptions {
  double alpha = 1.0;
};

void describe(assay::Fields<CutmixOptions>& f) {
  f.number("alpha", &CutmixOptions::alpha)
      .in(0.001, 100)
      .help("the share of area kept is drawn from Beta(alpha, alpha): at 1 all shares are equally likely");
}

class Cutmix : public assay::Augmentation {
 public:
  explicit Cutmix(const CutmixOptions& options) : options_(options) {}

  bool has_pairs() const override { return true; }

  void pair(std::span<assay::Mix> batch, assay::Random& random) const override {
    assay::shuffle_partners(batch, random);
    for (assay::Mix& mix : batch) mix.patch = draw_patch(random);
  }

 private:
  assay::Patch draw_patch(assay::Random& random) const {
    const double side = std::sqrt(1 - assay::draw_beta(random, options_.alpha, options_.alpha));
    const double x = random.uniform();
    const double y = random.uniform();
    return {std::max(x - side / 2, 0.0), std::max(y - side / 2, 0.0), std::min(x + side / 2, 1.0),
            std::min(y + side / 2, 1.0)};
  }

  CutmixOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Cutmix, CutmixOptions, "cutmix", "1.0.0");
