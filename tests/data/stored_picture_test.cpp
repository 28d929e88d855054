// Levels and statistics of stored pictures, against sums over the whole and means of cells in double precision.
#include "stored_picture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/instruction_sets.h"
#include "data/test_images.h"

namespace assay::data {
namespace {

class StoredPictures : public testing::TestWithParam<std::int64_t> {
  const test::OnlyInstructionSet only_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(OnEach, StoredPictures, testing::ValuesIn(test::instruction_sets()),
                         test::instruction_set_name);

/// Mean of the source under a cell of a level; the border's median beyond it.
double mean_of_cell(const Picture& picture, const Rgb& beyond, std::int64_t side, std::int64_t i, std::int64_t j,
                    std::size_t c) {
  double sum = 0;
  for (std::int64_t y = j * side; y < (j + 1) * side; ++y) {
    for (std::int64_t x = i * side; x < (i + 1) * side; ++x) {
      const bool inside = x < picture.width && y < picture.height;
      sum += inside ? picture.row(y)[3 * x + static_cast<std::int64_t>(c)] : beyond[c];
    }
  }
  return sum / static_cast<double>(side * side);
}

TEST_P(StoredPictures, HaveLevelsThatAreMeansOfTheSource) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {2, 2}, {31, 17}, {64, 64}, {131, 97}}) {
    const Picture picture = test::noise_picture(width, height, 5);
    LevelledPicture levelled(picture, {});
    levelled.make_levels(99);
    const StoredPicture& stored = levelled.stored();
    std::int64_t side = 1;
    for (const StoredLevel& level : stored.levels) {
      ASSERT_EQ(level.width, (width + side - 1) / side);
      ASSERT_EQ(level.height, (height + side - 1) / side);
      for (std::int64_t i = 0; i < 3 * level.width * level.height; ++i) {
        const double expected = mean_of_cell(picture, stored.border_median, side, i / 3 % level.width,
                                             i / 3 / level.width, static_cast<std::size_t>(i % 3));
        // Rounded to a level, after means rounded to a 256th at each of up to eight halvings.
        ASSERT_NEAR(level.rgb[i], expected, 0.5 + 8.0 / 512) << width << " x " << height << " by " << side;
      }
      side *= 2;
    }
    EXPECT_EQ(stored.levels.back().width * stored.levels.back().height, 1);
  }
}

TEST_P(StoredPictures, MakeTheSameLevelsOneByOneAndAtOnce) {
  const Picture picture = test::noise_picture(45, 61, 5);
  LevelledPicture at_once(picture, {});
  LevelledPicture one_by_one(picture, {});
  at_once.make_levels(99);
  for (std::int64_t count = 1; count < 9; ++count) one_by_one.make_levels(count);
  ASSERT_EQ(at_once.stored().levels.size(), one_by_one.stored().levels.size());
  for (std::size_t l = 0; l < at_once.stored().levels.size(); ++l) {
    const StoredLevel& a = at_once.stored().levels[l];
    EXPECT_TRUE(std::equal(a.rgb, a.rgb + 3 * a.width * a.height, one_by_one.stored().levels[l].rgb));
  }
}

TEST_P(StoredPictures, KnowTheirMeanColour) {
  for (const auto& [width, height] : {std::pair{1, 1}, {5, 3}, {16, 1}, {131, 97}}) {
    const Picture picture = test::noise_picture(width, height, 5);
    const Levels found = LevelledPicture(picture, {}).stored().mean;
    for (std::size_t c = 0; c < 3; ++c) {
      double sum = 0;
      for (std::size_t i = c; i < picture.rgb.size(); i += 3) sum += picture.rgb[i];
      EXPECT_NEAR(found[c], sum / (width * height), 1e-9);
    }
  }
}

TEST_P(StoredPictures, OfWhiteAreWhiteOnAllLevels) {
  LevelledPicture levelled(test::flat_picture(77, 33, {255, 255, 255}), {});
  levelled.make_levels(99);
  for (const StoredLevel& level : levelled.stored().levels) {
    for (std::int64_t i = 0; i < 3 * level.width * level.height; ++i) ASSERT_EQ(level.rgb[i], 255);
  }
}

}  // namespace
}  // namespace assay::data
