// Takes the colour away: each channel becomes the pixel's luma by ITU-R BT.601, as Pillow, torchvision's
// RandomGrayscale and Albumentations' ToGray make grey. How often is the entry's `probability`.
#include "assay/data/augmentation.h"

namespace {

struct GreyOptions {};

void describe(assay::Fields<GreyOptions>&) {}

class Grey : public assay::Augmentation {
 public:
  explicit Grey(const GreyOptions&) {}

  void sample(assay::View& view, assay::Random&) const override {
    view.add(assay::ColourMatrix{{0.299, 0.587, 0.114, 0.299, 0.587, 0.114, 0.299, 0.587, 0.114}, {}});
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, Grey, GreyOptions, "grey", "1.0.0");
