// What [dataset] may say of several sources: where they lie, what they are called, and which splits they give.
#include <gtest/gtest.h>

#include "assay/toml_file.h"
#include "core/experiment_folder.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

class DatasetSources : public ExperimentTest {
 protected:
  /// A file with backbone and sources; the sources' lines begin at line 2.
  fs::path write_sources(const std::string& sources, const std::string& dataset = "") const {
    return write("x.toml", "backbone.plugin = \"efficientnet\"\n" + sources + "[dataset]\n" + dataset);
  }

  void make_folders(const std::vector<std::string>& names) const {
    for (const std::string& name : names) fs::create_directories(folder_ / name);
  }

  static void expect_found(const std::string& text, const std::string& words) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }
};

const std::string kTwoFolds =
    "[[dataset.source]]\npath = \"train/fold_0\"\n[[dataset.source]]\npath = \"test\"\nsplit = \"test\"\n";

TEST_F(DatasetSources, StartAtTheFileOrAtTheRoot) {
  make_folders({"train/fold_0", "test", "data/train/fold_0", "data/test", "elsewhere/train/fold_0", "elsewhere/test"});
  EXPECT_EQ(read_experiment(write_sources(kTwoFolds), {}).dataset.source[0].path, (folder_ / "train/fold_0").string());
  const fs::path file = write_sources(kTwoFolds, "root = \"data\"\n");
  EXPECT_EQ(read_experiment(file, {}).dataset.source[1].path, (folder_ / "data/test").string());
  const std::string setting = "dataset.root=" + (folder_ / "elsewhere").string();
  EXPECT_EQ(read_experiment(file, {setting}).dataset.source[0].path, (folder_ / "elsewhere/train/fold_0").string());
}

TEST_F(DatasetSources, LieWhereTheyDidWhenReadBackFromWhatIsStored) {
  make_folders({"data/train/fold_0", "data/test"});
  const Experiment experiment = read_experiment(write_sources(kTwoFolds, "root = \"data\"\n"), {});
  const fs::path stored = write("stored.toml", write_toml(experiment.resolved));
  const Experiment again = read_experiment(stored, {});
  EXPECT_EQ(write_toml(again.resolved), write_toml(experiment.resolved));
}

TEST_F(DatasetSources, OneStoredPathIsReadBackToo) {
  const Experiment experiment = read_experiment(write("x.toml", base_), {});
  EXPECT_EQ(read_experiment(write("stored.toml", write_toml(experiment.resolved)), {}).dataset.path, "demo");
}

TEST_F(DatasetSources, AreNamedByTheirFoldersAndManifests) {
  const auto name = [](const std::string& path) {
    SourceOptions source;
    source.path = path;
    return name_of(source);
  };
  EXPECT_EQ(name("/data/fold_0/"), "fold_0");
  EXPECT_EQ(name("/data/cells.v2"), "cells.v2");
  EXPECT_EQ(name("/data/list.csv"), "list");
  SourceOptions named;
  named.path = "/data/list.csv";
  named.name = "early";
  EXPECT_EQ(name_of(named), "early");
}

TEST_F(DatasetSources, AreReplacedByAPath) {
  make_folders({"train/fold_0", "test"});
  const Experiment experiment = read_experiment(write_sources(kTwoFolds), {"dataset.path=demo"});
  EXPECT_EQ(experiment.dataset.path, "demo");
  EXPECT_TRUE(experiment.dataset.source.empty());
}

TEST_F(DatasetSources, ReplaceThePathOfABase) {
  make_folders({"train/fold_0", "test"});
  write("base.toml", base_);
  const Experiment experiment = read_experiment(write("x.toml", "extends = \"base.toml\"\n" + kTwoFolds), {});
  EXPECT_FALSE(experiment.dataset.path.has_value());
  EXPECT_EQ(experiment.dataset.source.size(), 2U);
}

TEST_F(DatasetSources, AreAddressedByNameInSettings) {
  make_folders({"train/fold_0", "test", "other"});
  const fs::path file = write_sources("[[dataset.source]]\nname = \"folds\"\npath = \"train/fold_0\"\n" + kTwoFolds);
  const auto settings = {"dataset.source.folds.path=" + (folder_ / "other").string(),
                         std::string("dataset.source.folds.name=others")};
  const Experiment experiment = read_experiment(file, settings);
  EXPECT_EQ(experiment.dataset.source[0].path, (folder_ / "other").string());
  EXPECT_EQ(experiment.dataset.source[0].name, "others");
  EXPECT_EQ(read_experiment(file, {"dataset.source.fold_0.split=validation"}).dataset.source[1].split, "validation");
  expect_found(mistakes(file, {"dataset.source.fold_9.split=test"}), "source has no entry 'fold_9'");
}

TEST_F(DatasetSources, TellInOneMessageWhereMissingDataBelong) {
  const std::string text = mistakes(write_sources(kTwoFolds, "root = \"data\"\n"));
  expect_found(text, "x.toml:8:8: error: dataset.root: there is no folder " + (folder_ / "data").string());
  expect_found(text, "so that it holds train/fold_0, test, or say where they are: --set dataset.root=FOLDER");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 0) << text;
}

TEST_F(DatasetSources, TellWhichOfThemAreMissing) {
  make_folders({"test"});
  const std::string text = mistakes(write_sources(kTwoFolds));
  expect_found(text, "x.toml:3:8: error: dataset.source 'fold_0': there is no folder or manifest " +
                         (folder_ / "train/fold_0").string());
  EXPECT_EQ(text.find("'test'"), std::string::npos) << text;
}

TEST_F(DatasetSources, TellThatAManifestsFolderIsMissing) {
  write("list.csv", "path,label\n");
  make_folders({"train/fold_0", "test"});
  expect_found(mistakes(write_sources(kTwoFolds +
                                      "[[dataset.source]]\npath = \"list.csv\"\nfolder = \"img\"\nsplit = \"none\"\n")),
               "x.toml:9:10: error: dataset.source 'list': there is no folder " + (folder_ / "img").string());
}

TEST_F(DatasetSources, NeedNamesOfTheirOwn) {
  make_folders({"train/fold_0", "test", "more/test"});
  expect_found(mistakes(write_sources(kTwoFolds + "[[dataset.source]]\npath = \"more/test\"\n")),
               "x.toml:8:8: error: dataset.source: two sources are called 'test'; give one another name");
}

TEST_F(DatasetSources, MayHaveNoSlashOrControlCharacterInTheirNames) {
  make_folders({"train/fold_0", "test", "more"});
  for (const auto& [name, shown] : {std::pair("a/b", "a/b"), std::pair("a\\nb", "a\\nb")}) {
    const std::string source = "[[dataset.source]]\npath = \"more\"\nname = \"" + std::string(name) + "\"\n";
    expect_found(mistakes(write_sources(kTwoFolds + source)),
                 "x.toml:9:8: error: dataset.source: '" + std::string(shown) + "' can't be a source's name");
  }
}

TEST_F(DatasetSources, ThatCanNotBeLookedAtAreToldWithAllOtherFindings) {
  make_folders({"train/fold_0"});
  const std::string far(300, 'x');  // no file system has names of more than 255 bytes
  const std::string source = "[[dataset.source]]\npath = \"" + far + "\"\nfolder = \"" + far + "\"\n";
  const std::string text = mistakes(write_sources(kTwoFolds + source));
  expect_found(text, "x.toml:5:8: error: dataset.source 'test': there is no folder or manifest ");
  expect_found(text, "x.toml:8:8: error: dataset.source '" + far + "': there is no folder or manifest ");
  expect_found(text, "x.toml:9:10: error: dataset.source '" + far + "': there is no folder ");
  expect_found(text, "xxx (File name too long)");
  expect_found(mistakes(write_sources(kTwoFolds, "root = \"" + far + "\"\n")), "xxx (File name too long); unpack");
  const fs::path alone = write("y.toml", "backbone.plugin = \"efficientnet\"\ndataset.path = \"" + far + "\"\n");
  expect_found(mistakes(alone), "y.toml:2:16: error: dataset.path: there is no folder or manifest ");
}

TEST_F(DatasetSources, HaveColumnsOnlyInManifests) {
  make_folders({"train/fold_0", "test"});
  const std::string text = mistakes(
      write_sources(kTwoFolds + "columns = { label = \"class\" }\nlabels = { \"1\" = \"all\" }\nfolder = \"train\"\n"));
  expect_found(text, "dataset.source 'test': columns is for a CSV manifest, but");
  expect_found(text, "dataset.source 'test': labels is for a CSV manifest, but");
  expect_found(text, "dataset.source 'test': folder is for a CSV manifest, but");
}

TEST_F(DatasetSources, MapLabelsToKnownClassesOnly) {
  write("list.csv", "path,label\n");
  make_folders({"train/fold_0", "test"});
  const std::string text =
      mistakes(write_sources(kTwoFolds + "[[dataset.source]]\npath = \"list.csv\"\nlabels = { \"1\" = \"al\" }\n",
                             "classes = { malignant = [\"all\"], healthy = [\"hem\"] }\n"));
  expect_found(text,
               "x.toml:9:18: error: dataset.source 'list': labels: \"1\" becomes 'al', which dataset.classes does "
               "not name; did you mean 'all'?");
}

TEST_F(DatasetSources, MustLeaveSomethingToTrainOn) {
  make_folders({"test"});
  expect_found(mistakes(write_sources("[[dataset.source]]\npath = \"test\"\nsplit = \"none\"\n")),
               "every source has split = \"none\", so there is nothing to train on");
}

TEST_F(DatasetSources, MustLeaveASplitForThoseWithoutOne) {
  make_folders({"a", "b", "c", "d"});
  std::string sources;
  for (const auto& [name, split] : {std::pair("a", "train"), std::pair("b", "validation"), std::pair("c", "test")}) {
    sources += std::string("[[dataset.source]]\npath = \"") + name + "\"\nsplit = \"" + split + "\"\n";
  }
  EXPECT_EQ(mistakes(write_sources(sources)), "");
  expect_found(mistakes(write_sources(sources + "[[dataset.source]]\npath = \"d\"\n")),
               "train, validation and test are each given by a source, so nothing can be drawn from d");
}

TEST_F(DatasetSources, MustCoverEverySplit) {
  make_folders({"a", "b"});
  expect_found(mistakes(write_sources("[[dataset.source]]\npath = \"a\"\nsplit = \"train\"\n"
                                      "[[dataset.source]]\npath = \"b\"\nsplit = \"test\"\n")),
               "no image can be in validation, since every source has another split; leave out the split of one");
}

TEST_F(DatasetSources, KnowTheirSplits) {
  make_folders({"test"});
  expect_found(mistakes(write_sources("[[dataset.source]]\npath = \"test\"\nsplit = \"tset\"\n")),
               "did you mean 'test'?");
}

}  // namespace
}  // namespace assay
