// The crop plugin: how large its parts are, of what shape, and where.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "assay/data/augmentation.h"
#include "plugins/built_plugins.h"

namespace assay {
namespace {

View sampled(const Augmentation& crop, View view, std::uint32_t sample) {
  Random random(StreamName{1, 0, sample, 0, 0});
  crop.sample(view, random);
  return view;
}

TEST(Crop, KeepsAreaAndAspectInTheirRangesAndStaysInTheFrame) {
  const auto crop = test::make_plugin<Augmentation>("crop", {{"min_area", 0.3}, {"max_area", 0.8}, {"aspect", 1.5}});
  double smallest = 1;
  double largest = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const View view = sampled(*crop, View(40, 40), i);
    const double area = view.width() * view.height() / 1600;
    const double aspect = view.width() / view.height();
    ASSERT_GE(area, 0.3 - 1e-9);
    ASSERT_LE(area, 0.8 + 1e-9);
    ASSERT_GE(aspect, 1 / 1.5 - 1e-9);
    ASSERT_LE(aspect, 1.5 + 1e-9);
    ASSERT_GE(view.to_source().x0, 0);
    ASSERT_GE(view.to_source().y0, 0);
    ASSERT_LE(view.to_source().x0 + view.width(), 40 + 1e-9);
    ASSERT_LE(view.to_source().y0 + view.height(), 40 + 1e-9);
    smallest = std::min(smallest, area);
    largest = std::max(largest, area);
  }
  EXPECT_LT(smallest, 0.301);
  EXPECT_GT(largest, 0.799);
}

TEST(Crop, DrawsAreaAndLogOfAspectUniformlyWhereEveryPartFits) {
  // Parts of at most 0.3 of the area and an aspect of at most 2 always fit: sqrt(0.3 * 2) < 1.
  const auto crop = test::make_plugin<Augmentation>("crop", {{"min_area", 0.1}, {"max_area", 0.3}, {"aspect", 2.0}});
  constexpr int kDraws = 20000;
  double area = 0;
  double wide = 0;
  double log_square = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const View view = sampled(*crop, View(10, 10), i);
    area += view.width() * view.height() / 100 / kDraws;
    wide += view.width() > view.height() ? 1.0 / kDraws : 0;
    log_square += std::pow(std::log(view.width() / view.height()), 2) / kDraws;
  }
  EXPECT_NEAR(area, 0.2, 0.002);                                      // mean of a uniform number
  EXPECT_NEAR(wide, 0.5, 0.015);                                      // four standard deviations
  EXPECT_NEAR(log_square, std::log(2.0) * std::log(2.0) / 3, 0.004);  // variance of a uniform number about 0
}

TEST(Crop, OfTheWholeAreaAndAspectOneIsTheWholeFrame) {
  const auto crop = test::make_plugin<Augmentation>("crop", {{"min_area", 1.0}, {"max_area", 1.0}, {"aspect", 1.0}});
  const View view = sampled(*crop, View(40, 40), 3);
  EXPECT_NEAR(view.width(), 40, 1e-9);
  EXPECT_NEAR(view.to_source().x0, 0, 1e-9);
}

TEST(Crop, TakesTheMiddleWhereNoPartFits) {
  // All of a frame of 4 to 1 can't have an aspect of at most 2; torchvision then takes the largest central part that
  // has.
  const auto crop = test::make_plugin<Augmentation>("crop", {{"min_area", 1.0}, {"max_area", 1.0}, {"aspect", 2.0}});
  const View view = sampled(*crop, View(80, 20), 3);
  EXPECT_EQ(view.width(), 40);
  EXPECT_EQ(view.height(), 20);
  EXPECT_EQ(view.to_source().x0, 20);
  EXPECT_EQ(view.to_source().y0, 0);
}

TEST(Crop, ActsInTheFrameThatItIsGiven) {
  const auto crop = test::make_plugin<Augmentation>("crop", {});
  View inner(100, 100);
  inner.crop(60, 60, 20, 20);
  const View view = sampled(*crop, inner, 1);
  EXPECT_GE(view.to_source().x0, 60);
  EXPECT_LE(view.to_source().x0 + view.width(), 80 + 1e-9);
}

TEST(Crop, KeepsAFractionOfEachSideAnywhereInTheFrame) {
  const auto crop = test::make_plugin<Augmentation>("crop", {{"fraction", 0.75}});
  double left = 0;
  constexpr int kDraws = 4000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const View view = sampled(*crop, View(80, 20), i);
    ASSERT_EQ(view.width(), 60);
    ASSERT_EQ(view.height(), 15);
    ASSERT_GE(view.to_source().x0, 0);
    ASSERT_LE(view.to_source().x0, 20);
    left += view.to_source().x0 / kDraws;
  }
  EXPECT_NEAR(left, 10, 0.46);  // five standard deviations of the mean of a uniform number
}

TEST(Crop, TakesTheMiddleWhenItIsTold) {
  const auto fraction = test::make_plugin<Augmentation>("crop", {{"fraction", 0.5}, {"center", true}});
  EXPECT_EQ(sampled(*fraction, View(80, 20), 1).to_source().x0, 20);
  EXPECT_EQ(sampled(*fraction, View(80, 20), 2).to_source().y0, 5);
  const auto random = test::make_plugin<Augmentation>("crop", {{"center", true}});
  const View view = sampled(*random, View(40, 40), 3);
  EXPECT_LT(view.width(), 40);
  EXPECT_NEAR(view.to_source().x0 + view.width() / 2, 20, 1e-9);
  EXPECT_NEAR(view.to_source().y0 + view.height() / 2, 20, 1e-9);
}

TEST(Crop, RefusesAreasOutOfRangeOrOutOfOrder) {
  EXPECT_THROW(test::make_plugin<Augmentation>("crop", {{"min_area", 0.0}}), InvalidInput);
  EXPECT_THROW(test::make_plugin<Augmentation>("crop", {{"min_area", 0.9}, {"max_area", 0.5}}), InvalidInput);
  EXPECT_THROW(test::make_plugin<Augmentation>("crop", {{"aspect", 0.5}}), InvalidInput);
  EXPECT_THROW(test::make_plugin<Augmentation>("crop", {{"min_aera", 0.5}}), InvalidInput);
}

TEST(Crop, RefusesAFractionBesideWhatItMakesMeaningless) {
  for (const char* key : {"min_area", "max_area", "aspect"}) {
    EXPECT_THROW(test::make_plugin<Augmentation>("crop", {{"fraction", 0.5}, {key, 1.0}}), InvalidInput) << key;
  }
}

}  // namespace
}  // namespace assay
