// The picture of what training sees: which samples, and whether their pixels are the renderer's.
#include "contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "assay/error.h"
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

TEST(ContactSheet, ReplacesNothing) {
  const TemporaryFolder folder;
  const Dataset dataset = two_colours(folder);
  folder.write("sheet.png", "precious");
  EXPECT_THROW(draw_contact_sheet(Experiment{}, dataset, {folder.path() / "sheet.png", 4, 6}, {}), InvalidInput);
  EXPECT_EQ(text_of(folder.path() / "sheet.png"), "precious");
}

}  // namespace
}  // namespace assay::data
