#include "assay/experiment.h"

#include <gtest/gtest.h>

#include "assay/toml_file.h"
#include "core/experiment_folder.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

TEST_F(ExperimentTest, NeedsOnlyADataSetAndABackbone) {
  const Experiment experiment = read_experiment(write("small.toml", base_), {});
  EXPECT_EQ(experiment.name, "small");
  EXPECT_EQ(experiment.sampler.plugin, "random");
  EXPECT_EQ(experiment.head.plugin, "fully_connected");
  EXPECT_EQ(std::get<std::string>(experiment.backbone.freeze), "all");
  EXPECT_EQ(experiment.training.epochs, 100);
}

TEST_F(ExperimentTest, FillsInThePluginsDefaults) {
  const Experiment experiment = read_experiment(write("x.toml", base_ + "[[augmentation]]\nplugin = \"crop\"\n"), {});
  EXPECT_EQ(*experiment.augmentations.front().options.find("min_area"), (Node{0.5, {}}));
  EXPECT_EQ(experiment.augmentations.front().options.find("plugin"), nullptr);
  EXPECT_EQ(*experiment.resolved.find("backbone")->find("width"), (Node{0.5, {}}));
}

TEST_F(ExperimentTest, ReportsAllMistakesInTheOrderOfTheFile) {
  const std::string text = mistakes(write("bad.toml",
                                          "[dataset]\npath = \"demo\"\n"
                                          "[backbone]\nplugin = \"efficientnet\"\nwidht = 2.0\nwieghts = \"none\"\n"
                                          "[training]\nepochs = 0\nlr = 0.1\nbatch_size = \"64\"\n"
                                          "[sampler]\nplugin = \"randon\"\n"
                                          "[[augmentation]]\nplugin = \"crop\"\nmin_aera = 2\n"));
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  ASSERT_EQ(lines.size(), 7U) << text;
  const std::string file = (folder_ / "bad.toml").string();
  EXPECT_TRUE(lines[0].starts_with(file + ":5:1: error: backbone.widht: unknown key; did you mean 'width'?"))
      << lines[0];
  EXPECT_TRUE(lines[1].starts_with(file + ":6:1: error: backbone.wieghts: unknown key; did you mean 'weights'?"))
      << lines[1];
  EXPECT_TRUE(lines[2].starts_with(file + ":8:10: error: training.epochs: 0 is out of range")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with(file + ":9:1: error: training.lr: unknown key")) << lines[3];
  EXPECT_TRUE(lines[4].starts_with(file + ":10:14: error: training.batch_size: expected a whole number")) << lines[4];
  EXPECT_TRUE(lines[5].starts_with(file + ":12:10: error: unknown sampler 'randon'; did you mean 'random'?"))
      << lines[5];
  EXPECT_TRUE(lines[6].starts_with(
      file + ":15:1: error: crop.min_aera: unknown key; did you mean 'min_area'? (runner plugins describe crop)"))
      << lines[6];
}

TEST_F(ExperimentTest, ExtendsAnotherFile) {
  write("base.toml", base_ + "training.epochs = 7\ntraining.batch_size = 8\ndataset.classes.a = [\"x\", \"y\"]\n");
  const Experiment experiment = read_experiment(
      write("x.toml", "extends = \"base.toml\"\ntraining.epochs = 9\ndataset.classes.a = [\"z\"]\n"), {});
  EXPECT_EQ(experiment.training.epochs, 9);
  EXPECT_EQ(experiment.training.batch_size, 8);
  EXPECT_EQ(experiment.dataset.classes.at("a"), (std::vector<std::string>{"z"}));
}

TEST_F(ExperimentTest, AnotherPluginOrNameDropsTheOldOnesKeys) {
  write("base.toml", base_ +
                         "[training]\noptimizer = { name = \"adamw\", beta1 = 0.8 }\n[[augmentation]]\nplugin = "
                         "\"crop\"\nmin_area = 1\n");
  const Experiment experiment = read_experiment(
      write("x.toml", "extends = \"base.toml\"\ntraining.optimizer = { name = \"sgd\", momentum = 0.5 }\n"), {});
  EXPECT_EQ(std::get<SgdOptions>(experiment.training.optimizer).momentum, 0.5);
}

TEST_F(ExperimentTest, AnotherAlternativeTakesTheOldOnesPlace) {
  write("base.toml", base_ + "dataset.group = { pattern = 'UID_(\\d+)' }\n");
  const auto file = write("x.toml", "extends = \"base.toml\"\ndataset.group = { block = 20 }\n");
  EXPECT_EQ(read_experiment(file, {}).dataset.group->block, 20);
  EXPECT_FALSE(read_experiment(file, {}).dataset.group->pattern.has_value());
  EXPECT_EQ(read_experiment(file, {"dataset.group.folder=1"}).dataset.group->folder, 1);
}

TEST_F(ExperimentTest, RefusesACycleAndAMissingBase) {
  write("a.toml", "extends = \"b.toml\"\n");
  EXPECT_NE(mistakes(write("b.toml", "extends = \"a.toml\"\n")).find("b.toml extends a.toml extends b.toml"),
            std::string::npos);
  EXPECT_NE(
      mistakes(write("c.toml", "extends = \"none.toml\"\n")).find("c.toml:1:11: error: extends: there is no file"),
      std::string::npos);
}

TEST_F(ExperimentTest, SettingsGoThroughTheSameChecks) {
  const auto file = write(
      "x.toml", base_ + "[[augmentation]]\nplugin = \"crop\"\n[[augmentation]]\nplugin = \"crop\"\nid = \"second\"\n");
  const Experiment experiment = read_experiment(
      file, {"training.epochs=20", "augmentation.second.min_area=0.25", "name=other", "training.optimizer.name=sgd"});
  EXPECT_EQ(experiment.training.epochs, 20);
  EXPECT_EQ(*experiment.augmentations[1].options.find("min_area"), (Node{0.25, {}}));
  EXPECT_EQ(*experiment.augmentations[0].options.find("min_area"), (Node{0.5, {}}));
  EXPECT_EQ(experiment.name, "other");
  EXPECT_TRUE(std::holds_alternative<SgdOptions>(experiment.training.optimizer));

  EXPECT_NE(mistakes(file, {"training.epohcs=20"})
                .find("--set training.epohcs=20: error: training.epohcs: unknown key; did you mean 'epochs'?"),
            std::string::npos);
  EXPECT_NE(mistakes(file, {"training.epochs"}).find("a setting is key=value"), std::string::npos);
  EXPECT_NE(mistakes(file, {"augmentation.third.min_area=1"}).find("augmentation has no entry 'third'"),
            std::string::npos);
}

TEST_F(ExperimentTest, RefusesTwoEqualIds) {
  const auto file =
      write("x.toml", base_ + "[[augmentation]]\nplugin = \"crop\"\n[[augmentation]]\nplugin = \"crop\"\n");
  EXPECT_NE(mistakes(file).find("two entries have the id 'crop'"), std::string::npos);
}

TEST_F(ExperimentTest, FindsPathsFromTheFileThatNamesThem) {
  fs::create_directories(folder_ / "inner");
  fs::create_directories(folder_ / "cells");
  write("inner/base.toml", "dataset.path = \"../cells\"\nbackbone.plugin = \"efficientnet\"\n");
  const Experiment experiment = read_experiment(write("x.toml", "extends = \"inner/base.toml\"\n"), {});
  EXPECT_EQ(experiment.dataset.path, (folder_ / "cells").string());
  EXPECT_NE(mistakes(write("y.toml", "dataset.path = \"nowhere\"\nbackbone.plugin = \"efficientnet\"\n"))
                .find("y.toml:1:16: error: dataset.path: there is no folder or manifest"),
            std::string::npos);
}

TEST_F(ExperimentTest, RefusesAnEmptyFile) {
  EXPECT_NE(mistakes(write("empty.toml", "")).find("empty.toml:1:1: error: this file is empty"), std::string::npos);
}

TEST_F(ExperimentTest, IsTheSameWhenReadBackFromWhatIsStored) {
  const Experiment experiment = read_experiment(write("x.toml", base_ + "[[augmentation]]\nplugin = \"crop\"\n"), {});
  const Experiment again = experiment_from_resolved(parse_toml(write_toml(experiment.resolved), "stored"));
  EXPECT_EQ(write_toml(again.resolved), write_toml(experiment.resolved));
  EXPECT_EQ(again.augmentations.front().options, experiment.augmentations.front().options);
}

TEST_F(ExperimentTest, TellsAboutTwoPluginsOfOneName) {
  fs::create_directories(folder_ / "more");
  fs::copy_file(folder_ / "plugins/crop.plugin.toml", folder_ / "more/crop.plugin.toml");
  const auto file = write("x.toml", base_ + "[plugins]\npath = [\"more\"]\n");
  const std::string text = mistakes(file);
  EXPECT_NE(text.find("two plugins are called augmentation 'crop'"), std::string::npos) << text;
  EXPECT_NE(text.find((folder_ / "more/crop.so").string()), std::string::npos) << text;
}

}  // namespace
}  // namespace assay
