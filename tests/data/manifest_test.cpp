// Opening a data set from a CSV manifest.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/opening.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"

namespace assay {
namespace {

using test::refusal;
using test::small_image;
using test::TemporaryFolder;

/// Writes images img/1.png ... and a manifest of them: patient i has image i of class all and image 100 + i of class
/// hem.
std::string write_rows(const TemporaryFolder& folder, int patients) {
  std::string rows;
  for (int i = 1; i <= patients; ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    folder.write("img/" + std::to_string(i) + ".png", small_image(n));
    folder.write("img/" + std::to_string(100 + i) + ".png", small_image(100 + n));
    const std::string split = i == 1 ? "validation" : i == 2 ? "test" : "train";
    rows += "img/" + std::to_string(i) + ".png,all,p" + std::to_string(i) + "," + split + "\n";
    rows += "img/" + std::to_string(100 + i) + ".png,hem,p" + std::to_string(i) + "," + split + "\n";
  }
  return rows;
}

DatasetOptions options_for(const TemporaryFolder& folder, const std::string& manifest) {
  DatasetOptions options;
  options.path = folder.write("list.csv", manifest).string();
  return options;
}

constexpr const char* kHeader = "path,label,group,split\n";

TEST(Manifest, GivesPathsLabelsAndGroups) {
  const TemporaryFolder folder;
  const DatasetOptions options = options_for(folder, kHeader + write_rows(folder, 6));
  const Dataset dataset = open_dataset(options, "");
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"all", "hem"}));
  EXPECT_EQ(dataset.groups, (std::vector<std::string>{"p1", "p2", "p3", "p4", "p5", "p6"}));
  EXPECT_EQ(dataset.samples.size(), 12U);
  EXPECT_TRUE(std::ranges::any_of(dataset.samples, [](const Sample& s) { return s.name == "img/101.png"; }));
  ASSERT_EQ(dataset.warnings.size(), 1U);
  EXPECT_NE(dataset.warnings[0].find("column 'split' is not used"), std::string::npos);
}

TEST(Manifest, GivesSplitsByAColumn) {
  const TemporaryFolder folder;
  DatasetOptions options = options_for(folder, kHeader + write_rows(folder, 6));
  options.split = "split";
  const Dataset dataset = open_dataset(options, "");
  for (const Sample& sample : dataset.samples) {
    const std::string& group = dataset.groups[static_cast<std::size_t>(sample.group)];
    const Split expected = group == "p1" ? Split::validation : group == "p2" ? Split::test : Split::train;
    EXPECT_EQ(sample.split, expected) << sample.name;
  }
}

TEST(Manifest, MayNameItsGroupColumnAndMapItsLabels) {
  const TemporaryFolder folder;
  DatasetOptions options = options_for(folder, "path,label,patient,x\n" + write_rows(folder, 6));
  options.group = GroupOptions{{}, "patient", {}, {}};
  options.classes = {{"malignant", {"all"}}, {"healthy", {"hem"}}};
  const Dataset dataset = open_dataset(options, "");
  EXPECT_EQ(dataset.groups.size(), 6U);
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"healthy", "malignant"}));
}

TEST(Manifest, SuggestsColumnsThatAreMissing) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal(options_for(folder, "file,label\nx.png,a\n")).find("list.csv:1:1: error: no column 'path'"),
            std::string::npos);
  DatasetOptions options = options_for(folder, "path,label,patient\nx.png,a,1\n");
  options.group = GroupOptions{{}, "pateint", {}, {}};
  EXPECT_NE(refusal(options).find("did you mean 'patient'?"), std::string::npos) << refusal(options);
}

TEST(Manifest, ReportsEveryWrongRowWithItsLine) {
  const TemporaryFolder folder;
  DatasetOptions options = options_for(folder,
                                       "path,label,group,split\n"
                                       "a.png,all,1,train\n"
                                       "b.png,all,1\n"
                                       "a.png,all,1,train\n"
                                       "c.png,,1,train\n"
                                       "d.png,all,,train\n"
                                       "e.png,all,1,tset\n"
                                       ",all,1,test\n");
  options.split = "split";
  const std::string text = refusal(options);
  for (const char* expected :
       {":3:1: error: 3 fields", ":4:1: error: a.png is listed a second time", ":5:1: error: no label",
        ":6:1: error: no group", ":7:1: error: split 'tset'", ":8:1: error: no path"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << "\n" << text;
  }
}

TEST(Manifest, NamesTheLineOfAnImageThatIsMissing) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder, 6);
  const std::string text = refusal(options_for(folder, "path,label,group,split\nimg/none.png,all,1,train\n" + rows));
  EXPECT_NE(text.find("list.csv:2:1: img/none.png can't be read: No such file"), std::string::npos) << text;
}

TEST(Manifest, RefusesAGroupInTwoSplits) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder, 6);
  folder.write("img/extra.png", small_image(900));
  DatasetOptions options = options_for(folder, kHeader + rows + "img/extra.png,all,p2,train\n");
  options.split = "split";
  EXPECT_NE(refusal(options).find("group 'p2' is in two splits"), std::string::npos) << refusal(options);
}

TEST(Manifest, RefusesIdenticalImagesInTwoSplits) {
  const TemporaryFolder folder;
  const std::string rows = write_rows(folder, 6);
  folder.write("img/copy.png", small_image(1));  // p1, validation
  DatasetOptions options = options_for(folder, kHeader + rows + "img/copy.png,all,p9,train\n");
  options.split = "split";
  EXPECT_NE(refusal(options).find("group 'p1+p9' is in two splits"), std::string::npos) << refusal(options);
}

TEST(Manifest, RefusesSplitsThatAreEmptyOrLackAClass) {
  const TemporaryFolder folder;
  std::string rows = write_rows(folder, 6);
  rows.replace(rows.find("img/102.png,hem,p2,test"), 23, "img/102.png,all,p2,test");
  DatasetOptions options = options_for(folder, kHeader + rows);
  options.split = "split";
  EXPECT_NE(refusal(options).find("class 'hem' has no image in test"), std::string::npos) << refusal(options);

  while (rows.find(",validation") != std::string::npos) rows.replace(rows.find(",validation"), 11, ",train");
  options = options_for(folder, kHeader + rows);
  options.split = "split";
  EXPECT_NE(refusal(options).find("no image is in validation"), std::string::npos) << refusal(options);
}

TEST(Manifest, KeepsFurtherColumnsButNoRowNumbers) {
  const TemporaryFolder folder;
  std::string rows = write_rows(folder, 6);
  std::string numbered;
  for (std::size_t start = 0, row = 0; start < rows.size(); ++row) {
    const std::size_t end = rows.find('\n', start);
    numbered += std::to_string(row) + "," + rows.substr(start, end - start) + ",x" + std::to_string(row) + "\n";
    start = end + 1;
  }
  DatasetOptions options = options_for(folder, ",path,label,group,split,site\n" + numbered);
  options.split = "split";
  const Dataset dataset = open_dataset(options, "/nonexistent");
  EXPECT_EQ(dataset.columns, (std::vector<std::string>{"site"}));
  const auto second = std::ranges::find(dataset.samples, "img/101.png", &Sample::name);
  EXPECT_EQ(second->values, (std::vector<std::string>{"x1"}));
}

TEST(Manifest, KeepsColumnsThatARuleMakesNeedless) {
  const TemporaryFolder folder;
  DatasetOptions options = options_for(folder, kHeader + write_rows(folder, 6));
  options.group = GroupOptions{"(\\d)\\.png", {}, {}, {}};
  EXPECT_EQ(open_dataset(options, "/nonexistent").columns, (std::vector<std::string>{"group", "split"}));
}

TEST(Manifest, RefusesTwoColumnsOfOneName) {
  const TemporaryFolder folder;
  EXPECT_NE(
      refusal(options_for(folder, "path,label,label\n")).find("list.csv:1:1: error: two columns are called 'label'"),
      std::string::npos);
}

TEST(Manifest, MayHoldImagesForPredictionOnly) {
  const TemporaryFolder folder;
  folder.write("img/new.png", small_image(700));
  DatasetOptions options = options_for(folder, kHeader + write_rows(folder, 6) + "img/new.png,,,none\n");
  options.split = "split";
  const Dataset dataset = open_dataset(options, "/nonexistent");
  EXPECT_EQ(dataset.samples.size(), 12U);
  ASSERT_EQ(dataset.unlabelled.size(), 1U);
  EXPECT_EQ(dataset.unlabelled.front().name, "img/new.png");
}

TEST(Manifest, TakesAbsolutePaths) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  const std::string far = elsewhere.write("far.png", small_image(800)).string();
  const Dataset dataset =
      open_dataset(options_for(folder, kHeader + write_rows(folder, 6) + far + ",all,p7,train\n"), "/nonexistent");
  EXPECT_TRUE(std::ranges::any_of(dataset.samples, [&](const Sample& s) { return s.path == far; }));
}

TEST(Manifest, MustHaveTheContentsItWasWrittenFor) {
  const TemporaryFolder folder;
  folder.write("img/a.png", small_image(50));
  const std::string rows = write_rows(folder, 6);
  std::string with_hashes = "path,label,group,split,xxh3_128\n";
  for (std::size_t start = 0; start < rows.size();) {
    const std::size_t end = rows.find('\n', start);
    with_hashes += rows.substr(start, end - start) + ",\n";  // an empty hash says nothing
    start = end + 1;
  }
  const DatasetOptions options =
      options_for(folder, with_hashes + "img/a.png,all,p1,train,00000000000000000000000000000000\n");
  const std::string text = refusal(options);
  EXPECT_NE(text.find("list.csv:14:1: error: img/a.png has changed: its contents have the xxh3_128 "),
            std::string::npos)
      << text;
}

TEST(Manifest, MayBeEmptyOnlyWithAMessage) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal(options_for(folder, "")).find("the manifest is empty"), std::string::npos);
  EXPECT_NE(refusal(options_for(folder, "path,label\n")).find("lists no image"), std::string::npos);
}

TEST(ColumnsOfAManifest, AreRefusedForAFolder) {
  const TemporaryFolder folder;
  folder.write("a/x.png", small_image(1));
  DatasetOptions options;
  options.path = folder.path().string();
  options.split = "fold";
  EXPECT_NE(refusal(options).find("dataset.path is no CSV manifest"), std::string::npos);
  options = {};
  options.path = folder.path().string();
  options.group = GroupOptions{{}, "patient", {}, {}};
  EXPECT_NE(refusal(options).find("only a CSV manifest has columns"), std::string::npos);
}

}  // namespace
}  // namespace assay
