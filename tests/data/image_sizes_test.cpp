// Which sizes are called tiny and odd.
#include "image_sizes.h"

#include <gtest/gtest.h>

namespace assay::data {
namespace {

Dataset of_sizes(const std::vector<std::pair<std::int64_t, std::int64_t>>& sizes) {
  Dataset dataset;
  for (const auto& [width, height] : sizes) {
    Sample sample;
    sample.name = std::to_string(dataset.samples.size());
    sample.width = width;
    sample.height = height;
    dataset.samples.push_back(sample);
  }
  note_sizes(dataset);
  return dataset;
}

TEST(ImageSizes, AreOddWhereNearlyAllHaveAnother) {
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes(39, {450, 300});
  sizes.emplace_back(300, 450);  // lying on its side is no other size
  sizes.emplace_back(448, 300);
  const Dataset dataset = of_sizes(sizes);
  EXPECT_EQ(dataset.odd, (std::vector<std::int64_t>{40}));
  ASSERT_EQ(dataset.warnings.size(), 1U);
  EXPECT_EQ(dataset.warnings[0], "of another size than the rest (300 x 450): 1 image: 40 (448 x 300)");
}

TEST(ImageSizes, OfCutOutCellsMayDifferByAFactorOfThree) {
  const Dataset dataset = of_sizes({{100, 90}, {80, 100}, {100, 120}, {100, 34}, {33, 100}, {100, 300}, {301, 100}});
  EXPECT_EQ(dataset.odd, (std::vector<std::int64_t>{4, 6}));
}

TEST(ImageSizes, AreTinyBelowThirtyTwo) {
  EXPECT_EQ(of_sizes({{32, 32}, {31, 60}, {60, 31}}).tiny, (std::vector<std::int64_t>{1, 2}));
}

}  // namespace
}  // namespace assay::data
