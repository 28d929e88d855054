// The fixed crop and the mask: which pixels they leave.
#include "fixed_crop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/test_images.h"
#include "mask.h"

namespace assay::data {
namespace {

void paint(Picture& picture, std::int64_t left, std::int64_t top, std::int64_t right, std::int64_t bottom, Rgb colour) {
  for (std::int64_t y = top; y < bottom; ++y) {
    for (std::int64_t x = left; x < right; ++x) std::ranges::copy(colour, picture.row(y) + 3 * x);
  }
}

FixedCropOptions center(std::int64_t side) {
  FixedCropOptions options;
  options.center = side;
  return options;
}

FixedCropOptions foreground(double margin, std::optional<double> side = {}) {
  FixedCropOptions options;
  options.foreground = true;
  options.margin = margin;
  options.keep_scale = side.has_value();
  options.side = side;
  return options;
}

TEST(FixedCrop, IsTheWholePictureByDefault) {
  EXPECT_EQ(fixed_crop(test::flat_picture(7, 5, {}), std::nullopt), (Box{0, 0, 7, 5}));
}

TEST(FixedCrop, TakesPixelsAboutTheCentre) {
  EXPECT_EQ(fixed_crop(test::flat_picture(450, 450, {}), center(352)), (Box{49, 49, 352, 352}));
  EXPECT_EQ(fixed_crop(test::flat_picture(10, 9, {}), center(4)), (Box{3, 2.5, 4, 4}));
}

TEST(FixedCrop, KeepsWholeSidesWhereThePictureIsSmaller) {
  EXPECT_EQ(fixed_crop(test::flat_picture(256, 500, {}), center(352)), (Box{0, 74, 256, 352}));
}

TEST(FixedCrop, FindsTheLargestRegionAndAddsAMarginAroundIt) {
  Picture picture = test::flat_picture(100, 80, {0, 0, 0});
  paint(picture, 40, 20, 60, 50, {90, 40, 120});  // 20 wide, 30 high, about (50, 35)
  paint(picture, 2, 2, 6, 6, {200, 200, 200});    // dirt
  EXPECT_EQ(foreground_of(picture), (Box{40, 20, 20, 30}));
  EXPECT_EQ(fixed_crop(picture, foreground(0)), (Box{35, 20, 30, 30}));
  EXPECT_EQ(fixed_crop(picture, foreground(0.1)), (Box{32, 17, 36, 36}));
}

TEST(FixedCrop, StaysInsideThePicture) {
  Picture picture = test::flat_picture(100, 80, {0, 0, 0});
  paint(picture, 90, 1, 99, 21, {90, 40, 120});
  EXPECT_EQ(fixed_crop(picture, foreground(0.5)), (Box{60, 0, 40, 40}));
}

TEST(FixedCrop, KeepsTheScaleBySharingOneSide) {
  Picture picture = test::flat_picture(100, 80, {0, 0, 0});
  paint(picture, 40, 20, 60, 50, {90, 40, 120});
  EXPECT_EQ(fixed_crop(picture, foreground(0.1, 60)), (Box{20, 5, 60, 60}));
}

TEST(FixedCrop, IsTheWholePictureWithoutForeground) {
  EXPECT_EQ(fixed_crop(test::flat_picture(30, 30, {9, 9, 9}), foreground(0.1)), (Box{0, 0, 30, 30}));
  Picture noisy = test::flat_picture(30, 30, {100, 100, 100});
  paint(noisy, 10, 10, 20, 20, {116, 100, 100});  // 16 levels are background still
  EXPECT_EQ(fixed_crop(noisy, foreground(0.1)), (Box{0, 0, 30, 30}));
}

TEST(FixedCrop, WorksOnOnePixel) {
  EXPECT_EQ(fixed_crop(test::flat_picture(1, 1, {1, 2, 3}), center(5)), (Box{0, 0, 1, 1}));
  EXPECT_EQ(fixed_crop(test::flat_picture(1, 1, {1, 2, 3}), foreground(0.2)), (Box{0, 0, 1, 1}));
}

TEST(Mask, FillsEveryTouchedPixelWithThePicturesMedian) {
  Picture picture = test::flat_picture(10, 10, {30, 60, 90});
  paint(picture, 8, 8, 10, 10, {255, 255, 255});
  const std::vector<MaskOptions> corner{{0.85, 0.87, 1.0, 1.0}};  // columns from 8.5, rows from 8.7
  apply_mask(picture, corner);
  EXPECT_EQ(picture.rgb, test::flat_picture(10, 10, {30, 60, 90}).rgb);
}

TEST(Mask, LeavesTheRestAlone) {
  const Picture before = test::noise_picture(10, 10, 1);
  Picture after = before;
  const std::vector<MaskOptions> left_half{{0, 0, 0.5, 1}};
  apply_mask(after, left_half);
  const Rgb median = median_of_picture(before);
  for (std::int64_t y = 0; y < 10; ++y) {
    for (std::int64_t x = 0; x < 10; ++x) {
      const std::uint8_t* expected = x < 5 ? median.data() : before.row(y) + 3 * x;
      EXPECT_TRUE(std::equal(expected, expected + 3, after.row(y) + 3 * x)) << x << ", " << y;
    }
  }
}

}  // namespace
}  // namespace assay::data
