// Rendered pictures against those that torchvision, scikit-image, SciPy and NumPy make of the same one.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "assay/csv.h"
#include "assay/data/renderer.h"
#include "sampled.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(ASSAY_SOURCE_DIR) / "tests/plugins/augmentations/fixtures";

/// Levels of the picture in a file, [size, size, 3]; of a picture of that size, without an augmentation, its own.
std::vector<float> rendered(const fs::path& file, std::int64_t size, std::vector<std::shared_ptr<Augmentation>> chain) {
  Renderer::Options options;
  const float level = 1 / 255.0F;
  options.input = {size, {0, 0, 0}, {level, level, level}, Interpolation::bilinear, 1};
  options.augmentations = AugmentationChain(std::move(chain));
  Sample sample;
  sample.path = file;
  sample.name = file.filename().string();
  std::vector<float> levels(static_cast<std::size_t>(size * size * 3));
  Renderer(options).render(sample, {.augmented = true}, levels);
  return levels;
}

/// Of all pixels but those of the border.
double largest_difference(const std::vector<float>& a, const std::vector<float>& b, std::int64_t size,
                          std::int64_t border) {
  double largest = 0;
  for (std::int64_t y = border; y < size - border; ++y) {
    for (std::int64_t i = 3 * border; i < 3 * (size - border); ++i) {
      const auto at = static_cast<std::size_t>(3 * y * size + i);
      largest = std::max(largest, static_cast<double>(std::abs(a[at] - b[at])));
    }
  }
  return largest;
}

// Written by tools/fixtures/augmentation_fixtures.py.
TEST(Augmentations, MakeThePicturesThatTheirPeersMake) {
  // Half a level for the rounding of the expected picture, and one that the fused pass may be off.
  constexpr double kTolerance = 1.5;
  std::ifstream file(kFixtures / "cases.csv");
  const auto rows = parse_csv(std::string(std::istreambuf_iterator<char>(file), {}), "cases.csv");
  ASSERT_GT(rows.size(), 20U);
  const std::vector<float> source = rendered(kFixtures / "source.png", 48, {});
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& row = rows[i].fields;
    const std::int64_t size = std::stol(row[2]);
    const auto found = rendered(kFixtures / "source.png", size, {test::augmentation(row[0], row[1])});
    const auto expected = rendered(kFixtures / row[4], size, {});
    EXPECT_LE(largest_difference(found, expected, size, std::stol(row[3])), kTolerance) << row[4] << "\n" << row[1];
    if (size == 48) {
      EXPECT_GT(largest_difference(found, source, size, 0), 10) << row[4] << ": nothing changed";
    }
  }
}

}  // namespace
}  // namespace assay
