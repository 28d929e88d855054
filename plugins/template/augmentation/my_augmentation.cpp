#include "my_augmentation.h"

#include <cmath>

void describe(assay::Fields<MyAugmentationOptions>& fields) {
  fields.number("max_factor", &MyAugmentationOptions::max_factor)
      .in(1.0, 4.0)
      .help("largest magnification; each view draws one between 1 and this, all ratios equally likely");
}

void MyAugmentation::sample(assay::View& view, assay::Random& random) const {
  const double factor = std::pow(options_.max_factor, random.uniform());
  const double width = view.width() / factor;
  const double height = view.height() / factor;
  view.crop((view.width() - width) / 2, (view.height() - height) / 2, width, height);
}

ASSAY_PLUGIN(assay::Augmentation, MyAugmentation, MyAugmentationOptions, "my_augmentation", "1.0.0");
