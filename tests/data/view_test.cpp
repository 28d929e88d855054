// Views: where a point of the frame lies in the source after each operation, and after several, and what becomes of
// colours.
#include "assay/data/view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace assay {
namespace {

struct Point {
  double x, y;
};

Point in_source(const View& view, Point p) {
  const Affine& m = view.to_source();
  return {m.xx * p.x + m.xy * p.y + m.x0, m.yx * p.x + m.yy * p.y + m.y0};
}

void expect_at(const View& view, Point in_frame, Point expected) {
  const Point found = in_source(view, in_frame);
  EXPECT_NEAR(found.x, expected.x, 1e-9);
  EXPECT_NEAR(found.y, expected.y, 1e-9);
}

TEST(View, BeginsAsTheWholeSource) {
  const View view(40, 30);
  EXPECT_EQ(view.width(), 40);
  EXPECT_EQ(view.height(), 30);
  expect_at(view, {7, 9}, {7, 9});
}

TEST(View, CropMovesTheOriginAndShrinksTheFrame) {
  View view(40, 30);
  view.crop(10, 5, 20, 12);
  EXPECT_EQ(view.width(), 20);
  EXPECT_EQ(view.height(), 12);
  expect_at(view, {0, 0}, {10, 5});
  expect_at(view, {20, 12}, {30, 17});
}

TEST(View, RotationTurnsThePictureCounterClockwiseAboutTheFramesCentre) {
  View view(40, 30);
  view.rotate(90);
  EXPECT_EQ(view.width(), 40);
  expect_at(view, {20, 15}, {20, 15});
  // After a quarter turn to the left, what was right of the centre is above it.
  expect_at(view, {20, 10}, {25, 15});
  // And what was above it is left of it.
  expect_at(view, {15, 15}, {20, 10});
}

TEST(View, RotationByThirtyDegreesAgreesWithItsMatrix) {
  View view(0, 0);
  view.rotate(30);
  // cos 30 = 0.8660254, sin 30 = 0.5: the point right of the centre shows what lay 30 degrees clockwise, below it.
  expect_at(view, {1, 0}, {std::sqrt(3.0) / 2, 0.5});
}

TEST(View, FlipsExchangeSides) {
  View view(40, 30);
  view.flip_horizontal();
  expect_at(view, {1, 2}, {39, 2});
  view.flip_vertical();
  expect_at(view, {1, 2}, {39, 28});
}

TEST(View, TransposeExchangesTheAxesAndTheSides) {
  View view(40, 30);
  view.transpose();
  EXPECT_EQ(view.width(), 30);
  EXPECT_EQ(view.height(), 40);
  expect_at(view, {3, 8}, {8, 3});
}

TEST(View, LaterOperationsActInTheFrameThatEarlierOnesLeft) {
  View view(40, 30);
  view.crop(10, 10, 20, 10);
  view.flip_horizontal();
  view.crop(0, 0, 5, 5);
  // The left end of the flipped part is the right end of the unflipped one.
  expect_at(view, {0, 0}, {30, 10});
  expect_at(view, {5, 5}, {25, 15});
}

TEST(View, FourQuarterTurnsAndTwoTransposesAreNothing) {
  View view(40, 30);
  for (int i = 0; i < 4; ++i) view.rotate(90);
  view.transpose();
  view.transpose();
  expect_at(view, {11, 13}, {11, 13});
}

void expect_levels(const Levels& found, const Levels& expected, double tolerance = 1e-9) {
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found[c], expected[c], tolerance) << "channel " << c;
}

Levels coloured(const View& view, Levels rgb) {
  for (const ColourStage& stage : view.stages()) rgb = apply_stage(stage, rgb);
  return rgb;
}

const ColourMatrix kHalf{{0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5}, {10, 20, 30}};
const ColourMatrix kSwap{{0, 1, 0, 1, 0, 0, 0, 0, 1}, {1, 0, 0}};

TEST(View, WarpShowsWhatTheMapPointsAt) {
  View view(40, 30);
  view.crop(10, 0, 20, 30);
  view.warp({2, 0, 3, 0, 1, 4});
  EXPECT_EQ(view.width(), 20);
  expect_at(view, {1, 1}, {15, 5});
}

TEST(View, InvertsMaps) {
  const Affine map{2, 0.5, -7, -1, 3, 11};
  const Affine back = map.inverse().after(map);
  EXPECT_NEAR(back.xx, 1, 1e-12);
  EXPECT_NEAR(back.xy, 0, 1e-12);
  EXPECT_NEAR(back.x0, 0, 1e-12);
  EXPECT_NEAR(back.yx, 0, 1e-12);
  EXPECT_NEAR(back.yy, 1, 1e-12);
  EXPECT_NEAR(back.y0, 0, 1e-12);
  EXPECT_FALSE(std::isfinite((Affine{1, 1, 0, 1, 1, 0}).inverse().xx)) << "no area";
}

TEST(View, JoinsNeighbouringColourMatricesIntoOne) {
  View view(4, 4);
  view.add(kHalf);
  view.add(kSwap);
  ASSERT_EQ(view.stages().size(), 1U);
  // (100, 50, 200) -> (60, 45, 130) -> (46, 60, 130)
  expect_levels(coloured(view, {100, 50, 200}), {46, 60, 130});
  view.add(Gamma{2});
  view.add(kSwap);
  EXPECT_EQ(view.stages().size(), 3U) << "another stage stands between";
}

TEST(View, FollowsTheMeanColourThroughMatricesExactly) {
  View view(4, 4, {100, 50, 200});
  view.add(kHalf);
  view.add(kSwap);
  expect_levels(view.mean_colour(), {46, 60, 130});
}

TEST(View, TurnsHuesAsColorsysDoes) {
  // Python: [255 * c for c in colorsys.hsv_to_rgb((h + turns) % 1, s, v)] with h, s, v = colorsys.rgb_to_hsv(...)
  expect_levels(apply_stage(HueTurn{0.25}, {200, 40, 90}), {170.000000, 200.000000, 40.000000}, 1e-6);
  expect_levels(apply_stage(HueTurn{-0.4}, {10, 140, 90}), {140.000000, 38.000000, 10.000000}, 1e-6);
  expect_levels(apply_stage(HueTurn{0.1}, {77, 77, 77}), {77, 77, 77}, 1e-6);
  expect_levels(apply_stage(HueTurn{1.0 / 3}, {255, 0, 0}), {0, 255, 0}, 1e-6);
}

TEST(View, RaisesSharesOfWhiteToGamma) {
  // 255 * (64 / 255) ** 0.5 and so on
  expect_levels(apply_stage(Gamma{0.5}, {64, 0, 255}), {127.74975538, 0, 255}, 1e-6);
  expect_levels(apply_stage(Gamma{2}, {-5, 255, 127.5}), {0, 255, 63.75}, 1e-9);
}

TEST(View, AppliesDensityMatricesToOpticalDensity) {
  // Half of the density of level 63 is that of 127: 64 / 256 = (128 / 256) squared.
  const DensityMatrix half{{{0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5}, {}}};
  expect_levels(apply_stage(half, {63, 255, 63}), {127, 255, 127}, 1e-9);
  // One decade of density more is a tenth of the light.
  const DensityMatrix darker{{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {std::log(10.0), 0, 0}}};
  expect_levels(apply_stage(darker, {255, 99, 0}), {24.6, 99, 0}, 1e-9);
}

TEST(View, HoldsLevelsBelowAMillionBehindWhatMayRaiseThemFurther) {
  expect_levels(apply_stage(Gamma{20}, {1000, 5000, 255}), {1e6, 1e6, 255}, 1e-6);
  const DensityMatrix lighter{{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {-100, -1000, 0}}};
  expect_levels(apply_stage(lighter, {255, 255, 255}), {1e6, 1e6, 255}, 1e-6);
}

TEST(View, AddsVariancesOfBlurAndNoise) {
  View view(4, 4);
  view.blur(3);
  view.blur(4);
  view.add_noise(5, 6);
  view.add_noise(12, 9);
  EXPECT_DOUBLE_EQ(view.blur_sigma(), 5);
  EXPECT_DOUBLE_EQ(view.noise_deviation(), 13);
  EXPECT_EQ(view.noise_seed(), 15U);
}

TEST(View, KeepsClipsAndHolesWhereTheyWereCut) {
  View view(40, 30);
  view.crop(10, 5, 20, 12);
  view.clip();
  view.cut_out(2, 3, 4, 5, Levels{1, 2, 3});
  view.crop(-100, 0, 300, 300);
  view.rotate(77);
  ASSERT_EQ(view.clips().size(), 1U);
  ASSERT_EQ(view.holes().size(), 1U);
  const auto corner = [](const Region& region, double x, double y) {
    const Affine& m = region.from_unit;
    return std::pair(m.xx * x + m.xy * y + m.x0, m.yx * x + m.yy * y + m.y0);
  };
  EXPECT_EQ(corner(view.clips()[0], 0, 0), (std::pair(10.0, 5.0)));
  EXPECT_EQ(corner(view.clips()[0], 1, 1), (std::pair(30.0, 17.0)));
  EXPECT_EQ(corner(view.holes()[0], 0, 0), (std::pair(12.0, 8.0)));
  EXPECT_EQ(corner(view.holes()[0], 1, 1), (std::pair(16.0, 13.0)));
  EXPECT_EQ(view.holes()[0].colour, (Levels{1, 2, 3}));
}

}  // namespace
}  // namespace assay
