// The library's commands as the runner calls them: a run with real plugins, its record, and predictions from it.
#include "assay/learn/commands.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <map>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "assay/registry/queries.h"
#include "tiny_training.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

constexpr const char* kExperiment = R"(
name = "small"
seed = 3
[dataset]
path = "demo"
positive = "malignant"
demo = { images = 60, patients = 12, size = 48 }
split = { validation = 0.25, test = 0.25 }
[preprocessing]
size = 32
[pipeline]
views = 2
threads = 1
[[augmentation]]
plugin = "rotate"
[backbone]
plugin = "efficientnet"
variant = "lite0"
weights = "none"
[head]
plugin = "fully_connected"
hidden = [16]
[training]
epochs = 3
batch_size = 16
compute_threads = 1
[evaluation]
bootstrap = 20
)";

// One cache for all tests, so that the demo set is drawn once.
const fs::path& cache() {
  static const TemporaryFolder folder;
  ::setenv("ASSAY_CACHE", folder.path().c_str(), 1);
  return folder.path();
}

/// Keeps what is predicted.
class Collected : public PredictionSink {
 public:
  void begin(const PredictingModel& of) override { model = of; }
  bool is_done(const ImageFile&) override { return false; }
  void take(const PredictedImage& image) override { images.push_back(image); }
  void flush() override {}

  PredictingModel model;
  std::vector<PredictedImage> images;
};

class Commands : public ::testing::Test {
 protected:
  Commands() {
    cache();
    std::ofstream(folder_.path() / "small.toml")
        << kExperiment << "[plugins]\npath = [\"" << ASSAY_PLUGIN_DIR << "\"]\n";
  }

  std::int64_t run(const std::vector<std::string>& settings) {
    RunRequest request{read_experiment(folder_.path() / "small.toml", settings), registry(), "a test"};
    return assay_learn_commands()->run(request, console_);
  }
  std::vector<PredictedImage> predict(const std::string& run, const std::vector<fs::path>& paths) {
    Collected collected;
    assay_learn_commands()->predict({run, registry(), paths, {}}, console_, collected);
    return collected.images;
  }
  RunDetails details(std::int64_t run) { return run_details(Registry::open(registry(), OpenMode::read), run); }
  fs::path registry() const { return folder_.path() / "runs" / "registry.db"; }

  // Predicts the images of the test split and compares with what the run recorded of them, bit for bit.
  void expect_predictions_as_recorded(std::int64_t run);

  TemporaryFolder folder_;
  Console console_;
};

fs::path demo_folder() {
  for (const auto& entry : fs::directory_iterator(cache())) {
    if (entry.is_directory() && entry.path().filename().string().starts_with("demo")) return entry.path();
  }
  return {};
}

void Commands::expect_predictions_as_recorded(std::int64_t run) {
  const StoredPredictions stored =
      stored_predictions(Registry::open(registry(), OpenMode::read), run, split_name(Split::test));
  ASSERT_GT(stored.records.size(), 0U);
  std::vector<fs::path> paths;
  for (const SampleRecord& record : stored.records) paths.push_back(demo_folder() / record.path);
  const std::vector<PredictedImage> images = predict(std::to_string(run), paths);
  ASSERT_EQ(images.size(), stored.records.size());
  const auto columns = static_cast<std::size_t>(stored.predictions.columns);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const float recorded = stored.predictions.probabilities[i * columns];
    const double predicted = columns == 1 ? images[i].probability : images[i].probabilities.front();
    EXPECT_EQ(static_cast<float>(predicted), recorded) << images[i].file.path;
  }
}

TEST_F(Commands, ARunRecordsWhatItWasMadeOf) {
  const std::int64_t number = run({});
  const RunDetails run = details(number);
  EXPECT_EQ(run.summary.state, RunState::completed);
  std::map<std::string, Scalar> parameters(run.parameters.begin(), run.parameters.end());
  EXPECT_EQ(parameters.at("training.loss"), Scalar(std::string("binary_cross_entropy")));
  EXPECT_EQ(parameters.at("training.device"), Scalar(std::string("cpu")));
  EXPECT_EQ(parameters.at("training.compute_threads"), Scalar(std::int64_t{1}));
  EXPECT_EQ(parameters.at("preprocessing.size"), Scalar(std::int64_t{32}));
  EXPECT_TRUE(std::get<std::string>(parameters.at("resolved.feature_cache")).starts_with("pooled features of 2 views"));
  EXPECT_EQ(run.plugins.size(), 4U);
  for (const PluginRecord& plugin : run.plugins) EXPECT_EQ(plugin.file_sha256.size(), 64U) << plugin.name;
  EXPECT_EQ(run.weights_sha256.size(), 64U);
  EXPECT_TRUE(run.threshold.has_value());
  EXPECT_FALSE(run.intervals.empty());
  expect_predictions_as_recorded(number);
}

TEST_F(Commands, PredictsFromAPartlyTrainedBackboneAndFromOneOutputAClass) {
  expect_predictions_as_recorded(run({"backbone.freeze=6", "training.epochs=1"}));
  expect_predictions_as_recorded(run({"backbone.freeze=none", "training.epochs=1", "head.outputs=2"}));
}

TEST_F(Commands, FreshViewsAreNotCachedAndTheRunSaysSo) {
  const RunDetails details_of_run = details(run({"pipeline.views=0", "training.epochs=1"}));
  for (const auto& [key, value] : details_of_run.parameters) {
    if (key == "resolved.feature_cache") {
      EXPECT_TRUE(std::get<std::string>(value).starts_with(
          "off for training: pipeline.views = 0 makes new pictures in every epoch; validation and test kept, "))
          << std::get<std::string>(value);
    }
  }
  const RunDetails small_budget = details(run({"training.feature_cache_budget=1000", "training.epochs=1"}));
  for (const auto& [key, value] : small_budget.parameters) {
    if (key == "resolved.feature_cache") {
      EXPECT_NE(std::get<std::string>(value).find("training.feature_cache_budget is 1"), std::string::npos);
    }
  }
}

TEST_F(Commands, ABadImageIsReportedAndTheOthersArePredicted) {
  const std::int64_t number = run({"training.epochs=1"});
  const fs::path images = folder_.path() / "images";
  fs::create_directories(images);
  int copied = 0;
  for (const auto& entry : fs::recursive_directory_iterator(demo_folder())) {
    if (entry.path().extension() == ".png" && copied < 3) {
      fs::copy_file(entry.path(), images / (std::to_string(copied++) + ".png"));
    }
  }
  std::ofstream(images / "1_broken.png") << "no picture";
  Collected seen;
  try {
    assay_learn_commands()->predict({std::to_string(number) + ":last", registry(), {images}, {}}, console_, seen);
    FAIL() << "the broken image was taken";
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("1_broken.png"), std::string::npos) << error.what();
  }
  EXPECT_EQ(seen.images.size(), 3U);
  EXPECT_THROW(predict(std::to_string(number), {images / "missing.png"}), InvalidInput);
}

TEST_F(Commands, WhatDoesntFitIsFoundBeforeTraining) {
  const auto refusal = [&](const std::vector<std::string>& settings) {
    try {
      run(settings);
    } catch (const InvalidInput& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal({"head.outputs=3"}).find("head.outputs"), std::string::npos);
  EXPECT_NE(refusal({"training.loss=cross_entropy"}).find("binary_cross_entropy"), std::string::npos);
  EXPECT_NE(refusal({"head.outputs=2", "evaluation.select=validation.sensitivity"}).find("not measured"),
            std::string::npos);
  EXPECT_NE(refusal({"backbone.freeze=none", "training.feature_cache=on"}).find("the backbone is trained"),
            std::string::npos);
  EXPECT_NE(refusal({"preprocessing.size=16"}).find("at least"), std::string::npos);
  EXPECT_FALSE(fs::exists(registry())) << "a run was recorded";
}

TEST_F(Commands, AFinishedRunIsNotResumed) {
  const std::int64_t number = run({"training.epochs=1"});
  try {
    assay_learn_commands()->resume({std::to_string(number), registry()}, console_);
    FAIL() << "it was resumed";
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("start a new run"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace assay
