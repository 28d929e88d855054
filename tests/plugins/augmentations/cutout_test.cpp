// The cutout plugin: how many holes, how large, of what shape, and where.
#include <gtest/gtest.h>

#include <cmath>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::expect_uniform;
using test::sampled;

/// The only hole, in shares of a frame of 40 x 20 that is the whole source.
struct Hole {
  double left, top, width, height;

  explicit Hole(const View& view)
      : left(view.holes()[0].from_unit.x0 / 40),
        top(view.holes()[0].from_unit.y0 / 20),
        width(view.holes()[0].from_unit.xx / 40),
        height(view.holes()[0].from_unit.yy / 20) {}
};

TEST(Cutout, HidesSquaresOfTheNetworksInputCentredAnywhere) {
  const auto plugin = augmentation("cutout", "size = 0.25");
  const View view(40, 20);
  expect_uniform(*plugin, view, 0, 1, [](const View& v) { return Hole(v).left + 0.125; });
  expect_uniform(*plugin, view, 0, 1, [](const View& v) { return Hole(v).top + 0.125; });
  const Hole hole(sampled(*plugin, view, 7));
  EXPECT_NEAR(hole.width, 0.25, 1e-12);
  EXPECT_NEAR(hole.height, 0.25, 1e-12);
}

TEST(Cutout, DrawsSidesBetweenTwoEnds) {
  expect_uniform(*augmentation("cutout", "size = [0.1, 0.4]"), View(40, 20), 0.1, 0.4,
                 [](const View& v) { return Hole(v).width; });
}

TEST(Cutout, DrawsRatiosOfEqualAreaUniformlyInTheirLogarithm) {
  const auto plugin = augmentation("cutout", "size = 0.3\nratio = 3.3");
  expect_uniform(*plugin, View(40, 20), -std::log(3.3), std::log(3.3), [](const View& v) {
    const Hole hole(v);
    EXPECT_NEAR(hole.width * hole.height, 0.09, 1e-12);
    return std::log(hole.width / hole.height);
  });
}

TEST(Cutout, CutsAsManyHolesAsItIsToldAndNoneOfNoSize) {
  EXPECT_EQ(sampled(*augmentation("cutout", "count = 5"), View(40, 20), 1).holes().size(), 5U);
  EXPECT_TRUE(sampled(*augmentation("cutout", "size = 0"), View(40, 20), 1).holes().empty());
  EXPECT_THROW(augmentation("cutout", "count = 0"), InvalidInput);
}

TEST(Cutout, ShowsTheFillUnlessALevelIsGiven) {
  EXPECT_FALSE(sampled(*augmentation("cutout", ""), View(40, 20), 1).holes()[0].colour.has_value());
  EXPECT_EQ(sampled(*augmentation("cutout", "fill = 7"), View(40, 20), 1).holes()[0].colour, (Levels{7, 7, 7}));
}

}  // namespace
}  // namespace assay
