// An augmentation that looks closer at the middle of the picture, as another objective would.
#pragma once

#include <assay/data/augmentation.h>

struct MyAugmentationOptions {
  double max_factor = 1.5;
};

void describe(assay::Fields<MyAugmentationOptions>& fields);

class MyAugmentation : public assay::Augmentation {
 public:
  explicit MyAugmentation(const MyAugmentationOptions& options) : options_(options) {}

  void sample(assay::View& view, assay::Random& random) const override;

 private:
  MyAugmentationOptions options_;
};
