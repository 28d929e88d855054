// The JSON Schema of experiment files, judged by a validator that knows nothing of Assay (validate_experiments.py), and
// held against what `runner check` says of the same files.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr int kNoValidator = 3;
constexpr int kNoProgram = 127;

Outcome run_shell(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  Outcome outcome;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) outcome.out += static_cast<char>(c);
  outcome.exit_code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

/// What the validator says of each file: "fine", or what is wrong. The first Python that has the validator is asked;
/// nothing where none has it.
std::optional<std::vector<std::string>> verdicts_on(const std::vector<fs::path>& files, const fs::path& schema) {
  std::string arguments = " '" ASSAY_SOURCE_DIR "/tests/runner/validate_experiments.py' '" + schema.string() + "'";
  for (const fs::path& file : files) arguments += " '" + file.string() + "'";
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const Outcome outcome = run_shell(python + arguments);
    if (outcome.exit_code == kNoValidator || outcome.exit_code == kNoProgram) continue;
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    std::vector<std::string> verdicts;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) verdicts.push_back(line.substr(line.find(": ") + 2));
    EXPECT_EQ(verdicts.size(), files.size()) << outcome.out;
    return verdicts;
  }
  return std::nullopt;
}

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder();
    schema_ = folder_ / "assay.schema.json";
    std::ofstream(schema_) << run_runner({"schema"}, folder_).out;
    std::ofstream(folder_ / "base.toml") << whole() << "[training]\noptimizer = { name = \"adamw\" }\n";
    if (verdicts_on({}, schema_)) return;
    if (std::getenv("CI") != nullptr) FAIL() << "python3-jsonschema is missing (tools/test installs it)";
    GTEST_SKIP() << "python3-jsonschema is missing (tools/test installs it)";
  }

  /// The smallest complete experiment; more may be put behind it.
  static std::string whole() {
    return "[dataset]\npath = \"demo\"\npositive = \"malignant\"\n[backbone]\nplugin = \"efficientnet\"\n";
  }

  /// Writes each text as an experiment of its own, in folder_.
  std::vector<fs::path> write(const std::vector<std::string>& texts) {
    std::vector<fs::path> files;
    for (const std::string& text : texts) {
      files.push_back(folder_ / (std::to_string(files.size()) + ".toml"));
      std::ofstream(files.back()) << "name = \"x\"\n" << text;
    }
    return files;
  }

  std::vector<std::string> verdicts(const std::vector<fs::path>& files) const {
    return verdicts_on(files, schema_).value_or(std::vector<std::string>(files.size()));
  }

  Outcome check(const fs::path& file) const { return run_runner({"check", file.string()}, folder_); }

  fs::path folder_;
  fs::path schema_;
};

TEST_F(Schema, FindsEveryShippedExperimentFine) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(ASSAY_SOURCE_DIR) / "experiments")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  EXPECT_GE(files.size(), 3U);
  EXPECT_EQ(verdicts(files), std::vector<std::string>(files.size(), "fine"));
}

TEST_F(Schema, FindsFineWhatTheCheckFindsFine) {
  std::ofstream(folder_ / "weights.pth") << "x";
  std::ofstream(folder_ / "images.csv") << "path,label,set\n";
  const std::string extending = "extends = \"base.toml\"\n";
  const std::vector<std::string> texts = {
      whole(),
      whole() + "freeze = 2\nweights = \"weights.pth\"\n",
      whole() + "[evaluation]\nthreshold = \"sensitivity=0.95\"\n",
      whole() + "[evaluation]\nthreshold = 0.5\n",
      whole() + "[training]\noptimizer = { name = \"sgd\", momentum = 0.8 }\n",
      whole() + "[[augmentation]]\nplugin = \"crop\"\nid = \"first\"\nmin_area = 0.5\n",
      whole() + "[[augmentation]]\nplugin = \"crop\"\nprobability = 0.5\n",
      whole() +
          "[[augmentation]]\nprobability = 0.3\none_of = [{ plugin = \"crop\", min_area = 0.5 }, { plugin = \"blur\" "
          "}]\n",
      whole() + "[[augmentation]]\nid = \"one\"\n[[augmentation.one_of]]\nplugin = \"gamma\"\ngamma = [0.8, 1.2]\n",
      whole() + "[dataset.classes]\nmalignant = [\"all\"]\n",
      "[dataset]\nsource = [{ path = \"images.csv\", labels = { \"1\" = \"all\" } }]\npositive = \"all\"\nsplit = "
      "\"set\"\n"
      "[backbone]\nplugin = \"efficientnet\"\n",
      extending + "[dataset]\npositive = \"malignant\"\n[backbone]\nfreeze = \"none\"\n",
      extending + "[training.optimizer]\nlearning_rate = 1e-4\n",
  };
  const std::vector<fs::path> files = write(texts);
  const std::vector<std::string> said = verdicts(files);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(said.at(i), "fine") << texts[i];
    const Outcome checked = check(files[i]);
    EXPECT_EQ(checked.exit_code, 0) << texts[i] << checked.err;
  }
}

struct Mistake {
  std::string text;
  std::string told;  ///< a part of the validator's message
};

TEST_F(Schema, RefusesEachMistakeThatTheCheckRefuses) {
  const std::string extending = "extends = \"base.toml\"\n";
  const std::vector<Mistake> mistakes = {
      {whole() + "[trainig]\nepochs = 5\n", "'trainig' was unexpected"},
      {whole() + "[training]\nmax_epochs = 5\n", "'max_epochs' was unexpected"},
      {whole() + "[training]\nepochs = \"many\"\n", "training.epochs: 'many' is not of type 'integer'"},
      {whole() + "[training]\nepochs = 0\n", "training.epochs: 0 is less than the minimum"},
      {whole() + "[training]\noptimizer = { name = \"adamw\", learning_rate = 0 }\n", "learning_rate: 0 is less than"},
      {whole() + "[training]\noptimizer = { name = \"adamw\", momentum = 0.9 }\n", "'momentum' was unexpected"},
      {whole() + "[training]\noptimizer = { learning_rate = 0.1 }\n", "'name' is a required property"},
      {whole() + "[training]\ndevice = \"gpu\"\n", "'gpu' is not one of"},
      {whole() + "[evaluation]\nthreshold = \"sensitivity=2\"\n", "evaluation.threshold: "},
      {whole() + "[sampler]\nplugin = \"oversampel\"\n", "'oversampel' is not one of"},
      {whole() + "variant = \"b00\"\n", "backbone.variant: 'b00' is not one of"},
      {whole() + "[[augmentation]]\nplugin = \"crop\"\nmin_aera = 0.5\n", "'min_aera' was unexpected"},
      {whole() + "[[augmentation]]\nplugin = \"rotate\"\nmin_area = 0.5\n", "'min_area' was unexpected"},
      {whole() + "[[augmentation]]\nplugin = \"rotate\"\nmax_degrees = 720\n", "720 is greater than the maximum"},
      {whole() + "[[augmentation]]\nid = \"first\"\n", "'plugin' is a required property"},
      {whole() + "[[augmentation]]\nplugin = \"crop\"\none_of = [{ plugin = \"blur\" }]\n", "augmentation.0: "},
      {whole() + "[[augmentation]]\nmin_area = 0.5\none_of = [{ plugin = \"crop\" }]\n", "'min_area' was unexpected"},
      {whole() + "[[augmentation]]\none_of = [{ plugin = \"crop\", max_degrees = 3 }]\n",
       "'max_degrees' was unexpected"},
      {whole() + "[[augmentation]]\none_of = [{ plugin = \"crap\" }]\n", "'crap' is not one of"},
      {whole() + "[[augmentation]]\none_of = [{ min_area = 0.5 }]\n", "'plugin' is a required property"},
      {whole() + "[[augmentation]]\none_of = [{ one_of = [{ plugin = \"crop\" }] }]\n", "'one_of' was unexpected"},
      {whole() + "[[augmentation]]\nplugin = \"stain\"\nbeta = -1\n", "augmentation.0.beta: -1 is not valid"},
      {whole() + "[[augmentation]]\nplugin = \"blur\"\nsigma = [1]\n", "augmentation.0.sigma: [1] is not valid"},
      {whole() + "[dataset.classes]\nmalignant = \"all\"\n", "'all' is not of type 'array'"},
      {whole() + "[dataset.group]\nblock = 20\ncolumn = \"patient\"\n", "dataset.group: "},
      {whole() + "[dataset.group]\n", "dataset.group: "},
      {"[dataset]\npositive = \"malignant\"\n[backbone]\nplugin = \"efficientnet\"\n", "dataset: "},
      {"[dataset]\npath = \"demo\"\npositive = \"malignant\"\n", "'backbone' is a required property"},
      {extending + "[backbone]\nfreze = 2\n", "'freze' was unexpected"},
      {extending + "[[augmentation]]\nmin_area = 0.5\n", "'plugin' is a required property"},
      {extending + "[training]\nepochs = 0\n", "0 is less than the minimum"},
  };
  std::vector<std::string> texts;
  for (const Mistake& mistake : mistakes) texts.push_back(mistake.text);
  const std::vector<fs::path> files = write(texts);
  const std::vector<std::string> said = verdicts(files);
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    EXPECT_TRUE(contains(said.at(i), mistakes[i].told)) << texts[i] << said.at(i);
    EXPECT_EQ(check(files[i]).exit_code, 2) << texts[i];
  }
}

TEST_F(Schema, HoldsThePluginsOfTheFolderItIsGiven) {
  std::ifstream crop(fs::path(ASSAY_PLUGIN_DIR) / "crop.plugin.toml");
  std::string text{std::istreambuf_iterator<char>(crop), {}};
  text.replace(text.find("\"crop\""), 6, "\"trim\"");
  fs::create_directories(folder_ / "own");
  std::ofstream(folder_ / "own/trim.plugin.toml") << text;
  const auto files = write({whole() + "[[augmentation]]\nplugin = \"trim\"\nmin_area = 0.5\n"});
  EXPECT_TRUE(contains(verdicts(files).front(), "'trim' is not one of"));
  std::ofstream(schema_) << run_runner({"schema", "--path", "own"}, folder_).out;
  EXPECT_EQ(verdicts(files).front(), "fine");
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
