// A data set from several places: names, groups, splits and columns over all of them.
#include <gtest/gtest.h>

#include "data/opening.h"
#include "data/places.h"

namespace assay {
namespace {

using test::counts;
using test::expect_refused;
using test::group_of;
using test::mentions;
using test::named;
using test::open;
using test::Places;

TEST_F(Places, DrawTheSplitsThatNobodyGives) {
  write_folder("mine", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  write_folder("given", {"21", "22"});
  for (const auto& [split, others] : {std::pair("train", std::pair(Split::validation, Split::test)),
                                      std::pair("validation", std::pair(Split::train, Split::test)),
                                      std::pair("test", std::pair(Split::train, Split::validation))}) {
    DatasetOptions options = dataset_of({source("mine"), source("given", split)});
    options.split = SplitOptions{0.3, 0.2, 0};
    auto images = counts(open(options));
    EXPECT_EQ(images["given"]["all"].size(), 1U) << split;
    EXPECT_EQ(images["mine"]["all"].size(), 2U) << split;
    EXPECT_GT(images["mine"]["all"][others.first], 0) << split;
    EXPECT_GT(images["mine"]["all"][others.second], 0) << split;
  }
}

TEST_F(Places, ShareInProportionWhereTrainIsGiven) {
  write_folder("mine", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  write_folder("given", {"21", "22"});
  DatasetOptions options = dataset_of({source("mine"), source("given", "train")});
  options.split = SplitOptions{0.3, 0.2, 0};
  auto images = counts(open(options));
  EXPECT_EQ(images["mine"]["all"][Split::validation], 6);  // 0.3 of 0.5
  EXPECT_EQ(images["mine"]["all"][Split::test], 4);
}

TEST_F(Places, FillTheOneSplitThatIsLeft) {
  write_folder("a", {"1"});
  write_folder("b", {"2"});
  write_folder("c", {"3", "4"});
  DatasetOptions options = dataset_of({source("a", "train"), source("b", "test"), source("c")});
  auto images = counts(open(options));
  EXPECT_EQ(images["c"]["all"], (std::map<Split, int>{{Split::validation, 2}}));
}

TEST_F(Places, MayAllHaveTheirSplit) {
  write_folder("a", {"1"});
  write_folder("b", {"2"});
  write_folder("c", {"3"});
  DatasetOptions options = dataset_of({source("a", "train"), source("b", "test"), source("c", "validation")});
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.of_split(Split::validation).size(), 2U);
  EXPECT_TRUE(dataset.warnings.empty());
  options.split = SplitOptions{0.2, 0.2, 0};
  EXPECT_TRUE(mentions(open(options).warnings, "the shares of dataset.split are not used"));
}

TEST_F(Places, AreRefusedWhenNothingIsLeftToDraw) {
  write_folder("a", {"1"});
  write_folder("b", {"2"});
  write_folder("c", {"3"});
  write_folder("d", {"4"});
  expect_refused(dataset_of({source("a", "train"), source("b", "test"), source("c", "validation"), source("d")}),
                 "train, validation and test are each given by a source");
}

TEST_F(Places, AreRefusedWhenASplitGetsNoImage) {
  write_folder("a", {"1"});
  write_folder("b", {"2"});
  expect_refused(dataset_of({source("a", "train"), source("b", "test")}), "dataset.split: no image is in validation");
}

TEST_F(Places, AreRefusedWhenAGivenSplitLacksAClass) {
  write_folder("a", {"1", "2", "3", "4"});
  folder_.write("b/all/UID_9_1_1_all.png", image());
  expect_refused(dataset_of({source("a"), source("b", "test")}), "class 'hem' has no image in test");
}

TEST_F(Places, AreRefusedWhenDrawnGroupsLackAClass) {
  write_folder("a", {"1", "2"});
  folder_.write("b/all/UID_8_1_1_all.png", image());
  folder_.write("b/all/UID_9_1_1_all.png", image());
  expect_refused(dataset_of({source("b"), source("a", "test")}),
                 "class 'hem' would be missing from train: it has 0 groups to draw from, and train and validation each "
                 "need one");
}

TEST_F(Places, AreRefusedWhenOnePatientIsGivenToTwoSplits) {
  write_folder("a", {"1", "2", "3"});
  write_folder("b", {"4", "2"});
  write_folder("c", {"5"});
  expect_refused(dataset_of({source("a", "train"), source("b", "test"), source("c", "validation")}),
                 "group '2' is in two splits");
}

TEST_F(Places, JoinAPatientOfTwoThatAreDrawn) {
  write_folder("a", {"1", "2", "3", "4"});
  write_folder("b", {"4", "5", "6"});
  const Dataset dataset = open(dataset_of({source("a"), source("b")}));
  EXPECT_EQ(dataset.groups.size(), 6U);
  EXPECT_EQ(named(dataset.samples, "a/all/UID_4_1_1_all.png").split,
            named(dataset.samples, "b/all/UID_4_1_1_all.png").split);
}

TEST_F(Places, KnowAPatientInAnySpelling) {
  write_manifest("a", {"P0", "p1", "P2"});
  write_manifest("b", {"p0 ", "\xC2\xA0P1", "p3"});
  write_folder("c", {"0", "4"});
  DatasetOptions options = dataset_of({source("a.csv"), source("b.csv"), source("c")});
  options.source[2].group = GroupOptions{"ui(d_\\d)", {}, {}, {}};
  options.group.reset();
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.groups, (std::vector<std::string>{"D_0", "D_4", "P0", "P1", "P2", "p3"}));
  EXPECT_EQ(named(dataset.samples, "a/a/1.png").split, named(dataset.samples, "b/b/1.png").split);
  write_manifest("d", {"d_0"});
  options.source.push_back(source("d.csv"));
  EXPECT_EQ(open(options).groups, dataset.groups);  // a pattern's spelling stays
}

TEST_F(Places, RefuseAPatientOfTwoSplitsInTwoSpellings) {
  write_manifest("a", {"P0", "P1", "P2"});
  write_manifest("b", {"p0 "});
  DatasetOptions options = dataset_of({source("a.csv", "train"), source("b.csv", "test")});
  options.group.reset();
  expect_refused(options, "group 'P0' is in two splits");
}

TEST_F(Places, KeepImagesApartWhoseNamesDifferInCaseOnly) {
  write_manifest("a", {"1", "2", "3"});
  for (const char* name : {"b/all/x.png", "b/all/X.png", "b/hem/x.png", "b/hem/X.png"}) folder_.write(name, image());
  DatasetOptions options = dataset_of({source("a.csv"), source("b")});
  options.group.reset();
  EXPECT_EQ(open(options).groups.size(), 7U);
}

TEST_F(Places, AreNotWarnedOfMissingGroupsWhereNothingIsSplit) {
  write_folder("a", {"1", "2", "3", "4"});
  write_folder("b", {"5", "6", "7", "8"});
  DatasetOptions options = dataset_of({source("a"), source("b")});
  options.group.reset();
  EXPECT_TRUE(mentions(open(options).warnings, "a: no dataset.group is given"));
  EXPECT_FALSE(mentions(open(options, DatasetUse::judge).warnings, "no dataset.group is given"));
}

TEST_F(Places, RefuseARuleOfColumnsForTheDemoSet) {
  DatasetOptions options;
  options.path = "demo";
  options.group = GroupOptions{{}, "patient", {}, {}};
  expect_refused(options, "dataset.group.column: only a CSV manifest has columns, and dataset.path is the demo set");
}

TEST_F(Places, MixManifestsThatNameTheirSplits) {
  write_manifest("a", {"1", "2"}, ",part", ",train");
  write_manifest("b", {"3"}, ",part", ",validation");
  write_folder("c", {"4"});
  DatasetOptions options = dataset_of({source("a.csv"), source("b.csv"), source("c", "test")});
  options.source[2].group = options.group;
  options.group.reset();
  options.split = "part";
  auto images = counts(open(options));
  EXPECT_EQ(images["a"]["all"], (std::map<Split, int>{{Split::train, 2}}));
  EXPECT_EQ(images["b"]["hem"], (std::map<Split, int>{{Split::validation, 1}}));
  EXPECT_EQ(images["c"]["hem"], (std::map<Split, int>{{Split::test, 1}}));
  options.source[2].split.reset();
  expect_refused(options, "dataset.split: \"part\" names a column, but dataset.source 'c' is no CSV manifest");
}

TEST_F(Places, KeepTheColumnsOfAllManifestsInOrder) {
  write_manifest("a", {"1", "2", "3"}, ",site,age", ",Leeds,7");
  write_manifest("b", {"4", "5", "6"}, ",stain,site", ",wright,Bonn");
  write_folder("c", {"7"});
  DatasetOptions options = dataset_of({source("a.csv"), source("b.csv"), source("c")});
  options.source[2].group = options.group;
  options.group.reset();
  const Dataset dataset = open(options);
  EXPECT_EQ(dataset.columns, (std::vector<std::string>{"age", "site", "stain"}));
  EXPECT_EQ(named(dataset.samples, "a/a/1.png").values, (std::vector<std::string>{"7", "Leeds", ""}));
  EXPECT_EQ(named(dataset.samples, "b/b/1.png").values, (std::vector<std::string>{"", "Bonn", "wright"}));
  EXPECT_EQ(named(dataset.samples, "c/all/UID_7_1_1_all.png").values, (std::vector<std::string>{"", "", ""}));
}

TEST_F(Places, PutTheirNameBeforeBlocksAndImagesWithoutGroups) {
  for (const char* place : {"a", "b"}) {
    for (int i = 1; i <= 6; ++i) {
      folder_.write(std::string(place) + "/all/" + std::to_string(i) + ".png", image());
      folder_.write(std::string(place) + "/hem/" + std::to_string(i) + ".png", image());
    }
  }
  DatasetOptions options = dataset_of({source("a"), source("b")});
  options.group = GroupOptions{{}, {}, {}, 3};
  const Dataset blocks = open(options);
  EXPECT_EQ(blocks.groups.size(), 8U);
  EXPECT_EQ(group_of(blocks, "b/hem/2.png"), "b/hem/block 1");
  options.group.reset();
  EXPECT_EQ(open(options).groups.size(), 24U);
}

TEST_F(Places, MayEachHaveTheirGroupRule) {
  write_folder("a", {"1", "2", "3"});
  folder_.write("b/p9/all/x.png", image());
  folder_.write("b/p9/hem/y.png", image());
  DatasetOptions options = dataset_of({source("a"), source("b")});
  options.source[1].group = GroupOptions{{}, {}, 1, {}};
  EXPECT_EQ(group_of(open(options), "b/p9/hem/y.png"), "p9");
  options.source[1].group = GroupOptions{"q(\\d)", {}, {}, {}};
  expect_refused(options, "dataset.source 'b'.group.pattern: 'q(\\d)' finds no group in 2 images: p9/all/x.png");
}

TEST_F(Places, TakeANamedColumnBeforeTheCommonRule) {
  write_manifest("a", {"1", "2", "3"}, ",patient", ",p");
  DatasetOptions options = dataset_of({source("a.csv")});
  options.source[0].columns.group = "patient";
  options.group = GroupOptions{{}, {}, {}, 20};
  expect_refused(options,
                 "dataset.source 'a': columns.group names the group, and so does the rule block; give the "
                 "source group = { column = \"patient\" } instead");
  options.source[0].columns.group = "group";
  options.group = GroupOptions{{}, "patient", {}, {}};
  EXPECT_EQ(open(options).groups, (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(Places, NamesAreAsShortAsBeforeWhereThereIsOne) {
  write_folder("a", {"1", "2", "3"});
  DatasetOptions options = dataset_of({source("a")});
  const Dataset one = open(options);
  EXPECT_EQ(named(one.samples, "all/UID_1_1_1_all.png").source, 0);
  DatasetOptions path;
  path.path = (folder_.path() / "a").string();
  path.group = options.group;
  EXPECT_EQ(open(path).fingerprint, one.fingerprint);
  EXPECT_EQ(open(path).sources, (std::vector<std::string>{"a"}));
}

TEST_F(Places, RefuseAFileThatTwoOfThemList) {
  write_folder("a/inner", {"1", "2", "3"});
  expect_refused(dataset_of({source("a"), source("a/inner")}),
                 "the same file is listed by two sources: 6 images: a/inner/all/UID_1_1_1_all.png = "
                 "inner/all/UID_1_1_1_all.png");
}

TEST_F(Places, AreNamedInWhatIsWrongWithThem) {
  write_folder("a", {"1", "2", "3"});
  std::filesystem::create_directories(folder_.path() / "b");
  expect_refused(dataset_of({source("a"), source("b")}), "dataset.source 'b': ");
  expect_refused(dataset_of({source("a"), source("c")}), "dataset.source 'c': ");
  folder_.write("d.txt", "x");
  expect_refused(dataset_of({source("a"), source("d.txt")}), "is neither a folder nor a .csv file");
  folder_.write("e.csv", "file,label\n");
  expect_refused(dataset_of({source("a"), source("e.csv")}), "e.csv:1:1: error: no column 'path'");
  folder_.write("f.csv", "path,label\nnone.png,all\n");
  DatasetOptions options = dataset_of({source("a"), source("f.csv")});
  options.source[1].group = GroupOptions{"(n)", {}, {}, {}};
  expect_refused(options, "f.csv:2:1");
}

TEST_F(Places, RefuseAGroupColumnForAFolder) {
  write_folder("a", {"1"});
  DatasetOptions options = dataset_of({source("a")});
  options.group = GroupOptions{{}, "patient", {}, {}};
  expect_refused(options, "only a CSV manifest has columns, and dataset.source 'a' is a folder");
}

TEST_F(Places, NeedOnlyPathsInAManifestForPrediction) {
  write_folder("a", {"1", "2", "3"});
  folder_.write("img/x.png", image());
  folder_.write("new.csv", "path,label,seen\nimg/x.png,,2020\n");
  const Dataset dataset = open(dataset_of({source("a"), source("new.csv", "none")}));
  EXPECT_EQ(dataset.columns, (std::vector<std::string>{"label", "seen"}));
  EXPECT_EQ(named(dataset.unlabelled, "new/img/x.png").values, (std::vector<std::string>{"", "2020"}));
}

TEST_F(Places, MapLabelsToClassesThatNothingElseNames) {
  write_manifest("a", {"1", "2", "3"});
  DatasetOptions options = dataset_of({source("a.csv")});
  options.group.reset();
  options.source[0].labels = {{"all", "sick"}, {"hem", "well"}};
  EXPECT_EQ(open(options).classes, (std::vector<std::string>{"sick", "well"}));
}

TEST_F(Places, AreRefusedWhenNoneHasLabels) {
  write_folder("a", {"1"});
  expect_refused(dataset_of({source("a", "none")}), "no image has a label; all of them are for prediction only");
}

}  // namespace
}  // namespace assay
