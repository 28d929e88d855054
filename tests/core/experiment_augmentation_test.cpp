// [[augmentation]] entries: probabilities, groups of which each picture gets one, and what is wrong with them.
#include <gtest/gtest.h>

#include "assay/toml_file.h"
#include "core/experiment_folder.h"

namespace assay {
namespace {

/// From line 3 of a file on: two lines go before.
const std::string kGroup =
    "[[augmentation]]\n"
    "id = \"either\"\n"
    "probability = 0.4\n"
    "[[augmentation.one_of]]\n"
    "plugin = \"crop\"\n"
    "probability = 0.75\n"
    "min_area = 0.25\n"
    "[[augmentation.one_of]]\n"
    "plugin = \"rotate\"\n";

class AugmentationEntries : public ExperimentTest {
 protected:
  Experiment read(const std::string& text, const std::vector<std::string>& settings = {}) const {
    return read_experiment(write("x.toml", base_ + text), settings);
  }

  std::string told(const std::string& text, const std::vector<std::string>& settings = {}) const {
    return mistakes(write("x.toml", base_ + text), settings);
  }

  void expect_told(const std::string& text, const std::string& words) const {
    const std::string found = told(text);
    EXPECT_NE(found.find((folder_ / "x.toml").string() + words), std::string::npos) << found;
  }

  static std::vector<std::string> parameters_of(const Experiment& experiment) {
    std::vector<std::string> names;
    for (const auto& [key, value] : flatten(experiment.resolved)) {
      if (key.starts_with("augmentation.")) names.push_back(key + " = " + to_text(value));
    }
    return names;
  }
};

TEST_F(AugmentationEntries, AlwaysTakePartByDefault) {
  EXPECT_EQ(read("[[augmentation]]\nplugin = \"crop\"\n").augmentations.front().probability, 1);
  EXPECT_EQ(read("[[augmentation]]\nplugin = \"crop\"\nprobability = 0.5\n").augmentations.front().probability, 0.5);
  expect_told("[[augmentation]]\nplugin = \"crop\"\nprobability = 1.5\n",
              ":5:15: error: augmentation[0].probability: 1.5 is out of range; it must be between 0 and 1");
}

TEST_F(AugmentationEntries, MayBeGroups) {
  const Experiment experiment = read(kGroup);
  ASSERT_EQ(experiment.augmentations.size(), 1U);
  const AugmentationEntry& group = experiment.augmentations.front();
  EXPECT_EQ(group.plugin, "");
  EXPECT_EQ(group.id, "either");
  EXPECT_EQ(group.probability, 0.4);
  ASSERT_EQ(group.one_of.size(), 2U);
  EXPECT_EQ(group.one_of[0].plugin, "crop");
  EXPECT_EQ(group.one_of[0].probability, 0.75);
  EXPECT_EQ(*group.one_of[0].options.find("min_area"), (Node{0.25, {}}));
  EXPECT_EQ(group.one_of[0].options.find("probability"), nullptr);
  EXPECT_EQ(group.one_of[1].id, "rotate");
  EXPECT_EQ(group.one_of[1].probability, 1);
  EXPECT_EQ(*group.one_of[1].options.find("max_degrees"), (Node{0.5, {}})) << "the plugin's default";
}

TEST_F(AugmentationEntries, WriteTheirGroupsOnOneLineToo) {
  const Experiment one = read(
      "[[augmentation]]\nid = \"either\"\nprobability = 0.4\none_of = [{ plugin = \"crop\", probability = 0.75, "
      "min_area = 0.25 }, { plugin = \"rotate\" }]\n");
  EXPECT_EQ(one.resolved, read(kGroup).resolved);
}

TEST_F(AugmentationEntries, AreStoredUnderTheirIds) {
  EXPECT_EQ(
      parameters_of(read(kGroup)),
      (std::vector<std::string>{
          "augmentation.either.id = \"either\"", "augmentation.either.probability = 0.4",
          "augmentation.either.one_of.crop.plugin = \"crop\"", "augmentation.either.one_of.crop.id = \"crop\"",
          "augmentation.either.one_of.crop.probability = 0.75", "augmentation.either.one_of.crop.min_area = 0.25",
          "augmentation.either.one_of.rotate.plugin = \"rotate\"", "augmentation.either.one_of.rotate.id = \"rotate\"",
          "augmentation.either.one_of.rotate.probability = 1.0",
          "augmentation.either.one_of.rotate.max_degrees = 0.5"}));
}

TEST_F(AugmentationEntries, AreTheSameWhenReadBackFromWhatIsStored) {
  for (const std::string& text : {kGroup, std::string(kGroup).erase(kGroup.find("id"), 14)}) {
    const Experiment experiment = read(text);
    const Experiment stored = experiment_from_resolved(parse_toml(write_toml(experiment.resolved), "stored"));
    EXPECT_EQ(write_toml(stored.resolved), write_toml(experiment.resolved));
    EXPECT_EQ(stored.augmentations.front().one_of[0].options, experiment.augmentations.front().one_of[0].options);
    EXPECT_EQ(stored.augmentations.front().one_of[0].probability, 0.75);
    const Experiment again = read_experiment(write("stored.toml", write_toml(experiment.resolved)), {});
    EXPECT_EQ(write_toml(again.resolved), write_toml(experiment.resolved));
  }
}

TEST_F(AugmentationEntries, OfRunsFromBeforeProbabilitiesAreRead) {
  Experiment experiment = read("[[augmentation]]\nplugin = \"crop\"\n");
  Node& entry = experiment.resolved.find("augmentation")->list().front();
  entry.erase("probability");
  const Experiment older = experiment_from_resolved(experiment.resolved);
  EXPECT_EQ(older.augmentations.front().probability, 1);
  EXPECT_EQ(older.augmentations.front().plugin, "crop");
  EXPECT_EQ(*older.augmentations.front().options.find("min_area"), (Node{0.5, {}}));
}

TEST_F(AugmentationEntries, AreReachedBySettingsInGroupsToo) {
  const Experiment experiment =
      read(kGroup, {"augmentation.crop.min_area=0.125", "augmentation.rotate.probability=0.5",
                    "augmentation.either.probability=0.2", "augmentation.either.one_of.rotate.max_degrees=7"});
  const AugmentationEntry& group = experiment.augmentations.front();
  EXPECT_EQ(*group.one_of[0].options.find("min_area"), (Node{0.125, {}}));
  EXPECT_EQ(group.one_of[1].probability, 0.5);
  EXPECT_EQ(group.probability, 0.2);
  EXPECT_EQ(*group.one_of[1].options.find("max_degrees"), (Node{7.0, {}}));
  EXPECT_EQ(
      read(kGroup, {"augmentation.rotate.id=second", "augmentation.second.plugin=crop", "augmentation.crop.id=first"})
          .augmentations.size(),
      1U)
      << "another plugin in a group takes the old one's place";
  EXPECT_NE(
      told(kGroup, {"augmentation.crop.min_aera=1"})
          .find("--set augmentation.crop.min_aera=1: error: crop.min_aera: unknown key; did you mean 'min_area'?"),
      std::string::npos);
}

TEST_F(AugmentationEntries, AreAPluginOrAGroup) {
  expect_told("[[augmentation]]\nprobability = 0.5\n",
              ":3:1: error: augmentation[0]: give exactly one of plugin and one_of, not none");
  expect_told("[[augmentation]]\nplugin = \"crop\"\none_of = [{ plugin = \"rotate\" }]\n",
              ":3:1: error: augmentation[0]: give exactly one of plugin and one_of, not 2");
}

TEST_F(AugmentationEntries, NeedSomethingToChooseFrom) {
  expect_told("[[augmentation]]\none_of = []\n",
              ":4:10: error: augmentation.one_of is empty; give it the plugins to choose from");
  expect_told(
      "[[augmentation]]\none_of = [{ plugin = \"crop\", probability = 0 }, { plugin = \"rotate\", probability = 0.0 "
      "}]\n",
      ":4:10: error: augmentation.one_of: every entry has probability 0, so none can be chosen");
}

TEST_F(AugmentationEntries, OfAGroupMixPicturesAllOrNone) {
  write_plugin("augmentation", "mixup", "alpha", /*mixes=*/true);
  write_plugin("augmentation", "cutmix", "alpha", /*mixes=*/true);
  expect_told("[[augmentation]]\none_of = [{ plugin = \"mixup\" }, { plugin = \"rotate\" }]\n",
              ":4:10: error: augmentation.one_of holds 'mixup', which mixes the pictures of a batch, and 'rotate', "
              "which doesn't; put them into groups of their own");
  EXPECT_EQ(told("[[augmentation]]\none_of = [{ plugin = \"mixup\" }, { plugin = \"cutmix\" }]\n"), "");
  EXPECT_EQ(told("[[augmentation]]\none_of = [{ plugin = \"crop\" }, { plugin = \"rotate\" }]\n"), "");
}

TEST_F(AugmentationEntries, ThatMixPicturesLeaveNoFeaturesToKeep) {
  write_plugin("augmentation", "mixup", "alpha", /*mixes=*/true);
  const std::string kept = "training.feature_cache = \"on\"\npipeline.views = 2\n";
  const std::string words =
      ":3:26: error: training.feature_cache: \"on\" can't be done beside augmentation 'mixup', which mixes the "
      "pictures "
      "of each batch anew; take one of them out";
  expect_told(kept + "[[augmentation]]\nplugin = \"crop\"\n[[augmentation]]\nplugin = \"mixup\"\n", words);
  expect_told(kept + "[[augmentation]]\none_of = [{ plugin = \"mixup\" }]\n", words);
  EXPECT_EQ(told(kept + "[[augmentation]]\nplugin = \"crop\"\n"), "");
  EXPECT_EQ(told("pipeline.views = 2\n[[augmentation]]\nplugin = \"mixup\"\n"), "");
}

TEST_F(AugmentationEntries, TellWhichPluginHasAKeyThatTheirsLacks) {
  expect_told(
      "[[augmentation]]\nplugin = \"crop\"\nmax_degrees = 3\n",
      ":5:1: error: crop.max_degrees: unknown key; augmentation 'rotate' has it (runner plugins describe rotate)");
  expect_told("[[augmentation]]\nplugin = \"rotate\"\nlimit = 3\n",
              ":5:1: error: rotate.limit: unknown key; did you mean 'max_degrees'? (runner plugins describe rotate)");
}

TEST_F(AugmentationEntries, AreNotGroupsInGroups) {
  expect_told("[[augmentation]]\none_of = [{ one_of = [{ plugin = \"crop\" }] }]\n",
              ":4:22: error: augmentation.one_of: an entry of one_of is a plugin, not another group");
}

TEST_F(AugmentationEntries, HaveIdsOfTheirOwnInGroupsToo) {
  expect_told("[[augmentation]]\nplugin = \"crop\"\n" + kGroup,
              ":9:10: error: augmentation: two entries have the id 'crop'; give one an id of its own");
  expect_told("[[augmentation]]\nplugin = \"crop\"\nid = \"either\"\n" + kGroup,
              ":7:6: error: augmentation: two entries have the id 'either'; give one an id of its own");
}

TEST_F(AugmentationEntries, OfAGroupTakeNoPluginsKeys) {
  expect_told("[[augmentation]]\nmin_area = 0.5\none_of = [{ plugin = \"crop\" }]\n",
              ":4:1: error: augmentation.min_area: a group has no plugin that takes it; put it into an entry of its "
              "one_of");
}

TEST_F(AugmentationEntries, InGroupsAreCheckedAsOthersAre) {
  expect_told("[[augmentation]]\none_of = [{ plugin = \"crap\" }]\n",
              ":4:22: error: unknown augmentation 'crap'; did you mean 'crop'?");
  expect_told("[[augmentation]]\none_of = [{ plugin = \"crop\", min_area = -1 }]\n",
              ":4:41: error: crop.min_area: -1 is out");
  expect_told("[[augmentation]]\none_of = [{ min_area = 1 }]\n",
              ":4:11: error: augmentation[0].one_of[0].plugin is missing");
  expect_told("[[augmentation]]\none_of = { plugin = \"crop\" }\n",
              ":4:10: error: augmentation[0].one_of: expected a list of tables, not a table");
}

}  // namespace
}  // namespace assay
