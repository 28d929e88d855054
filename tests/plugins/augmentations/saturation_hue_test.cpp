// The saturation_hue plugin: its factors and turns. What it makes of a picture is compared with torchvision's in
// peers_test.
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

TEST(SaturationHue, DrawsBothInTheirRanges) {
  const View view(4, 4);
  const auto saturation = [](const View& v) {
    return (coloured(v, {200, 50, 90})[0] - coloured(v, {200, 50, 90})[1]) / 150;
  };
  expect_uniform(*augmentation("saturation_hue", "saturation = 0.5\nhue = 0"), view, 0.5, 1.5, saturation);
  const auto turns = [](const View& v) { return std::get<HueTurn>(v.stages().back()).turns; };
  expect_uniform(*augmentation("saturation_hue", "hue = 0.1"), view, -0.1, 0.1, turns);
  expect_uniform(*augmentation("saturation_hue", "hue = [0.1, 0.3]"), view, 0.1, 0.3, turns);
}

TEST(SaturationHue, LeavesGreyAlone) {
  const View view = sampled(*augmentation("saturation_hue", "saturation = [0.1, 3]\nhue = 0.5"), View(4, 4), 5);
  for (const double level : coloured(view, {77, 77, 77})) EXPECT_NEAR(level, 77, 1e-9);
}

TEST(SaturationHue, AddsNoStageForATurnOfNothing) {
  EXPECT_EQ(sampled(*augmentation("saturation_hue", "hue = 0"), View(4, 4), 5).stages().size(), 1U);
}

TEST(SaturationHue, RefusesTurnsOfMoreThanHalf) {
  EXPECT_THROW(augmentation("saturation_hue", "hue = 0.6"), InvalidInput);
  EXPECT_THROW(augmentation("saturation_hue", "hue = -0.2"), InvalidInput);
}

}  // namespace
}  // namespace assay
