// Groups, probabilities and mixing in a whole run: what is recorded, and that it trains the same again.
#include <gtest/gtest.h>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Behind the [training] of the small experiment.
const std::string kAugmentations =
    "[[augmentation]]\nid = \"colour\"\nprobability = 0.8\n"
    "one_of = [{ plugin = \"stain\" }, { plugin = \"gamma\", probability = 0.5, gamma = [0.8, 1.3] }]\n"
    "[[augmentation]]\nplugin = \"noise\"\nprobability = 0.5\n"
    "[[augmentation]]\nid = \"mixing\"\none_of = [{ plugin = \"mixup\" }, { plugin = \"cutmix\" }]\n";

json recorded(const fs::path& folder, const std::string& run) {
  return json::parse(run_runner({"show", run, "--json"}, folder).out, nullptr, false);
}

TEST(Augmentations, TrainTheSameWithAnyNumberOfThreadsAndAgainFromTheRecord) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 2\n" + kAugmentations);
  ASSERT_EQ(run_runner({"experiment.toml", "--set", "pipeline.threads=1"}, folder).exit_code, 0);
  ASSERT_EQ(run_runner({"experiment.toml", "--set", "pipeline.threads=3"}, folder).exit_code, 0);
  ASSERT_EQ(run_runner({"runs/1-small/experiment.toml"}, folder).exit_code, 0);
  ASSERT_EQ(run_runner({"experiment.toml", "--set", "augmentation.gamma.probability=0"}, folder).exit_code, 0);
  const std::string weights = recorded(folder, "1")["weights_sha256"];
  EXPECT_EQ(recorded(folder, "2")["weights_sha256"], weights);
  EXPECT_EQ(recorded(folder, "3")["weights_sha256"], weights);
  EXPECT_NE(recorded(folder, "4")["weights_sha256"], weights);

  const json parameters = recorded(folder, "1")["parameters"];
  EXPECT_EQ(parameters["augmentation.colour.probability"], 0.8);
  EXPECT_EQ(parameters["augmentation.colour.one_of.gamma.probability"], 0.5);
  EXPECT_EQ(parameters["augmentation.colour.one_of.gamma.gamma"], "[0.8, 1.3]");
  EXPECT_EQ(parameters["augmentation.mixing.one_of.cutmix.alpha"], 1.0);
  EXPECT_EQ(recorded(folder, "4")["parameters"]["augmentation.colour.one_of.gamma.probability"], 0.0);
}

TEST(Augmentations, AreToldByTheCheckInTheirOrder) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, kAugmentations);
  const Outcome checked = run_runner({"check", "experiment.toml"}, folder);
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_TRUE(contains(checked.out,
                       ", augmentation crop, rotate, one of stain and gamma (0.8), noise (0.5), one of mixup and "
                       "cutmix, sampler oversample, "))
      << checked.out;
}

TEST(Augmentations, ThatMixPicturesAreKnownToTheCheckWithoutOpeningThem) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "[[augmentation]]\none_of = [{ plugin = \"mixup\" }, { plugin = \"rotate\" }]\n");
  const Outcome checked = run_runner({"check", "experiment.toml"}, folder);
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_TRUE(contains(checked.err, ": error: augmentation.one_of holds 'mixup', which mixes the pictures"))
      << checked.err;
}

}  // namespace
}  // namespace assay
