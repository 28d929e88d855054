// Features of a frozen backbone from run to run, as a user sees them.
#include <gtest/gtest.h>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

Outcome run(const fs::path& folder, const std::vector<std::string>& settings = {}) {
  std::vector<std::string> arguments = {"experiment.toml"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return run_runner(arguments, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
}

// Two thirds of 48 images and some, in two views.
TEST(KeptFeatures, ServeRunsWithAnotherHeadAndMoreViewsButNotAnotherSeed) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n");
  const Outcome first = run(folder);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(contains(first.err, "features of training: 0 found, ")) << first.err;
  EXPECT_TRUE(contains(run(folder, {"head.hidden=[8]"}).err, " found, 0 computed"));
  const Outcome more_views = run(folder, {"pipeline.views=3"});
  EXPECT_FALSE(contains(more_views.err, "features of training: 0 found")) << more_views.err;
  EXPECT_FALSE(contains(more_views.err, " found, 0 computed")) << more_views.err;
  EXPECT_TRUE(contains(run(folder, {"seed=21"}).err, "features of training: 0 found"));
  EXPECT_TRUE(contains(run(folder, {"pipeline.interpolation=bicubic"}).err, "features of training: 0 found"));
  EXPECT_TRUE(contains(run(folder, {"training.feature_dtype=bfloat16"}).err, "features of training: 0 found"));
}

// EfficientNet-Lite0 and the sampler that shows the smaller class's images twice and more, in views of their own. Kept
// features come from chunks of 32 and those of training from batches of 8, which differ in their last bits.
TEST(KeptFeatures, GiveTheCurveOfATrainingWithoutThem) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  ASSERT_EQ(run(folder, {"training.feature_cache=on"}).exit_code, 0);
  ASSERT_EQ(run(folder, {"training.feature_cache=off"}).exit_code, 0);
  const auto history = [&](const char* number) {
    return nlohmann::json::parse(run_runner({"history", number, "--json"}, folder).out).at("history");
  };
  const auto kept = history("1");
  const auto made_anew = history("2");
  ASSERT_EQ(kept.size(), 4U);
  ASSERT_EQ(made_anew.size(), 4U);
  for (std::size_t epoch = 0; epoch < 4; ++epoch) {
    for (const char* split : {"train", "validation"}) {
      const double expected = made_anew[epoch]["metrics"][split]["loss"];
      EXPECT_NEAR(kept[epoch]["metrics"][split]["loss"].get<double>(), expected, 1e-4 * expected) << split << epoch;
    }
  }
}

TEST(KeptFeatures, ARunSaysThatNewViewsInEachEpochAreNotKept) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n");
  const Outcome outcome = run(folder, {"pipeline.views=0"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "feature cache: off: pipeline.views = 0 makes new pictures in every epoch"))
      << outcome.err;
}

TEST(KeptFeatures, MixingTurnsThemOffAndSaysSoAndIsRefusedWhereTheyMustBeOn) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n[[augmentation]]\nplugin = \"mixup\"\n");
  const Outcome mixed = run(folder);
  ASSERT_EQ(mixed.exit_code, 0) << mixed.err;
  EXPECT_TRUE(contains(mixed.err, "feature cache: off: an augmentation mixes the pictures")) << mixed.err;
  EXPECT_TRUE(contains(mixed.err, "the loss alone is recorded")) << mixed.err;
  const Outcome refused = run(folder, {"training.feature_cache=on"});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_TRUE(contains(refused.err, "training.feature_cache: \"on\" can't be done beside augmentation 'mixup'"))
      << refused.err;
}

}  // namespace
}  // namespace assay
