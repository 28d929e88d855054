// The rotate plugin: which angles it draws, about which point.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "assay/data/augmentation.h"
#include "plugins/built_plugins.h"

namespace assay {
namespace {

/// The angle of a view that was only rotated, in degrees.
double angle_of(const View& view) {
  return std::atan2(view.to_source().yx, view.to_source().xx) * 180 / std::numbers::pi;
}

View sampled(const Augmentation& rotate, std::uint32_t sample) {
  View view(40, 30);
  Random random(StreamName{1, 0, sample, 0, 0});
  rotate.sample(view, random);
  return view;
}

TEST(Rotate, DrawsAnglesUniformlyToBothSides) {
  const auto rotate = test::make_plugin<Augmentation>("rotate", {{"max_degrees", 30.0}});
  constexpr int kDraws = 20000;
  double mean = 0;
  double square = 0;
  double largest = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const double angle = angle_of(sampled(*rotate, i));
    mean += angle / kDraws;
    square += angle * angle / kDraws;
    largest = std::max(largest, std::abs(angle));
  }
  EXPECT_NEAR(mean, 0, 0.5);    // four standard deviations of the mean
  EXPECT_NEAR(square, 300, 8);  // 30^2 / 3
  EXPECT_LE(largest, 30 + 1e-9);
  EXPECT_GT(largest, 29.9);
}

TEST(Rotate, KeepsTheFrameItsCentreAndDistances) {
  const auto rotate = test::make_plugin<Augmentation>("rotate", {});
  for (std::uint32_t i = 0; i < 100; ++i) {
    const View view = sampled(*rotate, i);
    const Affine& m = view.to_source();
    EXPECT_EQ(view.width(), 40);
    EXPECT_EQ(view.height(), 30);
    EXPECT_NEAR(m.xx * 20 + m.xy * 15 + m.x0, 20, 1e-9);
    EXPECT_NEAR(m.yx * 20 + m.yy * 15 + m.y0, 15, 1e-9);
    EXPECT_NEAR(m.xx * m.yy - m.xy * m.yx, 1, 1e-12);
    EXPECT_LE(std::abs(angle_of(view)), 45);
  }
}

TEST(Rotate, ByAtMostNothingDoesNothing) {
  const auto rotate = test::make_plugin<Augmentation>("rotate", {{"max_degrees", 0.0}});
  EXPECT_EQ(angle_of(sampled(*rotate, 5)), 0);
}

TEST(Rotate, FillsTheCornersOnlyWhenItClips) {
  View inner(100, 100);
  inner.crop(20, 30, 40, 40);
  Random random(StreamName{});
  View open = inner;
  test::make_plugin<Augmentation>("rotate", {})->sample(open, random);
  EXPECT_TRUE(open.clips().empty());
  test::make_plugin<Augmentation>("rotate", {{"clip", true}})->sample(inner, random);
  ASSERT_EQ(inner.clips().size(), 1U);
  EXPECT_EQ(inner.clips()[0].from_unit.x0, 20) << "the frame before it was turned";
  EXPECT_EQ(inner.clips()[0].from_unit.xy, 0);
}

TEST(Rotate, RefusesAnglesOverAHalfTurn) {
  EXPECT_THROW(test::make_plugin<Augmentation>("rotate", {{"max_degrees", 181.0}}), InvalidInput);
}

}  // namespace
}  // namespace assay
