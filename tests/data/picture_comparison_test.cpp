// Whether two pictures are one: what saving changes, and what only looks alike.
#include "picture_comparison.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include "data/test_cells.h"
#include "data/test_images.h"

namespace assay::data {
namespace {

Picture saved_as(const Picture& picture, const std::string& extension) {
  const std::string file = test::encode(picture, extension);
  return decode_picture({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, 1e6);
}

Picture resized(const Picture& picture, std::int64_t side) {
  Picture out{side, side, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side * 3))};
  const cv::Mat from(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                     const_cast<std::uint8_t*>(picture.rgb.data()));
  cv::Mat to(static_cast<int>(side), static_cast<int>(side), CV_8UC3, out.rgb.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_AREA);
  return out;
}

TEST(Comparison, FindsACopyInAnotherFormat) {
  for (const char* extension : {".png", ".bmp", ".tif", ".jpg"}) {  // OpenCV writes JPEG of quality 95
    EXPECT_TRUE(compare_pictures(test::cell_on_black(1), saved_as(test::cell_on_black(1), extension)).are_copies)
        << extension;
    EXPECT_TRUE(compare_pictures(test::cell_field(1), saved_as(test::cell_field(1), extension)).are_copies)
        << extension;
  }
}

TEST(Comparison, GivesTheMeanDifferenceInLevels) {
  const Picture cell = test::cell_on_black(2);
  EXPECT_DOUBLE_EQ(compare_pictures(cell, cell).mean_difference, 0.0);
  EXPECT_DOUBLE_EQ(compare_pictures(cell, test::brightened(cell, 1)).mean_difference, 1.0);
}

TEST(Comparison, TakesTwoLevelsAsAnotherPicture) {
  EXPECT_FALSE(compare_pictures(test::cell_on_black(2), test::brightened(test::cell_on_black(2), 2)).are_copies);
  EXPECT_FALSE(compare_pictures(test::cell_field(2), test::brightened(test::cell_field(2), 3)).are_copies);
}

TEST(Comparison, LooksAtTheForegroundAloneWhereThereIsABackground) {
  // A dot of 40 x 40 pixels, six levels apart: over all of the 200 x 200 pixels that would be 0.24 levels.
  const auto dot = [](std::uint8_t level) {
    Picture picture = test::flat_picture(200, 200, {0, 0, 0});
    for (std::int64_t y = 80; y < 120; ++y) std::fill_n(picture.row(y) + 3 * 80, 3 * 40, level);
    return picture;
  };
  EXPECT_FALSE(compare_pictures(dot(100), dot(106)).are_copies);
  EXPECT_TRUE(compare_pictures(dot(100), dot(101)).are_copies);
}

TEST(Comparison, TellsCellsOfOneShapeApart) {
  for (std::int64_t other = 2; other < 12; ++other) {
    EXPECT_FALSE(compare_pictures(test::cell_on_black(1), test::cell_on_black(other)).are_copies) << other;
    EXPECT_FALSE(compare_pictures(test::cell_field(1), test::cell_field(other)).are_copies) << other;
  }
}

// A black square inside the cell, of 7,232 pixels: 64 are 0.9 % of them, 144 are 2.0 %. Elsewhere nothing differs.
TEST(Comparison, TakesAreasThatDifferByMoreThanAHundredthAsTwo) {
  const auto with_hole = [](std::int64_t side) {
    Picture cell = test::cell_on_black(1);
    for (std::int64_t y = 70; y < 70 + side; ++y) std::fill_n(cell.row(y) + 3 * 70, 3 * side, std::uint8_t{0});
    return cell;
  };
  EXPECT_TRUE(compare_pictures(test::cell_on_black(1), with_hole(8)).are_copies);
  EXPECT_FALSE(compare_pictures(test::cell_on_black(1), with_hole(12)).are_copies);
}

// Squares of 120 x 120 pixels, 8 or 1 apart: 93 or 99 % of each is common, and there they are equal.
TEST(Comparison, TakesForegroundsThatLieElsewhereAsTwo) {
  const auto dot_at = [](std::int64_t left) {
    Picture picture = test::flat_picture(320, 320, {0, 0, 0});
    for (std::int64_t y = 100; y < 220; ++y) std::fill_n(picture.row(y) + 3 * left, 3 * 120, std::uint8_t{20});
    return picture;
  };
  EXPECT_FALSE(compare_pictures(dot_at(100), dot_at(108)).are_copies);
  EXPECT_TRUE(compare_pictures(dot_at(100), dot_at(101)).are_copies);
}

TEST(Comparison, FindsEachOfTheEightWaysToLie) {
  const Picture cell = test::cell_on_black(4);
  const cv::Mat upright(160, 160, CV_8UC3, const_cast<std::uint8_t*>(cell.rgb.data()));
  for (int orientation = 0; orientation < 8; ++orientation) {
    cv::Mat lying = upright.clone();
    // The second lies so that turning it left, then mirroring it, gives the first: mirrored first, then turned right.
    if (orientation % 2 == 1) cv::flip(lying, lying, 1);
    for (int quarter = 0; quarter < orientation / 2; ++quarter) cv::rotate(lying, lying, cv::ROTATE_90_CLOCKWISE);
    Picture other{160, 160, std::vector<std::uint8_t>(lying.datastart, lying.dataend)};
    const PictureComparison found = compare_pictures(cell, other);
    EXPECT_TRUE(found.are_copies);
    EXPECT_EQ(found.orientation, orientation);
  }
  EXPECT_EQ(orientation_text(0), "");
  EXPECT_EQ(orientation_text(1), "mirrored");
  EXPECT_EQ(orientation_text(3), "turned by 90 degrees, mirrored");
}

TEST(Comparison, FindsACopyOfAnotherSizeAndNotOfOtherProportions) {
  EXPECT_TRUE(compare_pictures(test::cell_field(5), resized(test::cell_field(5), 144)).are_copies);
  EXPECT_TRUE(compare_pictures(resized(test::cell_field(5), 80), test::cell_field(5)).are_copies);
  Picture narrow = test::cell_field(5);
  narrow.height = 150;
  narrow.rgb.resize(static_cast<std::size_t>(narrow.width * narrow.height * 3));
  EXPECT_FALSE(compare_pictures(test::cell_field(5), narrow).are_copies);
}

}  // namespace
}  // namespace assay::data
