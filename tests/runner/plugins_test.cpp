// Finding plugins and telling about them: where they are looked for, which one is meant, and that none is opened.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// A plugin of which there is only the description, that of crop under another kind and name, beside a library that
/// can't be opened.
void write_description(const fs::path& folder, const std::string& kind, const std::string& name) {
  std::ifstream crop(fs::path(ASSAY_PLUGIN_DIR) / "crop.plugin.toml");
  std::string text{std::istreambuf_iterator<char>(crop), {}};
  text.replace(text.find("\"crop\""), 6, "\"" + name + "\"");
  text.replace(text.find("\"augmentation\""), 14, "\"" + kind + "\"");
  fs::create_directories(folder);
  std::ofstream(folder / (name + ".plugin.toml")) << text;
  std::ofstream(folder / (name + ".so")) << "no library";
}

TEST(Plugins, AreListedWithAndWithoutTheWord) {
  const Outcome bare = run_runner({"plugins"}, fresh_folder());
  EXPECT_EQ(bare.exit_code, 0);
  EXPECT_TRUE(contains(bare.out, "augmentation  crop")) << bare.out;
  EXPECT_EQ(run_runner({"plugins", "list"}, fresh_folder()).out, bare.out);
  EXPECT_EQ(run_runner({"plugins", "list", "--json"}, fresh_folder()).out,
            run_runner({"plugins", "--json"}, fresh_folder()).out);
}

TEST(Plugins, AreDescribed) {
  const Outcome described = run_runner({"plugins", "describe", "crop"}, fresh_folder());
  EXPECT_TRUE(contains(described.out, "min_area")) << described.out;
  const Outcome unknown = run_runner({"plugins", "describe", "corp"}, fresh_folder());
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_TRUE(contains(unknown.err, "did you mean 'crop'?")) << unknown.err;
}

TEST(Plugins, AreListedDescribedAndCheckedWithoutOpeningThem) {
  const fs::path folder = fresh_folder();
  write_description(folder / "own", "augmentation", "trim");
  EXPECT_TRUE(contains(run_runner({"plugins", "--path", "own"}, folder).out, "trim"));
  EXPECT_TRUE(contains(run_runner({"plugins", "describe", "trim", "--path", "own"}, folder).out, "min_area"));
  std::ofstream(folder / "experiment.toml") << "[plugins]\npath = [\"own\"]\n[dataset]\npath = \"demo\"\n"
                                               "[[augmentation]]\nplugin = \"trim\"\nmin_area = 0.5\n"
                                               "[backbone]\nplugin = \"efficientnet\"\n";
  const Outcome check = run_runner({"check", "experiment.toml"}, folder);
  EXPECT_EQ(check.exit_code, 0) << check.err;
}

TEST(Plugins, AreLookedForInTheExperimentsFoldersThenTheEnvironmentsThenTheInstallation) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "experiment.toml") << "[plugins]\npath = [\"own\"]\n[dataset]\npath = \"demo\"\n"
                                               "[backbone]\nplugin = \"nothing\"\n";
  const Outcome check = run_runner({"check", "experiment.toml"}, folder, {{"ASSAY_PLUGIN_PATH", "/first:/second"}});
  EXPECT_EQ(check.exit_code, 2);
  const std::string looked =
      "(looked in " + (folder / "own").string() + ", /first, /second, " + std::string(ASSAY_PLUGIN_DIR) + ")";
  EXPECT_TRUE(contains(check.err, looked)) << check.err;
}

TEST(Plugins, AreFoundInEachOfThosePlaces) {
  const fs::path folder = fresh_folder();
  write_description(folder / "own", "augmentation", "trim");
  write_description(folder / "everybodys", "augmentation", "stretch");
  std::ofstream(folder / "experiment.toml")
      << "[plugins]\npath = [\"own\"]\n[dataset]\npath = \"demo\"\n[[augmentation]]\nplugin = \"trim\"\n"
         "[[augmentation]]\nplugin = \"stretch\"\n[[augmentation]]\nplugin = \"crop\"\n"
         "[backbone]\nplugin = \"efficientnet\"\n";
  const Outcome check = run_runner({"check", "experiment.toml"}, folder, {{"ASSAY_PLUGIN_PATH", "everybodys"}});
  EXPECT_EQ(check.exit_code, 0) << check.err;
}

TEST(Plugins, OfOneKindAndNameInTwoPlacesAreAnErrorThatNamesBoth) {
  const fs::path folder = fresh_folder();
  write_description(folder / "own", "augmentation", "crop");
  const Outcome list = run_runner({"plugins"}, folder, {{"ASSAY_PLUGIN_PATH", (folder / "own").string()}});
  EXPECT_EQ(list.exit_code, 2);
  EXPECT_TRUE(contains(list.err, "two plugins are called augmentation 'crop': " + (folder / "own/crop.so").string() +
                                     " and " + ASSAY_PLUGIN_DIR "/crop.so"))
      << list.err;
}

TEST(Plugins, OfAFolderThatIsNamedTwiceAreThereOnce) {
  const fs::path folder = fresh_folder();
  write_description(folder / "own", "augmentation", "trim");
  const Outcome list = run_runner({"plugins", "--path", "own", "--path", "./own/"}, folder,
                                  {{"ASSAY_PLUGIN_PATH", (folder / "own/../own").string()}});
  EXPECT_EQ(list.exit_code, 0) << list.err;
}

TEST(Plugins, OfTwoKindsThatShareANameAreToldApartByTheKind) {
  const fs::path folder = fresh_folder();
  write_description(folder / "own", "sampler", "crop");
  const Outcome either = run_runner({"plugins", "describe", "crop", "--path", "own"}, folder);
  EXPECT_EQ(either.exit_code, 2);
  EXPECT_TRUE(contains(either.err, "plugins of several kinds are called 'crop': augmentation, sampler; say which"))
      << either.err;
  const Outcome one = run_runner({"plugins", "describe", "crop", "--kind", "sampler", "--path", "own"}, folder);
  EXPECT_TRUE(contains(one.out, "sampler crop")) << one.err;
  EXPECT_FALSE(contains(one.out, "augmentation crop"));
  const Outcome none = run_runner({"plugins", "describe", "crop", "--kind", "head", "--path", "own"}, folder);
  EXPECT_TRUE(contains(none.err, "there is no head 'crop'")) << none.err;
}

}  // namespace
}  // namespace assay
