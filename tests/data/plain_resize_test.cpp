// The plain resize against Pillow's, and at the smallest sizes.
#include "plain_resize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "assay/csv.h"
#include "data/instruction_sets.h"
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

class PlainResize : public testing::TestWithParam<std::int64_t> {
  const test::OnlyInstructionSet only_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(OnEach, PlainResize, testing::ValuesIn(test::instruction_sets()), test::instruction_set_name);

// Written by tools/fixtures/resize_fixtures.py with Pillow.
TEST_P(PlainResize, EqualsPillowsWithinOneLevel) {
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

TEST_P(PlainResize, OfAFlatPictureIsFlat) {
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

TEST_P(PlainResize, ToTheSameSizeChangesNothing) {
  const Picture picture = test::noise_picture(16, 16, 4);
  for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
    const std::vector<float> out = resize(picture, {0, 0, 16, 16}, interpolation, 16);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], static_cast<float>(picture.rgb[i]));
  }
}

TEST_P(PlainResize, OfALongPictureToOnePixelIsItsMean) {
  const Picture picture = test::noise_picture(3, 5000, 4);
  const std::vector<float> out = resize(picture, {0, 0, 3, 5000}, Interpolation::bilinear, 1);
  // The triangle is twice as wide as the picture, so that its weights fall to a half at the ends.
  double sum = 0;
  double total = 0;
  for (std::int64_t y = 0; y < 5000; ++y) {
    for (std::int64_t x = 0; x < 3; ++x) {
      const double weight =
          (1 - std::abs((double(y) + 0.5) / 5000 - 0.5)) * (1 - std::abs((double(x) + 0.5) / 3 - 0.5));
      sum += weight * picture.row(y)[3 * x];
      total += weight;
    }
  }
  EXPECT_NEAR(out[0], sum / total, 0.01);
}

TEST_P(PlainResize, NormalisesAndWritesNothingBehind) {
  const Picture picture = test::noise_picture(40, 30, 4);
  for (const std::int64_t size : {1, 5, 16, 23}) {
    const LevelledPicture levelled(picture, {3, 2, 30, 25});
    const Target plain{.size = size, .interpolation = Interpolation::bicubic};
    const Target scaled{.size = size, .interpolation = Interpolation::bicubic, .scale = {2, 3, 4}, .offset = {5, 6, 7}};
    std::vector<float> levels(static_cast<std::size_t>(3 * size * size));
    std::vector<float> found(levels.size() + 16, -9.0F);
    resize_plain(levelled.stored(), plain, std::span(levels));
    resize_plain(levelled.stored(), scaled, std::span(found).first(levels.size()));
    for (std::size_t i = 0; i < levels.size(); ++i) {
      ASSERT_NEAR(found[i], levels[i] * scaled.scale[i % 3] + scaled.offset[i % 3], 1e-3);
    }
    for (std::size_t i = levels.size(); i < found.size(); ++i) ASSERT_EQ(found[i], -9.0F);
  }
}

TEST_P(PlainResize, WritesBfloat16RoundedToTheNearest) {
  const Picture picture = test::noise_picture(40, 30, 4);
  const LevelledPicture levelled(picture, {0, 0, 40, 30});
  for (const std::int64_t size : {1, 5, 16, 23}) {
    const Target target{.size = size, .scale = {0.017F, 0.018F, 0.019F}, .offset = {-2, -1, -3}};
    std::vector<float> exact(static_cast<std::size_t>(3 * size * size));
    std::vector<std::uint16_t> found(exact.size() + 16, 0x1234);
    resize_plain(levelled.stored(), target, std::span(exact));
    resize_plain(levelled.stored(), target, std::span(found).first(exact.size()));
    for (std::size_t i = 0; i < exact.size(); ++i) {
      // Eight bits of precision, the first of which is not stored: at most a 256th of the number is lost.
      ASSERT_NEAR(std::bit_cast<float>(std::uint32_t{found[i]} << 16), exact[i], std::abs(exact[i]) / 256);
    }
    for (std::size_t i = exact.size(); i < found.size(); ++i) ASSERT_EQ(found[i], 0x1234);
  }
}

}  // namespace
}  // namespace assay::data
