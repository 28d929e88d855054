// The JSON Schema of experiment files, judged by a validator that knows nothing of Assay (validate_experiments.py), and
// held against what `runner check` says of the same files.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "runner_process.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr int kNoValidator = 3;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Outcome run_shell(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  Outcome outcome;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) outcome.out += static_cast<char>(c);
  outcome.exit_code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

/// What the validator says of a file: "fine", or what is wrong. The first Python that has the validator is asked.
std::optional<std::string> verdict_on(const fs::path& file, const fs::path& schema) {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const Outcome outcome =
        run_shell(std::string(python) + " '" ASSAY_SOURCE_DIR "/tests/runner/validate_experiments.py' '" +
                  schema.string() + "' '" + file.string() + "'");
    if (outcome.exit_code == kNoValidator || outcome.exit_code == 127) continue;
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    return outcome.out.substr(std::min(outcome.out.size(), file.string().size() + 2));
  }
  return std::nullopt;
}

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder();
    schema_ = folder_ / "assay.schema.json";
    std::ofstream(schema_) << run_runner({"schema"}, folder_).out;
    std::ofstream(folder_ / "base.toml") << kWhole;
    if (verdict_on(folder_ / "base.toml", schema_)) return;
    if (std::getenv("CI") != nullptr) FAIL() << "python3-jsonschema is missing";
    GTEST_SKIP() << "python3-jsonschema is missing";
  }

  /// What the validator says of a file with this text.
  std::string verdict(const std::string& text) {
    std::ofstream(folder_ / "experiment.toml") << text;
    return verdict_on(folder_ / "experiment.toml", schema_).value_or("no verdict");
  }

  Outcome check() { return run_runner({"check", "experiment.toml"}, folder_); }

  static constexpr const char* kWhole =
      "[dataset]\npath = \"demo\"\npositive = \"malignant\"\n[backbone]\nplugin = \"efficientnet\"\n";

  fs::path folder_;
  fs::path schema_;
};

TEST_F(Schema, FindsEveryShippedExperimentFine) {
  for (const auto& entry : fs::directory_iterator(fs::path(ASSAY_SOURCE_DIR) / "experiments")) {
    if (entry.path().extension() == ".toml") EXPECT_EQ(verdict_on(entry.path(), schema_), "fine\n") << entry.path();
  }
}

TEST_F(Schema, FindsFineWhatTheCheckFindsFine) {
  const std::string whole = kWhole;
  std::ofstream(folder_ / "weights.pth") << "x";
  for (const std::string& text : {
           whole,
           whole + "freeze = 2\nweights = \"weights.pth\"\n",
           whole + "[evaluation]\nthreshold = \"sensitivity=0.95\"\n",
           whole + "[evaluation]\nthreshold = 0.5\n",
           whole + "[training]\noptimizer = { name = \"sgd\", momentum = 0.8 }\n",
           whole + "[[augmentation]]\nplugin = \"crop\"\nid = \"first\"\nmin_area = 0.5\n",
           whole + "[dataset.classes]\nmalignant = [\"all\"]\n",
           std::string("[dataset]\nsource = [{ path = \".\", labels = { \"1\" = \"all\" } }]\npositive = \"all\"\n"
                       "split = \"set\"\n[backbone]\nplugin = \"efficientnet\"\n"),
           std::string("extends = \"base.toml\"\n[dataset]\npositive = \"malignant\"\n[backbone]\nfreeze = \"none\"\n"),
           std::string("extends = \"base.toml\"\n[training.optimizer]\nlearning_rate = 1e-4\n"),
       }) {
    EXPECT_EQ(verdict(text), "fine\n") << text;
    EXPECT_EQ(check().exit_code, 0) << text << check().err;
  }
}

struct Mistake {
  std::string text;
  std::string told;  ///< a part of the validator's message
};

TEST_F(Schema, RefusesEachMistakeThatTheCheckRefuses) {
  const std::string whole = kWhole;
  const std::string extending = "extends = \"base.toml\"\n";
  for (const auto& [text, told] : std::initializer_list<Mistake>{
           {whole + "[trainig]\nepochs = 5\n", "'trainig' was unexpected"},
           {whole + "[training]\nmax_epochs = 5\n", "'max_epochs' was unexpected"},
           {whole + "[training]\nepochs = \"many\"\n", "training.epochs: 'many' is not of type 'integer'"},
           {whole + "[training]\nepochs = 0\n", "training.epochs: 0 is less than the minimum"},
           {whole + "[training]\noptimizer = { name = \"adamw\", learning_rate = 0 }\n",
            "learning_rate: 0 is less than"},
           {whole + "[training]\noptimizer = { name = \"adamw\", momentum = 0.9 }\n", "'momentum' was unexpected"},
           {whole + "[training]\noptimizer = { learning_rate = 0.1 }\n", "'name' is a required property"},
           {whole + "[training]\ndevice = \"gpu\"\n", "'gpu' is not one of"},
           {whole + "[evaluation]\nthreshold = \"sensitivity=2\"\n", "evaluation.threshold: "},
           {whole + "[sampler]\nplugin = \"oversampel\"\n", "'oversampel' is not one of"},
           {whole + "variant = \"b00\"\n", "backbone.variant: 'b00' is not one of"},
           {whole + "[[augmentation]]\nplugin = \"crop\"\nmin_aera = 0.5\n", "'min_aera' was unexpected"},
           {whole + "[[augmentation]]\nplugin = \"rotate\"\nmin_area = 0.5\n", "'min_area' was unexpected"},
           {whole + "[[augmentation]]\nplugin = \"rotate\"\nmax_degrees = 720\n", "720 is greater than the maximum"},
           {whole + "[[augmentation]]\nid = \"first\"\n", "'plugin' is a required property"},
           {whole + "[dataset.classes]\nmalignant = \"all\"\n", "'all' is not of type 'array'"},
           {whole + "[dataset.group]\nblock = 20\ncolumn = \"patient\"\n", "dataset.group: "},
           {whole + "[dataset.group]\n", "dataset.group: "},
           {"[dataset]\npositive = \"malignant\"\n[backbone]\nplugin = \"efficientnet\"\n", "dataset: "},
           {"[dataset]\npath = \"demo\"\npositive = \"malignant\"\n", "'backbone' is a required property"},
           {extending + "[backbone]\nfreze = 2\n", "'freze' was unexpected"},
           {extending + "[[augmentation]]\nmin_area = 0.5\n", "'plugin' is a required property"},
           {extending + "[training]\nepochs = 0\n", "0 is less than the minimum"},
       }) {
    const std::string said = verdict(text);
    EXPECT_TRUE(contains(said, told)) << text << said;
    EXPECT_EQ(check().exit_code, 2) << text;
  }
}

TEST_F(Schema, HoldsThePluginsOfTheFolderItIsGiven) {
  std::ifstream crop(fs::path(ASSAY_PLUGIN_DIR) / "crop.plugin.toml");
  std::string text{std::istreambuf_iterator<char>(crop), {}};
  text.replace(text.find("\"crop\""), 6, "\"trim\"");
  fs::create_directories(folder_ / "own");
  std::ofstream(folder_ / "own/trim.plugin.toml") << text;
  const std::string experiment = std::string(kWhole) + "[[augmentation]]\nplugin = \"trim\"\nmin_area = 0.5\n";
  EXPECT_TRUE(contains(verdict(experiment), "'trim' is not one of"));
  std::ofstream(schema_) << run_runner({"schema", "--path", "own"}, folder_).out;
  EXPECT_EQ(verdict(experiment), "fine\n");
}

TEST(PluginSchema, IsThatOfOnePluginOrOfAll) {
  const auto rotate = nlohmann::json::parse(run_runner({"plugins", "schema", "rotate"}, fresh_folder()).out);
  EXPECT_EQ(rotate["properties"]["max_degrees"]["maximum"], 180);
  EXPECT_EQ(rotate["additionalProperties"], false);
  const auto all = nlohmann::json::parse(run_runner({"plugins", "schema"}, fresh_folder()).out);
  EXPECT_EQ(all["augmentation"]["rotate"], rotate);
  EXPECT_TRUE(all["head"].contains("fully_connected"));
}

}  // namespace
}  // namespace assay
