// The affine plugin: what it draws, and about which point; the map itself is compared with torchvision's in peers_test.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::in_source;
using test::sampled;

const std::string kStill = "degrees = 0\ntranslate = 0\nscale = [1, 1]\nshear = 0\nshear_y = 0\n";

std::string with(const std::string& key, const std::string& value) {
  std::string text = kStill;
  const std::size_t start = text.find(key + " = ");
  return text.replace(start, text.find('\n', start) - start, key + " = " + value);
}

template <class Measure>
void expect_uniform(const std::string& options, double low, double high, const Measure& measure) {
  test::expect_uniform(*augmentation("affine", options), View(40, 20), low, high, measure);
}

TEST(Affine, MovesNothingWhenEveryRangeIsEmpty) {
  const View view = sampled(*augmentation("affine", kStill), View(40, 20), 1);
  for (const auto& [x, y] : {std::pair(0.0, 0.0), std::pair(40.0, 7.0)}) {
    EXPECT_NEAR(in_source(view, x, y).x, x, 1e-9);
    EXPECT_NEAR(in_source(view, x, y).y, y, 1e-9);
  }
}

TEST(Affine, DrawsEachMeasureUniformlyInItsRange) {
  const auto angle = [](const View& v) {
    return std::atan2(-v.to_source().yx, v.to_source().xx) * 180 / std::numbers::pi;
  };
  expect_uniform(with("degrees", "30"), -30, 30, angle);
  expect_uniform(with("degrees", "[10, 50]"), 10, 50, angle);
  const auto right = [](const View& v) { return 20 - in_source(v, 20, 10).x; };
  const auto down = [](const View& v) { return 10 - in_source(v, 20, 10).y; };
  expect_uniform(with("translate", "0.25"), -10, 10, right);  // a quarter of 40
  expect_uniform(with("translate", "0.25"), -5, 5, down);     // a quarter of 20
  const auto scale = [](const View& v) { return 1 / v.to_source().xx; };
  expect_uniform(with("scale", "[0.5, 2]"), 0.5, 2, scale);
  expect_uniform(with("scale", "0.5"), 0.5, 1.5, scale);
  expect_uniform(with("scale", "0.01"), 0.99, 1.01, scale);
  expect_uniform(with("scale", "[0, 1]"), 0.05, 1, scale);  // never nothing
  const auto shear = [](const View& v) { return std::atan(v.to_source().xy) * 180 / std::numbers::pi; };
  expect_uniform(with("shear", "20"), -20, 20, shear);
  const auto shear_y = [](const View& v) { return std::atan(v.to_source().yx) * 180 / std::numbers::pi; };
  expect_uniform(with("shear_y", "[5, 15]"), 5, 15, shear_y);
}

TEST(Affine, KeepsTheFrameAndItsCentre) {
  const auto plugin = augmentation("affine", with("degrees", "90"));
  View inner(100, 100);
  inner.crop(50, 60, 40, 20);
  for (std::uint32_t i = 0; i < 50; ++i) {
    const View view = sampled(*plugin, inner, i);
    EXPECT_EQ(view.width(), 40);
    EXPECT_EQ(view.height(), 20);
    EXPECT_NEAR(in_source(view, 20, 10).x, 70, 1e-9);
    EXPECT_NEAR(in_source(view, 20, 10).y, 70, 1e-9);
  }
}

TEST(Affine, FillsWhatOpensOnlyWhenItClips) {
  EXPECT_TRUE(sampled(*augmentation("affine", ""), View(40, 20), 1).clips().empty());
  EXPECT_EQ(sampled(*augmentation("affine", "clip = true"), View(40, 20), 1).clips().size(), 1U);
}

TEST(Affine, RefusesRangesOutOfOrder) {
  EXPECT_THROW(augmentation("affine", "scale = [1.1, 0.9]"), InvalidInput);
  EXPECT_THROW(augmentation("affine", "scale = [-1, 1]"), InvalidInput);
}

}  // namespace
}  // namespace assay
