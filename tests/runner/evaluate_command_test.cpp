// A finished run on images of others: what is recorded, what is refused, and how classes find each other.
#include <gtest/gtest.h>

#include <fstream>

#include "assay/registry/queries.h"
#include "query_registry.h"
#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Trains run 1; other.toml describes other pictures, which are also copied into a folder.
class Evaluate : public ::testing::Test {
 protected:
  void SetUp() override {
    write_small_experiment(folder_, "epochs = 2\n");
    std::ofstream(folder_ / "other.toml") << "extends = \"experiment.toml\"\nname = \"other\"\n"
                                             "[dataset]\ndemo = { images = 24, patients = 4, size = 48 }\n";
    const Outcome trained = run({"experiment.toml"});
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
  }
  Outcome run(const std::vector<std::string>& arguments) {
    return run_runner(arguments, folder_, {{"ASSAY_CACHE", (folder_ / "cache").string()}});
  }
  json show() { return json::parse(run({"show", "1", "--json"}).out, nullptr, false); }
  /// Copies of the other pictures, the folders of classes called as asked.
  void copy_other(const std::string& positive, const std::string& negative) {
    const fs::path before = newest_demo();
    fs::create_directories(folder_ / "lab");
    fs::copy(before / "malignant", folder_ / "lab" / positive, fs::copy_options::recursive);
    fs::copy(before / "healthy", folder_ / "lab" / negative, fs::copy_options::recursive);
  }
  fs::path newest_demo() {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache")) {
      const bool demo = entry.is_directory() && entry.path().filename().string().starts_with("demo");
      if (demo && (newest.empty() || entry.last_write_time() > fs::last_write_time(newest))) newest = entry.path();
    }
    return newest;
  }

  fs::path folder_ = fresh_folder();
};

TEST_F(Evaluate, StandsBesideTheTestSplitWithEveryPrediction) {
  const json before = show();
  const Outcome outcome = run({"evaluate", "latest", "other.toml"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "external.other (95 % interval; 4 patients, 24 images)")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "remark: the intervals rest on 4 patients only")) << outcome.out;
  const json after = show();
  EXPECT_EQ(after["metrics"]["test"], before["metrics"]["test"]);
  EXPECT_EQ(after["threshold"], before["threshold"]);
  EXPECT_EQ(after["evaluations"][0]["images"], 24);
  for (const char* metric : {"auroc", "sensitivity", "specificity", "loss", "log_loss"}) {
    EXPECT_TRUE(after["metrics"]["external.other"].contains(metric)) << metric;
  }
  EXPECT_EQ(after["intervals"]["external.other"]["auroc"]["patients"], 4);
  EXPECT_NEAR(after["metrics"]["external.other"]["loss"].get<double>(),
              after["metrics"]["external.other"]["log_loss"].get<double>(), 1e-6);

  // The same as predict says of the same files, to the bit.
  const Registry registry = Registry::open(folder_ / "runs/registry.db", OpenMode::read);
  const StoredPredictions stored = stored_predictions(registry, 1, "external.other");
  ASSERT_EQ(stored.records.size(), 24U);
  std::vector<std::string> arguments{"predict", "1", "--json"};
  for (const SampleRecord& record : stored.records) arguments.push_back((newest_demo() / record.path).string());
  const Outcome predicted = run(arguments);
  std::istringstream lines(predicted.out);
  std::string line;
  for (std::size_t i = 0; std::getline(lines, line); ++i) {
    EXPECT_EQ(static_cast<float>(json::parse(line)["probability"].get<double>()), stored.predictions.probabilities[i]);
  }

  const Outcome again = run({"evaluate", "1:last", "other.toml", "--json"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(contains(again.err, "an earlier evaluation named 'other' is replaced")) << again.err;
  EXPECT_EQ(json::parse(again.out)["checkpoint"], "last");
  EXPECT_EQ(show()["evaluations"].size(), 1U);
  EXPECT_EQ(show()["state"], "completed");
  EXPECT_FALSE(contains(run({"history", "1", "--csv"}).out, "external"));
  const json slices = json::parse(run({"show", "1", "--by", "group", "--split", "external.other", "--json"}).out);
  EXPECT_EQ(slices["slices"].size(), 4U);
}

TEST_F(Evaluate, RefusesImagesThatTheRunWasTrainedOn) {
  const Outcome leak = run({"evaluate", "1", "experiment.toml"});
  EXPECT_EQ(leak.exit_code, 2);
  EXPECT_TRUE(contains(leak.err, "of 48 images are images that run 1 was trained or chosen on")) << leak.err;
  EXPECT_TRUE(contains(leak.err, "(train)")) << leak.err;
  EXPECT_TRUE(contains(leak.err, "--without-known")) << leak.err;
  EXPECT_TRUE(show()["evaluations"].empty());
  const Outcome rest = run({"evaluate", "1", "experiment.toml", "--without-known", "--as", "own"});
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  const json shown = show();
  EXPECT_EQ(shown["evaluations"][0]["images"].get<int>() + shown["evaluations"][0]["known_images_left_out"].get<int>(),
            48);
  // What is left is the test split.
  EXPECT_EQ(shown["metrics"]["external.own"]["auroc"], shown["metrics"]["test"]["auroc"]);
}

TEST_F(Evaluate, FindsOutWhichClassIsWhich) {
  ASSERT_EQ(run({"dataset", "other.toml"}).exit_code, 0);
  copy_other("blast", "normal");
  const Outcome unknown = run({"evaluate", "1", "lab"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_TRUE(contains(unknown.err, "the classes blast, normal are none of the run's (healthy, malignant)"))
      << unknown.err;
  EXPECT_TRUE(contains(unknown.err, "--classes healthy=NAME[,NAME] malignant=NAME[,NAME]")) << unknown.err;
  const Outcome typo = run({"evaluate", "1", "lab", "--classes", "malignent=blast", "healthy=normal"});
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_TRUE(contains(typo.err, "no class 'malignent'; did you mean 'malignant'?")) << typo.err;
  const Outcome one = run({"evaluate", "1", "lab/blast", "--classes", "malignant=blast"});
  EXPECT_EQ(one.exit_code, 2);
  const Outcome named = run(
      {"evaluate", "1", "lab", "--classes", "malignant=blast", "healthy=normal", "--group", "UID_(\\d+)_", "--json"});
  ASSERT_EQ(named.exit_code, 0) << named.err;
  const json evaluation = json::parse(named.out);
  EXPECT_EQ(evaluation["split"], "external.lab");
  EXPECT_EQ(evaluation["intervals"]["auroc"]["patients"], 4);
  ASSERT_EQ(run({"evaluate", "1", "other.toml"}).exit_code, 0);
  EXPECT_EQ(show()["metrics"]["external.other"]["auroc"], evaluation["metrics"]["auroc"]);
  const Outcome ungrouped =
      run({"evaluate", "1", "lab", "--classes", "malignant=blast", "healthy=normal", "--as", "each"});
  EXPECT_TRUE(contains(ungrouped.out, "each image counts as a patient of its own")) << ungrouped.out << ungrouped.err;
}

TEST_F(Evaluate, RefusesToJudgeOnAPartOfAFolder) {
  run({"evaluate", "latest", "other.toml"});
  copy_other("blast", "normal");
  fs::copy(folder_ / "lab/blast", folder_ / "lab/doubtful", fs::copy_options::recursive);
  const Outcome part = run({"evaluate", "1", "lab", "--classes", "malignant=blast", "healthy=normal"});
  EXPECT_EQ(part.exit_code, 2);
  EXPECT_TRUE(contains(part.err, "images in doubtful are of none of the run's classes")) << part.err;
  EXPECT_TRUE(contains(part.err, "--classes healthy=NAME[,NAME] malignant=NAME[,NAME]")) << part.err;
  fs::remove_all(folder_ / "lab/doubtful");
  EXPECT_EQ(run({"evaluate", "1", "lab", "--classes", "malignant=blast", "healthy=normal"}).exit_code, 0);
}

TEST_F(Evaluate, HasTheFingerprintOfTheImagesThatWereJudgedWhateverTheirClassesAreCalled) {
  run({"evaluate", "latest", "other.toml"});
  copy_other("blast", "normal");
  const auto judge = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--group", "UID_(\\d+)_", "--json"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false)["dataset_fingerprint"];
  };
  const json translated = judge({"evaluate", "1", "lab", "--classes", "malignant=blast", "healthy=normal"});
  fs::rename(folder_ / "lab/blast", folder_ / "lab/malignant");
  fs::rename(folder_ / "lab/normal", folder_ / "lab/healthy");
  EXPECT_EQ(judge({"evaluate", "1", "lab"}), translated);
  fs::remove(fs::directory_iterator(folder_ / "lab/malignant")->path());
  EXPECT_NE(judge({"evaluate", "1", "lab"}), translated);
}

TEST_F(Evaluate, SaysWhatIsWrongWithItsArguments) {
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, words)) << outcome.err;
  };
  fs::create_directory(folder_ / "empty");
  refused({"evaluate", "7", "other.toml"}, "there is no run 7");
  refused({"evaluate", "1", "nowhere"}, "there is no folder, manifest or experiment nowhere");
  refused({"evaluate", "1", "empty"}, "has no folder with images in it");
  refused({"evaluate", "1", "empty", "--set", "seed=1"}, "--set changes keys of an experiment");
  refused({"evaluate", "1", "other.toml", "--group", "x"}, "an experiment says so itself");
  refused({"evaluate", "1", "other.toml", "--as", "a.b"}, "can't name an evaluation");
  refused({"evaluate", "1", "other.toml", "--classes", "malignant"}, "expected CLASS=NAME[,NAME]");
  refused({"evaluate", "1", "other.toml", "--set", "dataset.demmo=1"}, "unknown key");
  RunWriter stopped =
      RunWriter::start(Registry::open(folder_ / "runs/registry.db", OpenMode::write), query_run("half"));
  refused({"evaluate", "half", "other.toml"}, "run 2 (half) is still running");
  stopped.finish(RunState::interrupted);
  refused({"evaluate", "half", "other.toml"}, "runner resume 2");
}

}  // namespace
}  // namespace assay
