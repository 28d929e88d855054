// Mixes each picture of a training batch with another one, and their labels alike: Zhang et al. 2018, "mixup: beyond
// empirical risk minimization", equation 1. Partners are a random permutation of the batch, as in the authors' code;
// the share is drawn for each picture, where theirs and torchvision's MixUp draw one a batch.
#include "assay/data/augmentation.h"
#include "assay/data/beta_distribution.h"
#include "assay/data/mixing.h"

namespace {

struct MixupOptions {
  double alpha = 0.2;
};

void describe(assay::Fields<MixupOptions>& f) {
  f.number("alpha", &MixupOptions::alpha)
      .in(0.001, 100)
      .help("shares are drawn from Beta(alpha, alpha): small ones leave most pictures nearly as they are");
}

class Mixup : public assay::Augmentation {
 public:
  explicit Mixup(const MixupOptions& options) : options_(options) {}

  bool has_pairs() const override { return true; }

  void pair(std::span<assay::Mix> batch, assay::Random& random) const override {
    assay::shuffle_partners(batch, random);
    for (assay::Mix& mix : batch) mix.share = assay::draw_beta(random, options_.alpha, options_.alpha);
  }

 private:
  MixupOptions options_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Mixup, MixupOptions, "mixup", "1.0.0");
