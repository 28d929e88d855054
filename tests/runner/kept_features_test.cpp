// Features of a frozen backbone from run to run, as a user sees them.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

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

/// Of the folder's first run.
void wait_for_checkpoint(const fs::path& folder) {
  const fs::path checkpoint = folder / "runs" / "1-small" / "checkpoints" / "checkpoint.json";
  for (int tries = 0; tries < 60'000 && !fs::exists(checkpoint); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Two thirds of 48 images and some, in two views.
TEST(KeptFeatures, ServeRunsWithMoreViews) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n");
  const Outcome first = run(folder);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(contains(first.err, "features of training: 0 found, ")) << first.err;
  const Outcome more_views = run(folder, {"pipeline.views=3"});
  EXPECT_FALSE(contains(more_views.err, "features of training: 0 found")) << more_views.err;
  EXPECT_FALSE(contains(more_views.err, " found, 0 computed")) << more_views.err;
}

TEST(KeptFeatures, ServeRunsThatDifferBehindTheBackboneAndNoneThatDifferBeforeIt) {
  const fs::path folder = fresh_folder();
  const std::string masked = "mask = [{ right = 0.1, bottom = 0.1 }]\n";
  const fs::path file = write_small_experiment(folder, "epochs = 1\noptimizer = { name = \"adamw\" }\n");
  const std::string experiment = text_of(file);
  ASSERT_EQ(run(folder).exit_code, 0);
  for (const char* shared :
       {"head.hidden=[8]", "head.dropout=0.5", "sampler.plugin=random", "training.optimizer.learning_rate=0.01",
        "training.batch_size=4", "training.epochs=2", "pipeline.threads=1", "pipeline.cache=off"}) {
    const Outcome outcome = run(folder, {shared});
    EXPECT_TRUE(contains(outcome.err, " found, 0 computed")) << shared << "\n" << outcome.err;
  }
  for (const char* another :
       {"seed=21", "preprocessing.size=48", "preprocessing.mean=[0.4, 0.4, 0.4]", "preprocessing.std=[0.2, 0.2, 0.2]",
        "preprocessing.crop.center=60", "pipeline.stored_size=32", "pipeline.dtype=bfloat16",
        "pipeline.interpolation=bicubic", "preprocessing.interpolation=bilinear", "augmentation.rotate.max_degrees=30",
        "augmentation.rotate.probability=0.5", "backbone.variant=b0", "training.feature_dtype=bfloat16",
        "training.compute_threads=1"}) {
    const Outcome outcome = run(folder, {another});
    EXPECT_TRUE(contains(outcome.err, "features of training: 0 found")) << another << "\n" << outcome.err;
  }
  const std::size_t classes = experiment.find("[dataset.classes]");
  std::ofstream(file) << experiment.substr(0, classes) << masked << experiment.substr(classes);
  const Outcome outcome = run(folder);
  EXPECT_TRUE(contains(outcome.err, "features of training: 0 found")) << outcome.err;
}

// The record of a run has its options in another order than the experiment.
TEST(KeptFeatures, ServeTheSameExperimentReadFromARunsRecord) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 10000\n");
  RunnerProcess process({"experiment.toml"}, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
  wait_for_checkpoint(folder);
  process.send(SIGKILL);
  process.wait();
  RunnerProcess resumed({"resume", "1"}, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
  EXPECT_TRUE(resumed.wait_for(" found, 0 computed")) << resumed.err_so_far();
  EXPECT_TRUE(resumed.wait_for("\nresumed after epoch ")) << resumed.err_so_far();
}

/// What becomes of a run whose kept features are cut to nothing while it trains.
Outcome run_whose_features_are_cut(const fs::path& folder) {
  RunnerProcess process({"experiment.toml"}, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
  wait_for_checkpoint(folder);
  process.send(SIGSTOP);
  for (const auto& entry : fs::directory_iterator(folder / "cache" / "features")) fs::resize_file(entry.path(), 0);
  process.send(SIGCONT);
  return process.wait();
}

TEST(KeptFeatures, ThatAreCutShortEndTheRunWithAMessageAndAreComputedAgainByItsResumption) {
  fs::path folder;
  Outcome cut;
  // One time in a hundred it is stopped in the middle of a copy, where nothing helps.
  for (int tries = 0; tries < 4 && (tries == 0 || cut.exit_code == 128 + SIGBUS); ++tries) {
    folder = fresh_folder();
    write_small_experiment(folder, "epochs = 10000\n");
    cut = run_whose_features_are_cut(folder);
  }
  EXPECT_EQ(cut.exit_code, 1) << cut.err;
  EXPECT_TRUE(contains(cut.err, " was cut short while it was in use; resume the run")) << cut.err;
  EXPECT_TRUE(contains(cut.err, "run 1 failed; it can go on with: ")) << cut.err;
  RunnerProcess resumed({"resume", "1"}, folder, {{"ASSAY_CACHE", (folder / "cache").string()}});
  EXPECT_TRUE(resumed.wait_for("features of training: 0 found, ")) << resumed.err_so_far();
}

TEST(KeptFeatures, ALimitThatIsNoneIsToldBeforeAnythingIsComputed) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const Outcome outcome = run_runner({"experiment.toml"}, folder,
                                     {{"ASSAY_CACHE", (folder / "cache").string()}, {"ASSAY_CACHE_LIMIT", "lots"}});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "ASSAY_CACHE_LIMIT is 'lots'")) << outcome.err;
  EXPECT_FALSE(fs::exists(folder / "cache")) << outcome.err;
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
  EXPECT_TRUE(contains(outcome.err,
                       "feature cache: off for training: pipeline.views = 0 makes new pictures in every epoch; "
                       "validation and test kept, "))
      << outcome.err;
}

TEST(KeptFeatures, MixingTurnsThemOffAndSaysSoAndIsRefusedWhereTheyMustBeOn) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n[[augmentation]]\nplugin = \"mixup\"\n");
  const Outcome mixed = run(folder);
  ASSERT_EQ(mixed.exit_code, 0) << mixed.err;
  EXPECT_TRUE(contains(mixed.err, "feature cache: off for training: an augmentation mixes the pictures")) << mixed.err;
  EXPECT_TRUE(contains(mixed.err, "the loss alone is recorded")) << mixed.err;
  const Outcome refused = run(folder, {"training.feature_cache=on"});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_TRUE(contains(refused.err, "training.feature_cache: \"on\" can't be done beside augmentation 'mixup'"))
      << refused.err;
}

}  // namespace
}  // namespace assay
