// The stain plugin: each stain gets a factor and an addition of its own. What it makes of a picture is compared with
// scikit-image's in peers_test.
#include <gtest/gtest.h>

#include <cmath>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::coloured;
using test::expect_uniform;
using test::sampled;

/// Ruifrok and Johnston 2001, table 1: optical densities of haematoxylin, eosin and DAB in red, green and blue.
constexpr double kStains[3][3] = {{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0.27, 0.57, 0.78}};

Levels colour_of(double amount, std::size_t stain) {
  Levels rgb{};
  for (std::size_t c = 0; c < 3; ++c) rgb[c] = 256 * std::exp(-amount * kStains[stain][c]) - 1;
  return rgb;
}

/// How much there is of a stain that is alone in the pixel.
double amount_of(const Levels& rgb, std::size_t stain) { return -std::log((rgb[1] + 1) / 256) / kStains[stain][1]; }

TEST(Stain, MultipliesEachStainByItsOwnFactor) {
  const auto plugin = augmentation("stain", "alpha = 0.3\nbeta = 0");
  for (const std::size_t stain : {0U, 1U, 2U}) {
    expect_uniform(*plugin, View(4, 4), 0.7, 1.3,
                   [&](const View& view) { return amount_of(coloured(view, colour_of(0.8, stain)), stain) / 0.8; });
  }
  const View view = sampled(*plugin, View(4, 4), 3);
  EXPECT_NE(amount_of(coloured(view, colour_of(0.8, 0)), 0), amount_of(coloured(view, colour_of(0.8, 1)), 1));
}

TEST(Stain, AddsToEachStainInOpticalDensity) {
  // From white, which has none, the density is the sum of the three additions times their stains.
  const View view = sampled(*augmentation("stain", "alpha = 0\nbeta = [0.1, 0.1]"), View(4, 4), 3);
  const Levels found = coloured(view, {255, 255, 255});
  for (std::size_t c = 0; c < 3; ++c) {
    const double density = 0.1 * (kStains[0][c] + kStains[1][c] + kStains[2][c]);
    EXPECT_NEAR(found[c], 256 * std::exp(-density) - 1, 1e-9);
  }
}

TEST(Stain, LeavesColoursAloneWhenItsRangesAreEmpty) {
  const View view = sampled(*augmentation("stain", "alpha = 0\nbeta = 0"), View(4, 4), 3);
  const Levels found = coloured(view, {201, 30, 77});
  EXPECT_NEAR(found[0], 201, 1e-9);
  EXPECT_NEAR(found[1], 30, 1e-9);
  EXPECT_NEAR(found[2], 77, 1e-9);
}

TEST(Stain, KeepsWhiteWhiteUnlessItAdds) {
  const View view = sampled(*augmentation("stain", "alpha = 0.5\nbeta = 0"), View(4, 4), 3);
  for (const double level : coloured(view, {255, 255, 255})) EXPECT_NEAR(level, 255, 1e-9);
}

}  // namespace
}  // namespace assay
