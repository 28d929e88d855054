#include "my_augmentation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <assay/built_plugin.h>

namespace {

/// One view of a picture of 40 x 30 pixels, as sample number `sample` gets it.
assay::View view_of(const assay::Augmentation& augmentation, std::uint32_t sample) {
  assay::View view(40, 30);
  assay::Random random(assay::StreamName{.seed = 1, .sample = sample});
  augmentation.sample(view, random);
  return view;
}

/// The built library, made as an experiment with these keys makes it.
std::shared_ptr<assay::Augmentation> plugin_with(const std::string& options) {
  return assay::built_plugin<assay::Augmentation>(ASSAY_PLUGIN_FOLDER, "my_augmentation", options);
}

TEST(MyAugmentation, LooksAtTheMiddleInThePicturesProportions) {
  const assay::View view = view_of(MyAugmentation({.max_factor = 2.0}), 7);
  const assay::Affine& map = view.to_source();
  EXPECT_NEAR(map.xx * view.width() / 2 + map.x0, 20, 1e-9);
  EXPECT_NEAR(map.yy * view.height() / 2 + map.y0, 15, 1e-9);
  EXPECT_NEAR(view.width() / view.height(), 40.0 / 30.0, 1e-9);
}

TEST(MyAugmentation, MagnifiesBetweenOneAndTheLargestFactor) {
  double smallest = 10;
  double largest = 0;
  int below_the_root = 0;
  for (std::uint32_t sample = 0; sample < 1000; ++sample) {
    const double factor = 40 / view_of(MyAugmentation({.max_factor = 2.0}), sample).width();
    smallest = std::min(smallest, factor);
    largest = std::max(largest, factor);
    below_the_root += factor < std::sqrt(2.0) ? 1 : 0;
  }
  EXPECT_GE(smallest, 1.0);
  EXPECT_LT(smallest, 1.01);
  EXPECT_LE(largest, 2.0);
  EXPECT_GT(largest, 1.98);
  EXPECT_NEAR(below_the_root, 500, 80);  // half of all ratios; five standard deviations of a fair coin
}

TEST(MyAugmentation, GivesTheSameViewForTheSameStream) {
  const MyAugmentation augmentation({.max_factor = 2.0});
  EXPECT_EQ(view_of(augmentation, 3).width(), view_of(augmentation, 3).width());
  EXPECT_NE(view_of(augmentation, 3).width(), view_of(augmentation, 4).width());
}

TEST(MyAugmentation, IsTheSameWhenItIsLoadedAsAPlugin) {
  const auto plugin = plugin_with("max_factor = 3");
  EXPECT_EQ(view_of(*plugin, 5).width(), view_of(MyAugmentation({.max_factor = 3.0}), 5).width());
}

TEST(MyAugmentation, RefusesToShrink) { EXPECT_THROW(plugin_with("max_factor = 0.5"), assay::InvalidInput); }

}  // namespace
