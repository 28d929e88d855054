// The main job as a user types it, on a small synthetic set: train, look, compare, predict, stop, resume.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json show(const fs::path& folder, const std::string& run) {
  const Outcome outcome = run_runner({"show", run, "--json"}, folder);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out, nullptr, false);
}

std::string trained_hash(const fs::path& folder, const std::vector<std::string>& settings) {
  std::vector<std::string> arguments = {"experiment.toml"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  const Outcome outcome = run_runner(arguments, folder);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return show(folder, "latest")["weights_sha256"];
}

/// Starts run 2 and sends it a signal once its first epochs are recorded.
Outcome signalled_while_training(const fs::path& folder, int signal_number) {
  RunnerProcess process({"experiment.toml"}, folder);
  EXPECT_TRUE(process.wait_for("runs/2-small")) << process.err_so_far();
  constexpr std::size_t kSomeEpochs = 200;  // characters of history
  for (int tries = 0; run_runner({"history", "2", "--json"}, folder).out.size() < kSomeEpochs; ++tries) {
    if (tries == 5'000) {
      ADD_FAILURE() << "no epoch was recorded: " << process.err_so_far();
      break;
    }
  }
  process.send(signal_number);
  return process.wait();
}

TEST(MainJob, TrainsRecordsAndPredicts) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const Outcome run = run_runner({"experiment.toml"}, folder);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.err + run.out, "runs/1-small")) << run.err;

  const json shown = show(folder, "latest");
  EXPECT_EQ(shown["name"], "small");
  EXPECT_EQ(shown["number"], 1);
  EXPECT_EQ(shown["state"], "completed");
  EXPECT_EQ(shown["parameters"]["training.epochs"], 4);
  EXPECT_EQ(shown["parameters"]["augmentation.rotate.max_degrees"], 45.0);
  for (const char* metric : {"auroc", "balanced_accuracy", "weighted_f1", "sensitivity", "specificity", "loss"}) {
    EXPECT_TRUE(shown["metrics"]["validation"].contains(metric)) << metric;
    EXPECT_TRUE(shown["metrics"]["test"].contains(metric)) << metric;
    EXPECT_TRUE(shown["metrics"]["train"].contains(metric)) << metric;
  }
  EXPECT_EQ(shown["weights_sha256"].get<std::string>().size(), 64U);
  EXPECT_FALSE(shown["artifacts"].empty());

  const Outcome list = run_runner({"list", "--json"}, folder);
  EXPECT_EQ(json::parse(list.out).size(), 1U);

  std::ofstream(folder / "not_an_image.txt") << "text\n";
  const json artifacts = shown["artifacts"];
  const Outcome history = run_runner({"history", "1", "--json"}, folder);
  EXPECT_EQ(history.exit_code, 0) << history.err;
}

TEST(MainJob, PredictsWhatTheTestSplitRecorded) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const fs::path cache = folder / "cache";
  ASSERT_EQ(run_runner({"experiment.toml"}, folder, {{"ASSAY_CACHE", cache.string()}}).exit_code, 0);
  fs::path demo;
  for (const auto& entry : fs::directory_iterator(cache)) {
    if (entry.path().filename().string().starts_with("demo")) demo = entry.path();
  }
  ASSERT_FALSE(demo.empty());
  const Outcome predicted = run_runner({"predict", "latest", demo.string(), "--json"}, folder);
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  std::istringstream lines(predicted.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const json image = json::parse(line);
    EXPECT_EQ(image["positive"], "malignant");
    const bool above = image["probability"].get<double>() >= image["threshold"].get<double>();
    EXPECT_EQ(image["predicted"], above ? "malignant" : "healthy");
    for (const char* key : {"path", "run"}) EXPECT_TRUE(image.contains(key));
  }
  EXPECT_EQ(count, 48);
}

TEST(MainJob, TheSameSeedGivesTheSameWeightsForAnyNumberOfLoaderThreads) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder);
  const std::string once = trained_hash(folder, {"training.feature_cache=off"});
  EXPECT_EQ(once.size(), 64U);
  EXPECT_EQ(trained_hash(folder, {"training.feature_cache=off", "pipeline.threads=1"}), once);
  EXPECT_EQ(trained_hash(folder, {"training.feature_cache=off", "pipeline.threads=3"}), once);
  EXPECT_NE(trained_hash(folder, {"training.feature_cache=off", "seed=21"}), once);
}

TEST(MainJob, AnInterruptedRunResumesToTheSameWeights) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 400\nfeature_cache = \"on\"\n");
  const std::string whole = trained_hash(folder, {});

  const Outcome stopped = signalled_while_training(folder, SIGTERM);
  if (stopped.exit_code == 0) GTEST_SKIP() << "the run ended before the signal came";
  EXPECT_EQ(stopped.exit_code, 143) << stopped.err;
  EXPECT_TRUE(contains(stopped.err, "resume")) << stopped.err;
  EXPECT_EQ(show(folder, "2")["state"], "interrupted");

  const Outcome resumed = run_runner({"resume", "2"}, folder);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(show(folder, "2")["state"], "completed");
  EXPECT_EQ(show(folder, "2")["weights_sha256"], whole);
}

TEST(MainJob, AKilledRunIsCrashedAndResumesToTheSameWeights) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 400\ncheckpoint_minutes = 0\nfeature_cache = \"on\"\n");
  const std::string whole = trained_hash(folder, {});

  const Outcome killed = signalled_while_training(folder, SIGKILL);
  if (killed.exit_code == 0) GTEST_SKIP() << "the run ended before the signal came";
  EXPECT_EQ(show(folder, "2")["state"], "crashed");
  const Outcome resumed = run_runner({"resume", "2"}, folder);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(show(folder, "2")["weights_sha256"], whole);
}

TEST(MainJob, ResumingAFinishedRunSaysHowToContinueIt) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n");
  ASSERT_EQ(run_runner({"experiment.toml"}, folder).exit_code, 0);
  const Outcome outcome = run_runner({"resume", "1"}, folder);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(contains(outcome.err, "new run")) << outcome.err;
}

TEST(MainJob, LibTorchKeepsItsOwnMatrixProduct) {
  const fs::path folder = fresh_folder();
  write_small_experiment(folder, "epochs = 1\n");
  run_runner({"experiment.toml"}, folder,
             {{"LD_DEBUG", "bindings"}, {"LD_DEBUG_OUTPUT", (folder / "linker").string()}});
  int bound_to_itself = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("linker")) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!contains(line, "libtorch_cpu.so") || !contains(line, "symbol `sgemm_'")) continue;
      const std::string target = line.substr(line.find(" to "));
      if (contains(line.substr(0, line.find(" to ")), "libtorch_cpu.so")) {
        EXPECT_TRUE(contains(target, "libtorch_cpu.so")) << line;
        ++bound_to_itself;
      }
    }
  }
  EXPECT_GT(bound_to_itself, 0) << "the linker told of no sgemm_";
}

}  // namespace
}  // namespace assay
