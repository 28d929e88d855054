// C-NMC 2019 as it is published, in miniature.
#include <gtest/gtest.h>

#include "data/opening.h"
#include "data/places.h"

namespace assay {
namespace {

using test::counts;
using test::expect_refused;
using test::group_of;
using test::named;
using test::open;
using test::Places;
using test::refusal;
using test::small_image;
using test::sum;

/// The layout in which C-NMC 2019 is published, with few cells.
class CnmcLayout : public Places {
 protected:
  void SetUp() override {
    write_folder("train/fold_0", {"1", "2", "H3"});
    write_folder("train/fold_1", {"4", "H5", "6"});
    write_folder("train/fold_2", {"7", "8"});
    for (int i = 1; i <= 4; ++i)
      folder_.write("prelim/" + std::to_string(i) + ".bmp", small_image(900U + unsigned(i), ".bmp"));
    folder_.write("labels.csv",
                  "Patient_ID,new_names,labels\nUID_57_29_1_all.bmp,1.bmp,1\nUID_57_22_2_all.bmp,2.bmp,1\n"
                  "UID_H49_35_1_hem.bmp,3.bmp,0\nUID_h49_35_2_hem.bmp,4.bmp,0\n");
    for (int i = 1; i <= 3; ++i)
      folder_.write("final/" + std::to_string(i) + ".bmp", small_image(950U + unsigned(i), ".bmp"));
  }

  SourceOptions preliminary() const {
    SourceOptions options = source("labels.csv", "test");
    options.name = "preliminary";
    options.folder = (folder_.path() / "prelim").string();
    options.columns = {"new_names", "labels", "Patient_ID"};
    options.labels = {{"1", "all"}, {"0", "hem"}};
    return options;
  }

  DatasetOptions options() const {
    DatasetOptions options = dataset_of({source("train/fold_0"), source("train/fold_1"), source("train/fold_2"),
                                         preliminary(), source("final", "none")});
    options.classes = {{"malignant", {"all"}}, {"healthy", {"hem"}}};
    options.positive = "malignant";
    options.split = SplitOptions{0.3, 0.3, 0};
    return options;
  }
};

TEST_F(CnmcLayout, IsCountedBySourceClassAndSplit) {
  const Dataset dataset = open(options());
  EXPECT_EQ(dataset.sources, (std::vector<std::string>{"fold_0", "fold_1", "fold_2", "preliminary", "final"}));
  EXPECT_EQ(dataset.samples.size(), 20U);
  EXPECT_EQ(dataset.unlabelled.size(), 3U);
  auto images = counts(dataset);
  EXPECT_EQ(sum(images["fold_0"]["malignant"]), 3);
  EXPECT_EQ(sum(images["fold_1"]["healthy"]), 3);
  EXPECT_EQ(sum(images["fold_2"]["healthy"]), 2);
  EXPECT_EQ(images["preliminary"]["malignant"], (std::map<Split, int>{{Split::test, 2}}));
  EXPECT_EQ(images["preliminary"]["healthy"], (std::map<Split, int>{{Split::test, 2}}));
  EXPECT_EQ(dataset.of_split(Split::test).size(), 4U);        // the folds' patients go to train and validation only
  EXPECT_EQ(dataset.of_split(Split::validation).size(), 4U);  // 0.3 of 8 patients, with two images each
}

TEST_F(CnmcLayout, FindsThePatientInTheFormerName) {
  const Dataset dataset = open(options());
  EXPECT_EQ(group_of(dataset, "preliminary/1.bmp"), "57");
  EXPECT_EQ(group_of(dataset, "preliminary/4.bmp"), "H49");
  EXPECT_EQ(group_of(dataset, "fold_0/hem/UID_H3_1_1_hem.png"), "H3");
}

TEST_F(CnmcLayout, KeepsTheFinalSetForPredictionOnly) {
  const Dataset dataset = open(options());
  const Sample& last = named(dataset.unlabelled, "final/3.bmp");
  EXPECT_EQ(last.path, folder_.path() / "final/3.bmp");
  EXPECT_EQ(dataset.sources[static_cast<std::size_t>(last.source)], "final");
  EXPECT_FALSE(last.content_hash.empty());
  DatasetOptions without = options();
  without.source.pop_back();
  EXPECT_EQ(open(without).fingerprint, dataset.fingerprint);
  EXPECT_EQ(open(without).split_fingerprint, dataset.split_fingerprint);
}

TEST_F(CnmcLayout, RefusesAPatientOfBothTrainingAndTest) {
  folder_.write("train/fold_2/all/UID_57_1_1_all.png", small_image(990));
  const std::string text = refusal(options());
  for (const char* words :
       {"group '57' is in two splits: ", "fold_2/all/UID_57_1_1_all.png of source 'fold_2' in one that is drawn",
        "of source 'preliminary' in test", "put the whole group into one split"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }
}

TEST_F(CnmcLayout, RefusesAnImageOfBothTrainingAndTest) {
  folder_.write("train/fold_2/all/UID_8_9_9_all.bmp", small_image(901, ".bmp"));  // preliminary/1.bmp
  const std::string text = refusal(options());
  EXPECT_NE(text.find("group '57+8' is in two splits: "), std::string::npos) << text;
  EXPECT_NE(text.find("fold_2/all/UID_8_9_9_all.bmp of source 'fold_2'"), std::string::npos) << text;
  EXPECT_NE(text.find("preliminary/1.bmp of source 'preliminary' in test, which show the same"), std::string::npos)
      << text;
}

TEST_F(CnmcLayout, RefusesLabelsThatAreNotMappedWithTheirFirstLines) {
  folder_.write("labels.csv",
                "Patient_ID,new_names,labels\nUID_57_29_1_all.bmp,1.bmp,1\nUID_57_22_2_all.bmp,2.bmp,2\n"
                "UID_H49_35_1_hem.bmp,3.bmp,0\nUID_h49_35_2_hem.bmp,4.bmp,2\n");
  expect_refused(options(),
                 "labels.csv:3:1: error: label '2' (and 1 more rows), but dataset.source 'preliminary' has "
                 "labels for '0', '1' only");
}

TEST_F(CnmcLayout, RefusesAColumnWithoutAPatientNaming) {
  folder_.write(
      "labels.csv",
      "Patient_ID,new_names,labels\nUID_57_29_1_all.bmp,1.bmp,1\nold.bmp,2.bmp,1\nUID_H49_35_1_hem.bmp,3.bmp,0\n");
  expect_refused(options(), "dataset.group.pattern: 'UID_(H?\\d+)_' finds no group in 1 image: 2.bmp ('old.bmp')");
}

TEST_F(CnmcLayout, MayBeJudgedAsAWhole) {
  const Dataset dataset = open(options(), DatasetUse::judge);
  EXPECT_EQ(dataset.of_split(Split::test).size(), 20U);
}

}  // namespace
}  // namespace assay
