// The real images beside the repository, where they are there: what is found in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

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
  const Dataset dataset = open_dataset(options, "");
  EXPECT_EQ(dataset.samples.size(), 42U);
  EXPECT_EQ(dataset.positive, 1);
  EXPECT_TRUE(has_group(dataset, "H5"));
  EXPECT_FALSE(has_group(dataset, "h5"));
  EXPECT_EQ(std::ranges::count(dataset.samples, 1, &Sample::label), 21);
}

/// "UID_H2_1_1_hem.bmp", "UID_H6_1_1_hem.bmp", in alphabetical order.
std::set<std::pair<std::string, std::string>> near_copies(const Dataset& dataset) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const CopyPair& pair : dataset.near_copies) {
    const auto name = [&](std::int64_t i) {
      return dataset.samples[static_cast<std::size_t>(i)].path.filename().string();
    };
    pairs.insert(std::minmax(name(pair.first), name(pair.second)));
  }
  return pairs;
}

// Found by comparing all 861 pairs pixel by pixel. The files differ by a
// few bytes. UID_H10_2_1 and UID_h3_2_1 are one cell, too, but cut out differently: their areas differ by a tenth.
TEST(CnmcCells, HoldThreeNearCopiesUnderTwoPatientsNames) {
  if (!std::filesystem::exists(kShared / "cnmc")) GTEST_SKIP() << "real images are not here: " << kShared / "cnmc";
  DatasetOptions options;
  options.path = (kShared / "cnmc").string();
  options.group = GroupOptions{R"(UID_(H?\d+)_)", {}, {}, {}};
  const Dataset dataset = open_dataset(options, "");
  EXPECT_EQ(dataset.identical_images, 0);
  EXPECT_EQ(near_copies(dataset),
            (std::set<std::pair<std::string, std::string>>{{"UID_H10_1_1_hem.bmp", "UID_h3_1_1_hem.bmp"},
                                                           {"UID_H2_1_1_hem.bmp", "UID_H6_1_1_hem.bmp"},
                                                           {"UID_H2_1_2_hem.bmp", "UID_H6_1_2_hem.bmp"}}));
  EXPECT_TRUE(has_group(dataset, "H10+H3"));
  EXPECT_TRUE(has_group(dataset, "H2+H6"));
  ASSERT_EQ(dataset.joined.size(), 2U);
  EXPECT_EQ(dataset.joined[1].members, (std::vector<std::string>{"H2", "H6"}));
  EXPECT_EQ(dataset.joined[1].pairs.size(), 2U);

  options.near_copies = "keep";
  const Dataset kept = open_dataset(options, "");
  EXPECT_EQ(near_copies(kept), near_copies(dataset));
  EXPECT_TRUE(has_group(kept, "H2") && has_group(kept, "H6"));
}

TEST(Smears, HoldFortyPairsOfIdenticalFilesInBlocksOfNeighbours) {
  if (!std::filesystem::exists(kShared / "smears")) GTEST_SKIP() << "real images are not here: " << kShared / "smears";
  DatasetOptions options;
  options.path = (kShared / "smears").string();
  options.group = GroupOptions{{}, {}, {}, 20};
  options.classes = {{"malignant", {"all", "early", "pre", "pro"}}, {"healthy", {"hem", "benign"}}};
  const Dataset dataset = open_dataset(options, "");
  EXPECT_EQ(dataset.samples.size(), 2604U);  // 403 + 788 + 770 + 643
  EXPECT_EQ(dataset.identical_images, 80);   // counted by md5sum
  // By comparing all 43 pairs of neighbouring fields whose 16 x 16 means differ by less than four levels, pixel by
  // pixel.
  EXPECT_EQ(near_copies(dataset), (std::set<std::pair<std::string, std::string>>{
                                      {"WBC-Malignant-Early-578.jpg", "WBC-Malignant-Early-580.jpg"},
                                      {"WBC-Malignant-Pro-462.jpg", "WBC-Malignant-Pro-463.jpg"}}));
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
