// Each channel as a share of white to the power of gamma: torchvision's adjust_gamma with gain 1, drawn as
// Albumentations' RandomGamma draws it (whose limits are per cent). Above 1 darkens the middle, below 1 brightens it.
#include "assay/data/augmentation.h"
#include "assay/range.h"

namespace {

struct GammaOptions {
  assay::Range gamma = 0.2;
};

constexpr double kSmallest = 0.05;  // 0 would make every level white

void describe(assay::Fields<GammaOptions>& f) {
  f.either("gamma", &GammaOptions::gamma)
      .in(0, 20)
      .help("the exponent; one number: that much around 1; never below 0.05");
}

class GammaChange : public assay::Augmentation {
 public:
  explicit GammaChange(const GammaOptions& options) : gamma_(around(options.gamma, 1, kSmallest)) {}

  void sample(assay::View& view, assay::Random& random) const override { view.add(assay::Gamma{gamma_.draw(random)}); }

 private:
  assay::Ends gamma_;
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, GammaChange, GammaOptions, "gamma", "1.0.0");
