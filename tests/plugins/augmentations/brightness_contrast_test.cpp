// The brightness_contrast plugin: its factors, and about which grey contrast grows. What it makes of a picture is
// compared with torchvision's in peers_test.
#include <gtest/gtest.h>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::coloured;
using test::expect_uniform;
using test::sampled;

double slope(const View& view) { return coloured(view, {101, 0, 0})[0] - coloured(view, {100, 0, 0})[0]; }

TEST(BrightnessContrast, DrawsFactorsAroundOneOrBetweenTwoEnds) {
  const View grey(4, 4);
  expect_uniform(*augmentation("brightness_contrast", "brightness = 0.3\ncontrast = 0"), grey, 0.7, 1.3, slope);
  expect_uniform(*augmentation("brightness_contrast", "brightness = [0.5, 2]\ncontrast = 0"), grey, 0.5, 2, slope);
  expect_uniform(*augmentation("brightness_contrast", "brightness = 0\ncontrast = 0.4"), grey, 0.6, 1.4, slope);
  // As ColorJitter: [max(0, 1 - 2), 1 + 2].
  expect_uniform(*augmentation("brightness_contrast", "brightness = 0\ncontrast = 2"), grey, 0, 3, slope);
}

TEST(BrightnessContrast, KeepsTheWholePicturesMeanGreyWhateverPartIsSeen) {
  // Of the mean (200, 100, 50), 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2.
  View view(40, 40, {200, 100, 50});
  view.crop(3, 3, 5, 5);
  const View after = sampled(*augmentation("brightness_contrast", "brightness = 0\ncontrast = [0.2, 0.2]"), view, 1);
  for (const double level : coloured(after, {124.2, 124.2, 124.2})) EXPECT_NEAR(level, 124.2, 1e-9);
  EXPECT_NEAR(coloured(after, {224.2, 124.2, 24.2})[0], 144.2, 1e-9);
}

TEST(BrightnessContrast, TakesTheMeanOfTheBrightenedPicture) {
  const auto plugin = augmentation("brightness_contrast", "brightness = [1.5, 1.5]\ncontrast = [0, 0]");
  const View after = sampled(*plugin, View(4, 4, {100, 100, 100}), 1);
  EXPECT_NEAR(coloured(after, {0, 77, 255})[1], 150, 1e-9);
  EXPECT_EQ(after.stages().size(), 1U) << "one matrix";
}

TEST(BrightnessContrast, RefusesNegativeFactors) {
  EXPECT_THROW(augmentation("brightness_contrast", "brightness = [-0.5, 1]"), InvalidInput);
  EXPECT_THROW(augmentation("brightness_contrast", "contrast = -1"), InvalidInput);
}

}  // namespace
}  // namespace assay
