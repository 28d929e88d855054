// The picture of what training sees: which samples, and whether their pixels are the renderer's.
#include "contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "assay/error.h"
#include "assay/toml_file.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"
#include "picture.h"
#include "texts.h"

namespace assay::data {
namespace {

using test::TemporaryFolder;

/// Training samples of one class: group g has sizes[g] of them.
Dataset training_groups(const std::vector<int>& sizes) {
  Dataset dataset;
  dataset.classes = {"all", "hem"};
  for (std::size_t group = 0; group < sizes.size(); ++group) {
    dataset.groups.push_back("p" + std::to_string(group));
    for (int i = sizes[group]; i > 0; --i) {
      Sample sample;
      sample.name = dataset.groups.back() + "/" + std::to_string(i) + ".png";
      sample.group = static_cast<std::int64_t>(group);
      dataset.samples.push_back(sample);
    }
  }
  return dataset;
}

std::vector<std::string> shown(const Dataset& dataset, std::int64_t count) {
  std::vector<std::string> names;
  for (const std::int64_t position : samples_to_show(dataset, 0, count)) {
    names.push_back(dataset.samples[static_cast<std::size_t>(position)].name);
  }
  return names;
}

TEST(ContactSheet, ShowsGroupsAtEvenDistances) {
  EXPECT_EQ(shown(training_groups({2, 2, 2, 2, 2, 2, 2, 2}), 4),
            (std::vector<std::string>{"p1/1.png", "p3/1.png", "p5/1.png", "p7/1.png"}));
}

TEST(ContactSheet, ShowsSeveralOfEachWhereGroupsAreFew) {
  EXPECT_EQ(shown(training_groups({3, 1}), 4),
            (std::vector<std::string>{"p0/1.png", "p1/1.png", "p0/2.png", "p0/3.png"}));
  EXPECT_EQ(shown(training_groups({1, 1}), 4).size(), 2U);
}

TEST(ContactSheet, ShowsTrainingSamplesOfTheClassOnly) {
  Dataset dataset = training_groups({1, 1, 1});
  dataset.samples[0].split = Split::test;
  dataset.samples[1].label = 1;
  EXPECT_EQ(shown(dataset, 4), (std::vector<std::string>{"p2/1.png"}));
}

/// A data set of one flat red and one flat blue picture.
Dataset two_colours(const TemporaryFolder& folder) {
  Dataset dataset = training_groups({1, 1});
  dataset.samples[1].label = 1;
  const std::vector<Rgb> colours{{200, 30, 30}, {30, 30, 200}};
  for (std::size_t i = 0; i < 2; ++i) {
    dataset.samples[i].path =
        folder.write(std::to_string(i) + ".png", test::encode(test::flat_picture(300, 200, colours[i]), ".png"));
  }
  return dataset;
}

/// How many pixels have one of the colours exactly.
std::int64_t pixels_of(const Picture& picture, const Rgb& colour) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    count += std::equal(colour.begin(), colour.end(), picture.rgb.begin() + static_cast<std::ptrdiff_t>(i)) ? 1 : 0;
  }
  return count;
}

TEST(ContactSheet, HoldsTheOriginalAndWhatEvaluationSees) {
  const TemporaryFolder folder;
  const Dataset dataset = two_colours(folder);
  draw_contact_sheet(Experiment{}, dataset, {folder.path() / "sheet.png", 4, 6}, {});
  const Picture sheet = read_picture(folder.path() / "sheet.png", 1e8);
  // The original keeps its shape of 3 to 2 in a tile of 168; evaluation stretches it over the tile. A frame of a pixel
  // is drawn over the edge.
  const double original = 166.0 * 112;
  const double evaluation = 166.0 * 166;
  EXPECT_NEAR(static_cast<double>(pixels_of(sheet, {200, 30, 30})), original + evaluation, 400);
  EXPECT_NEAR(static_cast<double>(pixels_of(sheet, {30, 30, 200})), original + evaluation, 400);
}

/// A built plugin as an experiment names it, with these keys.
template <class Entry>
Entry entry(const std::string& plugin, const std::string& options, double probability) {
  std::vector<Problem> problems;
  const PluginCatalog catalog({ASSAY_PLUGIN_DIR});
  Entry made;
  made.plugin = plugin;
  made.id = plugin;
  made.probability = probability;
  made.options = check_table(catalog.find("augmentation", plugin)->fields, parse_toml(options, "x"), "", "", problems);
  EXPECT_TRUE(problems.empty());
  return made;
}

Experiment experiment_with(const AugmentationEntry& augmentation) {
  Experiment experiment;
  experiment.plugins.path = {ASSAY_PLUGIN_DIR};
  experiment.augmentations = {augmentation};
  return experiment;
}

Picture sheet_of(const TemporaryFolder& folder, const Experiment& experiment) {
  draw_contact_sheet(experiment, two_colours(folder), {folder.path() / "sheet.png", 4, 6}, {});
  return read_picture(folder.path() / "sheet.png", 1e8);
}

constexpr std::int64_t kTileArea = 166 * 166;  // a tile of 168 without its frame

TEST(ContactSheet, ShowsAnAugmentationAloneWhateverItsProbability) {
  const TemporaryFolder folder;
  // The red of the first class at twice its brightness; in the views above it is never drawn.
  const auto bright = entry<AugmentationEntry>("brightness_contrast", "brightness = [2, 2]\ncontrast = 0", 0);
  const Picture sheet = sheet_of(folder, experiment_with(bright));
  EXPECT_NEAR(static_cast<double>(pixels_of(sheet, {255, 60, 60})), 6.0 * kTileArea, 100);
}

TEST(ContactSheet, ShowsEachPluginOfAGroupInARowOfItsOwn) {
  const TemporaryFolder folder;
  AugmentationEntry group;
  group.probability = 0;
  group.one_of = {entry<AugmentationChoice>("brightness_contrast", "brightness = [2, 2]\ncontrast = 0", 0.9),
                  entry<AugmentationChoice>("grey", "", 0.1)};
  const Picture sheet = sheet_of(folder, experiment_with(group));
  EXPECT_NEAR(static_cast<double>(pixels_of(sheet, {255, 60, 60})), 6.0 * kTileArea, 100);
  // 0.299 * 200 + 0.587 * 30 + 0.114 * 30 = 80.83
  EXPECT_NEAR(static_cast<double>(pixels_of(sheet, {81, 81, 81})), 6.0 * kTileArea, 100);
}

TEST(ContactSheet, MixesTheSamplesItShows) {
  const TemporaryFolder folder;
  const Picture sheet = sheet_of(folder, experiment_with(entry<AugmentationEntry>("cutmix", "", 1)));
  // The two classes' rows have 2 x 8 tiles of one colour each, but for the originals' shape; of the 6 views of the row
  // below, some show blue rectangles in red.
  const double red = static_cast<double>(pixels_of(sheet, {200, 30, 30}));
  const double blue = static_cast<double>(pixels_of(sheet, {30, 30, 200}));
  const double original = 166.0 * 112;
  EXPECT_NEAR(red + blue, 3 * original + (2 * 7 + 1 + 6) * static_cast<double>(kTileArea), 3000);
  EXPECT_GT(blue, original + 7 * static_cast<double>(kTileArea) + 0.1 * static_cast<double>(kTileArea));
  EXPECT_GT(red, 2 * original + 8 * static_cast<double>(kTileArea) + 0.1 * static_cast<double>(kTileArea));
}

TEST(ContactSheet, ReplacesNothing) {
  const TemporaryFolder folder;
  const Dataset dataset = two_colours(folder);
  folder.write("sheet.png", "precious");
  EXPECT_THROW(draw_contact_sheet(Experiment{}, dataset, {folder.path() / "sheet.png", 4, 6}, {}), InvalidInput);
  EXPECT_EQ(text_of(folder.path() / "sheet.png"), "precious");
}

}  // namespace
}  // namespace assay::data
