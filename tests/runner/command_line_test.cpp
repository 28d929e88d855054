// What every user meets first: wrong words, wrong files, and which libraries a command opens.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

TEST(CommandLine, AMistypedCommandIsExitCodeTwoWithASuggestion) {
  const Outcome outcome = run_runner({"lits"}, fresh_folder());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "there is no command 'lits'; did you mean 'list'?")) << outcome.err;
}

TEST(CommandLine, HelpIsExitCodeZeroForEveryCommand) {
  for (const char* command : {"run", "check", "resume", "list", "show", "compare", "history", "predict", "evaluate",
                              "export", "dataset", "cache", "plugins", "schema", "reference"}) {
    const Outcome outcome = run_runner({command, "--help"}, fresh_folder());
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_TRUE(contains(outcome.out, "Usage:")) << command;
  }
}

TEST(CommandLine, AMissingArgumentIsExitCodeTwo) { EXPECT_EQ(run_runner({"show"}, fresh_folder()).exit_code, 2); }

TEST(CommandLine, AMissingExperimentIsExitCodeTwo) {
  const Outcome outcome = run_runner({"nothing.toml"}, fresh_folder());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "nothing.toml: error: there is no such file")) << outcome.err;
}

TEST(Check, FindsSixMistakesAtOnce) {
  const fs::path folder = fresh_folder();
  std::ofstream(folder / "bad.toml") << "[dataset]\npath = \"demo\"\npositve = \"malignant\"\n"
                                        "[[augmentation]]\nplugin = \"crop\"\nmin_aera = 0.5\n"
                                        "[[augmentation]]\nplugin = \"rotate\"\nmax_degrees = 720\n"
                                        "[sampler]\nplugin = \"oversampel\"\n"
                                        "[backbone]\nplugin = \"efficientnet\"\nvariant = \"b00\"\n"
                                        "[training]\nmax_epochs = 5\n";
  const Outcome outcome = run_runner({"check", "bad.toml"}, folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 6) << outcome.err;
  for (const char* part : {"bad.toml:3:1: error: dataset.positve: unknown key; did you mean 'positive'?",
                           "bad.toml:6:1: error: crop.min_aera: unknown key; did you mean 'min_area'?",
                           "bad.toml:9:15: error: rotate.max_degrees: 720 is out of range",
                           "bad.toml:11:10: error: unknown sampler 'oversampel'; did you mean 'oversample'?",
                           "bad.toml:14:11: error: backbone.variant: \"b00\" is not",
                           "bad.toml:16:1: error: training.max_epochs: unknown key; did you mean 'epochs'?"}) {
    EXPECT_TRUE(contains(outcome.err, part)) << part << "\nis not in\n" << outcome.err;
  }
}

TEST(Check, FindsEveryShippedExperimentFine) {
  for (const auto& entry : fs::directory_iterator(fs::path(ASSAY_SOURCE_DIR) / "experiments")) {
    if (entry.path().extension() != ".toml") continue;
    std::vector<std::string> arguments = {"check", entry.path().string()};
    // Its images are not shipped; dataset_command_test.cpp lays out a few like them.
    if (entry.path().stem() == "cnmc") arguments.insert(arguments.end(), {"--set", "dataset.path=demo"});
    const Outcome outcome = run_runner(arguments, fresh_folder());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

TEST(Reference, IsTheOneInTheRepository) {
  std::ifstream file(fs::path(ASSAY_SOURCE_DIR) / "experiments/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(run_runner({"reference"}, fresh_folder()).out == text.str())  // a difference of 200 lines helps nobody
      << "make it again: build/release/bin/runner reference > experiments/README.md";
}

/// The libraries that the dynamic linker opened, as it tells them itself.
std::string libraries_opened_by(const std::vector<std::string>& arguments) {
  const fs::path folder = fresh_folder();
  run_runner(arguments, folder, {{"LD_DEBUG", "files"}, {"LD_DEBUG_OUTPUT", (folder / "linker").string()}});
  std::string text;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("linker")) continue;
    std::ifstream file(entry.path());
    std::ostringstream part;
    part << file.rdbuf();
    text += part.str();
  }
  return text;
}

TEST(Start, ListingAndCheckingOpenNoPluginAndNeitherLibTorchNorOpenCv) {
  const std::string experiment = ASSAY_SOURCE_DIR "/experiments/effnet_crop.toml";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"check", experiment}, {"plugins"}, {"plugins", "describe", "crop"}, {"schema"}}) {
    const std::string opened = libraries_opened_by(arguments);
    ASSERT_TRUE(contains(opened, "libassay_core")) << "the linker told nothing";
    EXPECT_FALSE(contains(opened, "libtorch")) << arguments.front();
    EXPECT_FALSE(contains(opened, "libopencv")) << arguments.front();
    EXPECT_FALSE(contains(opened, "assay/plugins/")) << arguments.front();
  }
}

TEST(Start, DatasetOpensNoLibTorch) {
  const fs::path folder = fresh_folder();
  const std::string opened = libraries_opened_by({"dataset", write_small_experiment(folder / "..").string()});
  EXPECT_TRUE(contains(opened, "libopencv"));
  EXPECT_FALSE(contains(opened, "libtorch"));
}

}  // namespace
}  // namespace assay
