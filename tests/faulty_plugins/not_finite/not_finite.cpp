// Makes views that hold a NaN.
#include <limits>

#include "assay/data/augmentation.h"

namespace {

struct NotFiniteOptions {};

void describe(assay::Fields<NotFiniteOptions>&) {}

class NotFinite : public assay::Augmentation {
 public:
  explicit NotFinite(const NotFiniteOptions&) {}

  void sample(assay::View& view, assay::Random&) const override {
    view.rotate(std::numeric_limits<double>::quiet_NaN());
  }
};

}  // namespace

ASSAY_PLUGIN(assay::Augmentation, NotFinite, NotFiniteOptions, "not_finite", "1.0.0");
