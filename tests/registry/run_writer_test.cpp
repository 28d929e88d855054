#include "assay/registry/run_writer.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include "assay/error.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace fs = std::filesystem;
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using RunWriterTest = RegistryTest;

TEST_F(RunWriterTest, MakesAFolderNamedByNumberAndName) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  EXPECT_EQ(1, writer.number());
  EXPECT_EQ(file().parent_path() / "1-effnet_crop", writer.folder());
  EXPECT_TRUE(fs::is_directory(writer.folder()));
  EXPECT_EQ(36U, writer.uuid().size());
}

TEST_F(RunWriterTest, TakesASentenceAsANameAndAPlainFolder) {
  const std::string sentence = "Does crop help? 'yes'; DROP TABLE runs; --/../ é 🙂";
  const std::int64_t run = record(example_run(sentence));
  EXPECT_EQ(sentence, run_details(readable(), run).summary.name);
  EXPECT_EQ(file().parent_path() / "1-Does_crop_help_yes_DROP_TABLE_runs_--_.._", run_details(readable(), run).folder);
}

TEST_F(RunWriterTest, RefusesNamesThatWouldMeanSomethingElse) {
  for (const std::string name : {"", "7", "-x", "latest", "latest~2", "two\nlines", "tab\t"}) {
    const std::string message = message_of([&] { RunWriter::start(writable(), example_run(name), quick()); });
    EXPECT_TRUE(contains(message, "can't name a run: a name starts with a letter")) << name << ": " << message;
  }
  EXPECT_TRUE(list_runs(readable()).empty());
  EXPECT_THROW(RunWriter::start(writable(), example_run(std::string(201, 'a')), quick()), InvalidInput);
}

TEST_F(RunWriterTest, LeavesFoldersOfADeletedRegistryAlone) {
  fs::create_directories(file().parent_path() / "1-effnet_crop");
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  EXPECT_EQ(file().parent_path() / "1-effnet_crop-2", writer.folder());
}

TEST_F(RunWriterTest, KeepsEverythingThatIsKnownAtTheStart) {
  const RunStart start = example_run();
  const RunDetails run = run_details(readable(), record(start));
  EXPECT_EQ(start.experiment, run.experiment);
  EXPECT_EQ("cpu: test", run.environment.device);
  EXPECT_FALSE(run.environment.host.empty());
  EXPECT_TRUE(run.environment.git_dirty);
  EXPECT_EQ(start.environment.libraries, run.environment.libraries);
  EXPECT_EQ("dataset-1", run.dataset_fingerprint);
  EXPECT_EQ("split-1", run.split_fingerprint);
  EXPECT_EQ(start.classes, run.classes);
  EXPECT_EQ("malignant", run.positive);
  ASSERT_EQ(1U, run.plugins.size());
  EXPECT_EQ(std::string(64, 'a'), run.plugins[0].file_sha256);
  EXPECT_EQ(RunState::completed, run.summary.state);
}

TEST_F(RunWriterTest, KeepsTheTypesOfParameters) {
  const RunDetails run = run_details(readable(), record(example_run()));
  const std::vector<std::pair<std::string, Scalar>> expected = {{"name", "effnet_crop"},
                                                                {"seed", std::int64_t{20}},
                                                                {"training.epochs", std::int64_t{500}},
                                                                {"training.learning_rate", 1e-3},
                                                                {"training.deterministic", true}};
  EXPECT_EQ(expected, run.parameters);
}

TEST_F(RunWriterTest, KeepsTheLatestAndTheBestOfEachMetric) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  const std::vector<double> aurocs = {0.7, kNan, 0.9, 0.9, 0.8};
  for (std::size_t i = 0; i < aurocs.size(); ++i) {
    const auto epoch = static_cast<std::int64_t>(i);
    writer.metric("validation", "auroc", epoch, epoch * 10, aurocs[i]);
    writer.metric("train", "loss", epoch, epoch * 10, 1.0 - aurocs[i]);
    writer.flush();
  }
  writer.finish(RunState::completed);
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(2U, run.best.size());
  EXPECT_EQ("train", run.best[0].split);
  EXPECT_EQ(1.0 - 0.9, run.best[0].value);  // A loss is best where it is lowest.
  EXPECT_EQ(2, run.best[1].epoch);          // Of equal values the first, and never a NaN.
  EXPECT_EQ(0.8, run.latest[1].value);
  EXPECT_EQ(0.9, run.selected[1].value);
  EXPECT_EQ(2, run.summary.best->epoch);
  EXPECT_EQ(4, run.summary.epochs);
}

TEST_F(RunWriterTest, KeepsNumbersThatAreNotFinite) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  writer.metric("train", "loss", 0, 0, kNan);
  writer.metric("train", "loss", 1, 1, kInfinity);
  writer.metric("train", "loss", 2, 2, -kInfinity);
  writer.finish(RunState::failed);
  const std::vector<MetricPoint> points = metric_history(readable(), 1);
  ASSERT_EQ(3U, points.size());
  EXPECT_TRUE(std::isnan(points[0].value));
  EXPECT_EQ(kInfinity, points[1].value);
  EXPECT_EQ(-kInfinity, points[2].value);
}

TEST_F(RunWriterTest, KeepsPredictionsIntervalsAndTheThreshold) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  const Predictions given = example_predictions();
  writer.predictions("test", 6, Predictions{});
  writer.predictions("test", 7, given);
  writer.interval("test", "auroc", {0.9, 0.8, kNan, 0.95, 18, 200, 1990, 10});
  writer.threshold(0.4375, "sensitivity=0.95");
  writer.weights_sha256("abc");
  writer.finish(RunState::completed);
  const StoredPredictions stored = stored_predictions(readable(), 1, "test");
  EXPECT_EQ(given.probabilities, stored.predictions.probabilities);
  EXPECT_EQ(given.labels, stored.predictions.labels);
  EXPECT_EQ(given.groups, stored.predictions.groups);
  EXPECT_EQ("cells/9.bmp", stored.records[1].path);
  EXPECT_EQ("patient-5", stored.records[2].group);
  EXPECT_EQ(7, stored.epoch);
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(1U, run.intervals.size());
  EXPECT_EQ(18, run.intervals[0].interval.groups);
  EXPECT_EQ(10, run.intervals[0].interval.redrawn);
  EXPECT_TRUE(std::isnan(run.intervals[0].interval.high));
  EXPECT_EQ(0.4375, run.threshold);
  EXPECT_EQ("sensitivity=0.95", run.threshold_rule);
  EXPECT_EQ("abc", run.weights_sha256);
}

TEST_F(RunWriterTest, KeepsAProbabilityForEachOfManyClasses) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  Predictions given;
  given.columns = 3;
  given.probabilities = {0.2F, 0.3F, 0.5F, 0.1F, 0.8F, 0.1F};
  given.labels = {2, 0};
  given.samples = {8, 9};
  writer.predictions("test", 1, given);
  writer.finish(RunState::completed);
  const StoredPredictions stored = stored_predictions(readable(), 1, "test");
  EXPECT_EQ(3, stored.predictions.columns);
  EXPECT_EQ(given.probabilities, stored.predictions.probabilities);
}

TEST_F(RunWriterTest, RefusesPredictionsThatDontFit) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  Predictions unknown = example_predictions();
  unknown.samples[0] = 12;
  EXPECT_TRUE(contains(message_of([&] { writer.predictions("test", 1, unknown); }), "sample 12 is unknown"));
  Predictions short_of = example_predictions();
  short_of.probabilities.pop_back();
  EXPECT_THROW(writer.predictions("test", 1, short_of), InvalidInput);
  writer.finish(RunState::completed);
}

TEST_F(RunWriterTest, HashesTheFilesOfTheRun) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  std::ofstream(writer.folder() / "log.txt") << "abc";
  writer.artifact("log.txt", "log");
  EXPECT_TRUE(contains(message_of([&] { writer.artifact("../other", "log"); }), "lies outside the run's folder"));
  EXPECT_TRUE(contains(message_of([&] { writer.artifact("missing", "log"); }), "can't be read"));
  writer.finish(RunState::completed);
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(1U, run.artifacts.size());
  EXPECT_EQ(3, run.artifacts[0].bytes);
  // FIPS 180-4's example: SHA-256 of "abc".
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", run.artifacts[0].sha256);
}

TEST_F(RunWriterTest, SharesSamplesBetweenRunsOnTheSameData) {
  record(example_run());
  record(example_run());
  RunStart other_split = example_run();
  other_split.split_fingerprint = "split-2";
  std::swap(other_split.samples[0].split, other_split.samples[8].split);
  record(other_split);
  EXPECT_EQ("12", query(file(), "SELECT count(*) FROM samples"));
  EXPECT_EQ("2", query(file(), "SELECT count(*) FROM partitions"));
  EXPECT_EQ("", query(file(), "PRAGMA foreign_key_check"));
  EXPECT_EQ("ok", query(file(), "PRAGMA integrity_check"));
  const auto counts = split_counts(readable(), 3);
  ASSERT_EQ(3U, counts.size());
  EXPECT_EQ("train", counts[0].split);
  EXPECT_EQ(4, counts[0].samples);
  EXPECT_EQ(3, counts[0].groups);
}

TEST_F(RunWriterTest, RefusesASampleTwiceAWrongLabelAndAnUnknownParent) {
  RunStart twice = example_run();
  twice.samples.push_back(twice.samples[0]);
  EXPECT_TRUE(contains(message_of([&] { record(twice); }), "cells/0.bmp occurs twice"));
  RunStart label = example_run();
  label.samples[3].label = 2;
  EXPECT_TRUE(contains(message_of([&] { record(label); }), "cells/3.bmp has label 2, but there are 2 classes"));
  RunStart parent = example_run();
  parent.parent = Parent{42, CheckpointChoice::best};
  EXPECT_TRUE(contains(message_of([&] { record(parent); }), "the run to continue, 42, is not in this registry"));
  EXPECT_TRUE(list_runs(readable()).empty());
  EXPECT_EQ("0", query(file(), "SELECT count(*) FROM samples"));
}

TEST_F(RunWriterTest, RemembersWhichRunItContinues) {
  record(example_run("generation_1"));
  RunStart start = example_run("generation_2");
  start.parent = Parent{1, CheckpointChoice::last};
  const RunDetails run = run_details(readable(), record(start));
  EXPECT_EQ(1, run.summary.parent->run);
  EXPECT_EQ(CheckpointChoice::last, run.summary.parent->checkpoint);
  EXPECT_EQ("generation_1", run.parent_name);
}

TEST_F(RunWriterTest, DoesntWaitForTheDisk) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100'000; ++i) {
    writer.metric("train", "balanced_accuracy", i, i, 0.5);
  }
  const std::chrono::duration<double, std::micro> each = (std::chrono::steady_clock::now() - begin) / 100'000;
  EXPECT_LT(each.count(), 20.0);  // Two in a release build; a sanitizer takes its share.
  writer.finish(RunState::completed);
  EXPECT_EQ("100000", query(file(), "SELECT count(*) FROM metrics"));
}

TEST_F(RunWriterTest, WaitsAndSaysSoWhenTooManyRowsWait) {
  std::string said;
  WriterOptions options = quick(&said);
  options.queue_limit = 100;
  options.gather = std::chrono::milliseconds(1);
  RunWriter writer = RunWriter::start(writable(), example_run(), options);
  for (int i = 0; i < 5'000; ++i) {
    writer.metric("train", "loss", i, i, 0.5);
  }
  writer.finish(RunState::completed);
  EXPECT_TRUE(contains(said, "rows wait to be written, the most that may; training waits for the disk")) << said;
  EXPECT_EQ("5000", query(file(), "SELECT count(*) FROM metrics"));
}

TEST_F(RunWriterTest, TakesRowsFromManyThreads) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&writer, t] {
      for (int i = 0; i < 2'000; ++i) {
        writer.metric("train", "loss_of_" + std::to_string(t), i, i, i);
      }
      writer.flush();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  writer.finish(RunState::completed);
  EXPECT_EQ("8000", query(file(), "SELECT count(*) FROM metrics"));
}

TEST_F(RunWriterTest, BeatsWhileNothingHappens) {
  WriterOptions options = quick();
  options.heartbeat = std::chrono::milliseconds(20);
  RunWriter writer = RunWriter::start(writable(), example_run(), options);
  const std::string first = query(file(), "SELECT heartbeat_ms FROM runs");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(first, query(file(), "SELECT heartbeat_ms FROM runs"));
  writer.finish(RunState::completed);
}

TEST_F(RunWriterTest, MarksARunFailedThatIsNotFinished) {
  try {
    RunWriter writer = RunWriter::start(writable(), example_run(), quick());
    writer.metric("train", "loss", 1, 1, 0.5);
    throw Failure("the loss is not a number");
  } catch (const Failure&) {
  }
  EXPECT_EQ(RunState::failed, list_runs(readable())[0].state);
  EXPECT_EQ(1U, metric_history(readable(), 1).size());
}

TEST_F(RunWriterTest, CantBeUsedAfterItsEnd) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  EXPECT_THROW(writer.finish(RunState::crashed), std::logic_error);
  writer.finish(RunState::interrupted);
  EXPECT_THROW(writer.metric("train", "loss", 1, 1, 0.5), std::logic_error);
  EXPECT_THROW(writer.finish(RunState::completed), std::logic_error);
  EXPECT_EQ(RunState::interrupted, list_runs(readable())[0].state);
}

}  // namespace
}  // namespace assay::test
