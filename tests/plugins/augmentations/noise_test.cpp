// The noise plugin: how much of it, independent of pixel, channel and sample.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "assay/data/renderer.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::expect_uniform;
using test::sampled;

TEST(Noise, DrawsItsStandardDeviationAsAShareOfWhite) {
  const auto deviation = [](const View& v) { return v.noise_deviation(); };
  expect_uniform(*augmentation("noise", "std = [0.1, 0.2]"), View(4, 4), 25.5, 51, deviation);
  EXPECT_DOUBLE_EQ(sampled(*augmentation("noise", "std = 0.1"), View(4, 4), 3).noise_deviation(), 25.5);
}

TEST(Noise, HasASeedOfItsOwnForEachSample) {
  std::set<std::uint64_t> seeds;
  for (std::uint32_t i = 0; i < 1000; ++i)
    seeds.insert(sampled(*augmentation("noise", ""), View(4, 4), i).noise_seed());
  EXPECT_EQ(seeds.size(), 1000U);
}

/// Levels of the fixtures' picture, 48 x 48, with the plugin or without; brought to the middle so that nothing clamps.
std::vector<float> rendered(bool noisy) {
  Renderer::Options options;
  const float level = 1 / 255.0F;
  options.input = {48, {0, 0, 0}, {level, level, level}, Interpolation::bilinear, 1};
  std::vector<std::shared_ptr<Augmentation>> chain{
      augmentation("brightness_contrast", "brightness = 0\ncontrast = [0.1, 0.1]")};
  if (noisy) chain.push_back(augmentation("noise", "std = 0.05"));
  options.augmentations = AugmentationChain(std::move(chain));
  Sample sample;
  sample.path = ASSAY_SOURCE_DIR "/tests/plugins/augmentations/fixtures/source.png";
  std::vector<float> levels(48 * 48 * 3);
  Renderer(options).render(sample, {.augmented = true}, levels);
  return levels;
}

TEST(Noise, IsNormalAndIndependentInARenderedPicture) {
  const std::vector<float> plain = rendered(false);
  const std::vector<float> noisy = rendered(true);
  const auto count = static_cast<double>(plain.size());
  double mean = 0;
  double square = 0;
  double fourth = 0;
  double channels = 0;    // product of red and green of a pixel
  double neighbours = 0;  // product of reds of neighbouring pixels
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double z = (noisy[i] - plain[i]) / 12.75;
    mean += z / count;
    square += z * z / count;
    fourth += z * z * z * z / count;
    if (i % 3 == 0) channels += z * (noisy[i + 1] - plain[i + 1]) / 12.75 / (count / 3);
    if (i % 3 == 0 && i + 3 < plain.size()) neighbours += z * (noisy[i + 3] - plain[i + 3]) / 12.75 / (count / 3);
  }
  // Five standard deviations of each estimate over 6,912 numbers; of a third of them for the products.
  EXPECT_NEAR(mean, 0, 0.06);
  EXPECT_NEAR(square, 1, 0.085);
  EXPECT_NEAR(fourth, 3, 0.6);
  EXPECT_NEAR(channels, 0, 0.105);
  EXPECT_NEAR(neighbours, 0, 0.105);
}

}  // namespace
}  // namespace assay
