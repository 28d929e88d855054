// Views: where a point of the frame lies in the source after each operation, and after several.
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

}  // namespace
}  // namespace assay
