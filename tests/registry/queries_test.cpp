#include "assay/registry/queries.h"

#include "assay/error.h"
#include "registry_fixture.h"

namespace assay::test {
namespace {

using QueriesTest = RegistryTest;

TEST_F(QueriesTest, ListTheNewestFirst) {
  for (const char* name : {"first", "second", "third"}) record(example_run(name));
  const std::vector<RunSummary> runs = list_runs(readable(), 2);
  ASSERT_EQ(2U, runs.size());
  EXPECT_EQ("third", runs[0].name);
  EXPECT_EQ("second", runs[1].name);
}

TEST_F(QueriesTest, ShowRunsWithoutMetrics) {
  const RunDetails run = run_details(readable(), record(example_run()));
  EXPECT_FALSE(run.summary.best);
  EXPECT_FALSE(run.summary.epochs);
  EXPECT_TRUE(run.latest.empty());
  EXPECT_TRUE(stored_predictions(readable(), 1, "test").records.empty());
}

TEST_F(QueriesTest, GiveTheValuesOfTheSelectedEpoch) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  for (int epoch = 1; epoch <= 3; ++epoch) {
    writer.metric("train", "loss", epoch, epoch * 10, 1.0 / epoch);
    writer.metric("train", "loss", epoch, epoch * 10 + 5, 2.0 / epoch);
    writer.metric("validation", "auroc", epoch, epoch * 10, epoch == 2 ? 0.9 : 0.8);
  }
  writer.metric("test", "auroc", 4, 40, 0.85);
  writer.finish(RunState::completed);
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(3U, run.selected.size());
  EXPECT_EQ(1.0, run.selected[0].value);  // The last step of epoch 2.
  EXPECT_EQ(0.9, run.selected[1].value);
  EXPECT_EQ(0.85, run.selected[2].value);  // Not measured in epoch 2: the last value.
  EXPECT_EQ(2.0 / 3, run.latest[0].value);
}

TEST_F(QueriesTest, GiveHistoriesByEpochAndStep) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  writer.metric("validation", "loss", 2, 20, 0.1);
  writer.metric("validation", "loss", 1, 10, 0.2);
  writer.metric("train", "loss", 1, 10, 0.3);
  writer.finish(RunState::completed);
  const std::vector<MetricPoint> all = metric_history(readable(), 1);
  ASSERT_EQ(3U, all.size());
  EXPECT_EQ("train", all[0].split);
  EXPECT_EQ(0.2, all[1].value);
  EXPECT_EQ(2U, metric_history(readable(), 1, "validation", "loss").size());
}

TEST_F(QueriesTest, NameTheParametersThatDiffer) {
  record(example_run());
  RunStart other = example_run();
  other.parameters.set("seed", Node{std::int64_t{21}, {}});
  other.parameters.set("extra", Node{std::string("x"), {}});
  Node& training = *other.parameters.find("training");
  training.set("epochs", Node{500.0, {}});
  record(other);
  const std::vector<ParameterRow> rows =
      parameter_differences({run_details(readable(), 1), run_details(readable(), 2)});
  ASSERT_EQ(3U, rows.size());
  EXPECT_EQ("seed", rows[0].key);
  EXPECT_EQ(Scalar(std::int64_t{21}), rows[0].values[1]);
  EXPECT_EQ("training.epochs", rows[1].key);  // 500 and 500.0 are of different types.
  EXPECT_EQ("extra", rows[2].key);
  EXPECT_FALSE(rows[2].values[0]);
}

TEST_F(QueriesTest, SeeARunWhileItIsWritten) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  const Registry registry = readable();
  writer.metric("train", "loss", 1, 1, 0.5);
  writer.flush();
  EXPECT_EQ(1U, metric_history(registry, 1).size());
  EXPECT_EQ(RunState::running, list_runs(registry)[0].state);
  writer.finish(RunState::completed);
  EXPECT_EQ(RunState::completed, list_runs(registry)[0].state);
}

TEST_F(QueriesTest, SayThatThereIsNoSuchRun) { EXPECT_THROW(run_details(writable(), 3), InvalidInput); }

}  // namespace
}  // namespace assay::test
