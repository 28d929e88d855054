// The real images beside the repository, where they are there: what is found in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "assay/data/dataset.h"
#include "assay/data/renderer.h"

namespace assay {
namespace {

const std::filesystem::path kShared = std::filesystem::path(ASSAY_SOURCE_DIR).parent_path() / "shared" / "data";

bool has_group(const Dataset& dataset, const std::string& name) {
  return std::ranges::count(dataset.groups, name) == 1;
}

TEST(CnmcCells, AreGroupedByPatientWhateverTheCaseOfTheirNames) {
  if (!std::filesystem::exists(kShared / "cnmc")) GTEST_SKIP() << "real images are not here: " << kShared / "cnmc";
  DatasetOptions options;
  options.path = (kShared / "cnmc").string();
  options.group = GroupOptions{R"(UID_(H?\d+)_)", {}, {}, {}};
  options.classes = {{"malignant", {"all", "early", "pre", "pro"}}, {"healthy", {"hem", "benign"}}};
  options.positive = "malignant";
  const Dataset dataset = open_dataset(options, "/nonexistent");
  EXPECT_EQ(dataset.samples.size(), 42U);
  EXPECT_EQ(dataset.positive, 1);
  EXPECT_TRUE(has_group(dataset, "H3"));
  EXPECT_FALSE(has_group(dataset, "h3"));
  EXPECT_EQ(std::ranges::count(dataset.samples, 1, &Sample::label), 21);
  // Three cells are there under two patients' names, but their files differ by a few bytes; joining them takes a look
  // at pixels.
  EXPECT_EQ(dataset.identical_images, 0);
}

TEST(Smears, HoldFortyPairsOfIdenticalFilesInBlocksOfNeighbours) {
  if (!std::filesystem::exists(kShared / "smears")) GTEST_SKIP() << "real images are not here: " << kShared / "smears";
  DatasetOptions options;
  options.path = (kShared / "smears").string();
  options.group = GroupOptions{{}, {}, {}, 20};
  options.classes = {{"malignant", {"all", "early", "pre", "pro"}}, {"healthy", {"hem", "benign"}}};
  const Dataset dataset = open_dataset(options, "/nonexistent");
  EXPECT_EQ(dataset.samples.size(), 2604U);  // 403 + 788 + 770 + 643
  EXPECT_EQ(dataset.identical_images, 80);   // counted by md5sum
  std::int64_t identical_across = 0;
  for (std::size_t i = 1; i < dataset.samples.size(); ++i) {
    const Sample& a = dataset.samples[i - 1];
    const Sample& b = dataset.samples[i];
    if (a.content_hash == b.content_hash && a.split != b.split) ++identical_across;
  }
  EXPECT_EQ(identical_across, 0);
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    double healthy = 0;
    for (const std::int64_t i : dataset.of_split(split))
      healthy += dataset.samples[static_cast<std::size_t>(i)].label == 0 ? 1 : 0;
    EXPECT_NEAR(healthy / static_cast<double>(dataset.of_split(split).size()), 403.0 / 2604.0, 0.02)
        << split_name(split);
  }
}

TEST(Smears, LoseTheirScaleBarToTheMask) {
  if (!std::filesystem::exists(kShared / "smears")) GTEST_SKIP() << "real images are not here: " << kShared / "smears";
  Renderer::Options options;
  options.input = {224, {0, 0, 0}, {1, 1, 1}, Interpolation::bilinear, 1};
  options.mask = {{0.85, 0.87, 1, 1}};
  const Renderer renderer(options);
  std::vector<float> pixels(224 * 224 * 3);
  Sample sample;
  sample.name = "benign/WBC-Benign-001.jpg";
  sample.path = kShared / "smears" / sample.name;
  renderer.render(sample, {}, pixels);
  // Columns from 190.4 and rows from 194.88 on are of one colour.
  for (std::size_t y = 194; y < 224; ++y) {
    for (std::size_t x = 190; x < 224; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_EQ(pixels[(y * 224 + x) * 3 + c], pixels[(223 * 224 + 223) * 3 + c]) << x << ", " << y;
      }
    }
  }
}

}  // namespace
}  // namespace assay
