// The plain resize against Pillow's, and at the smallest sizes.
#include "plain_resize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "assay/csv.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "texts.h"

namespace assay::data {
namespace {

const std::filesystem::path kFixtures = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/data/fixtures/resize";

std::vector<float> resize(const Picture& picture, const Box& box, Interpolation interpolation, std::int64_t size) {
  std::vector<float> out(static_cast<std::size_t>(size * size * 3));
  resize_plain(LevelledPicture(picture, box).stored(), {.size = size, .interpolation = interpolation}, out);
  return out;
}

// Written by tools/fixtures/resize_fixtures.py with Pillow.
TEST(PlainResize, EqualsPillowsWithinOneLevel) {
  const auto rows = parse_csv(text_of(kFixtures / "cases.csv"), "cases.csv");
  ASSERT_GT(rows.size(), 20U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& row = rows[i].fields;
    const auto interpolation = row[1] == "bicubic" ? Interpolation::bicubic : Interpolation::bilinear;
    const double left = std::stod(row[3]);
    const double top = std::stod(row[4]);
    const Box box{left, top, std::stod(row[5]) - left, std::stod(row[6]) - top};
    const std::vector<float> found =
        resize(read_picture(kFixtures / row[0], 1e6), box, interpolation, std::stol(row[2]));
    const Picture expected = read_picture(kFixtures / row[7], 1e6);
    ASSERT_EQ(found.size(), expected.rgb.size());
    float largest = 0;
    for (std::size_t p = 0; p < found.size(); ++p) {
      // Pillow rounds between its passes, and the cubic filter's weights can enlarge that: there, rounded levels
      // compare.
      const float level = interpolation == Interpolation::bicubic ? std::round(found[p]) : found[p];
      largest = std::max(largest, std::abs(level - static_cast<float>(expected.rgb[p])));
    }
    EXPECT_LE(largest, 1.0F) << row[7];
  }
}

TEST(PlainResize, OfAFlatPictureIsFlat) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {3, 2}, {101, 57}}) {
    const Picture picture = test::flat_picture(width, height, {7, 77, 177});
    for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
      const Box whole{0, 0, static_cast<double>(width), static_cast<double>(height)};
      const std::vector<float> out = resize(picture, whole, interpolation, 5);
      for (std::size_t i = 0; i < out.size(); i += 3) {
        ASSERT_NEAR(out[i], 7, 1e-3);
        ASSERT_NEAR(out[i + 1], 77, 1e-3);
        ASSERT_NEAR(out[i + 2], 177, 1e-3);
      }
    }
  }
}

TEST(PlainResize, ToTheSameSizeChangesNothing) {
  const Picture picture = test::noise_picture(16, 16, 4);
  for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
    const std::vector<float> out = resize(picture, {0, 0, 16, 16}, interpolation, 16);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], static_cast<float>(picture.rgb[i]));
  }
}

}  // namespace
}  // namespace assay::data
