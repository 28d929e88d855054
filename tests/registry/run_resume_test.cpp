// Going on with a run, and what another process may see of one that was killed.
#include <cmath>
#include <limits>
#include <thread>

#include "assay/error.h"
#include "registry_fixture.h"
#include "texts.h"

namespace assay::test {
namespace fs = std::filesystem;
namespace {

class ResumeTest : public RegistryTest {
 protected:
  std::string refusal(std::int64_t run, const RunStart& now = example_run()) {
    return message_of([&] { RunWriter::resume(writable(), run, now, quick()); });
  }
  /// A run of another process that has committed 3 epochs when this returns.
  ChildProcess start_child() {
    return ChildProcess([this](const auto& wait_for_death) {
      RunWriter writer = RunWriter::start(writable(), example_run(), quick());
      for (int epoch = 0; epoch < 3; ++epoch) {
        writer.metric("validation", "auroc", epoch, epoch, 0.5 + 0.1 * epoch);
      }
      writer.flush();
      wait_for_death();
    });
  }
};

TEST_F(ResumeTest, ShowsAKilledRunAsCrashedWithEveryCommittedRow) {
  ChildProcess child = start_child();
  EXPECT_EQ(RunState::running, list_runs(readable())[0].state);
  child.kill();
  EXPECT_EQ(RunState::crashed, list_runs(readable())[0].state);
  EXPECT_EQ(3U, metric_history(readable(), 1).size());
  EXPECT_EQ("ok", query(file(), "PRAGMA integrity_check"));
}

TEST_F(ResumeTest, RefusesARunThatAnotherProcessWrites) {
  ChildProcess child = start_child();
  EXPECT_TRUE(contains(refusal(1), "run 1 (effnet_crop) is still running in another process")) << refusal(1);
}

TEST_F(ResumeTest, GoesOnWithACrashedRun) {
  start_child().kill();
  RunWriter writer = RunWriter::resume(writable(), 1, example_run(), quick());
  EXPECT_EQ(file().parent_path() / "1-effnet_crop", writer.folder());
  EXPECT_EQ(RunState::running, list_runs(readable())[0].state);
  writer.metric("validation", "auroc", 2, 2, 0.5 + 0.1 * 2);
  writer.metric("validation", "auroc", 3, 3, 0.65);
  writer.finish(RunState::completed);
  const RunDetails run = run_details(readable(), 1);
  EXPECT_EQ(4U, metric_history(readable(), 1).size());
  EXPECT_EQ(2, run.summary.best->epoch);
  EXPECT_EQ(3, run.latest[0].epoch);
  ASSERT_EQ(1U, run.events.size());  // Nothing differs: only that it went on.
  EXPECT_EQ("resumed", run.events[0].kind);
  EXPECT_TRUE(contains(run.events[0].text, "was crashed"));
}

TEST_F(ResumeTest, ReportsAValueThatDiffersAndKeepsTheNewOne) {
  start_child().kill();
  RunWriter writer = RunWriter::resume(writable(), 1, example_run(), quick());
  writer.metric("validation", "auroc", 2, 2, 0.55);
  writer.finish(RunState::completed);
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(2U, run.events.size());
  EXPECT_EQ("metric_differs", run.events[1].kind);
  EXPECT_EQ("validation.auroc of epoch 2, step 2 was 0.69999999999999996 and is now 0.55000000000000004",
            run.events[1].text);
  EXPECT_EQ(0.55, run.latest[0].value);
  EXPECT_EQ(1, run.best[0].epoch);  // The best one was replaced: the second best is.
}

TEST_F(ResumeTest, TakesTwoNansAsEqual) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  RunWriter first = RunWriter::start(writable(), example_run(), quick());
  first.metric("train", "loss", 0, 0, nan);
  first.finish(RunState::interrupted);
  RunWriter second = RunWriter::resume(writable(), 1, example_run(), quick());
  second.metric("train", "loss", 0, 0, nan);
  second.flush();
  EXPECT_EQ("0", query(file(), "SELECT count(*) FROM events WHERE kind = 'metric_differs'"));
  second.metric("train", "loss", 0, 0, 1.0);
  second.finish(RunState::completed);
  EXPECT_EQ("1", query(file(), "SELECT count(*) FROM events WHERE kind = 'metric_differs'"));
}

TEST_F(ResumeTest, TellsTheFirstDifferencesAndCountsTheRest) {
  RunWriter first = RunWriter::start(writable(), example_run(), quick());
  for (int i = 0; i < 100; ++i) first.metric("train", "loss", i, i, i);
  first.finish(RunState::interrupted);
  RunWriter second = RunWriter::resume(writable(), 1, example_run(), quick());
  for (int i = 0; i < 100; ++i) second.metric("train", "loss", i, i, i + 0.5);
  second.finish(RunState::completed);
  EXPECT_EQ("11", query(file(), "SELECT count(*) FROM events WHERE kind = 'metric_differs'"));
  EXPECT_TRUE(contains(run_details(readable(), 1).events.back().text, "100 values in all differ"));
}

TEST_F(ResumeTest, SaysHowToContinueACompletedRun) {
  record(example_run());
  EXPECT_TRUE(contains(refusal(1), "run 1 (effnet_crop) is completed")) << refusal(1);
  EXPECT_TRUE(contains(refusal(1), "[continue]\n  from = \"effnet_crop\""));
}

TEST_F(ResumeTest, RefusesAnUnknownRunAndOneWithoutItsFolder) {
  EXPECT_TRUE(contains(refusal(7), "there is no run 7"));
  record(example_run(), RunState::interrupted);
  fs::remove_all(file().parent_path() / "1-effnet_crop");
  EXPECT_TRUE(contains(refusal(1), "with the checkpoints is missing")) << refusal(1);
}

TEST_F(ResumeTest, RefusesOtherData) {
  record(example_run(), RunState::interrupted);
  RunStart data = example_run();
  data.dataset_fingerprint = "dataset-2";
  EXPECT_TRUE(contains(refusal(1, data), "the data set has changed since it started"));
  RunStart split = example_run();
  split.split_fingerprint = "split-2";
  EXPECT_TRUE(contains(refusal(1, split), "the split has changed since it started"));
  RunStart classes = example_run();
  classes.classes = {"healthy", "ill"};
  EXPECT_TRUE(contains(refusal(1, classes), "its classes have changed"));
  EXPECT_EQ(RunState::interrupted, list_runs(readable())[0].state);
}

TEST_F(ResumeTest, NotesOtherPluginsLibrariesAndCode) {
  record(example_run(), RunState::interrupted);
  RunStart now = example_run();
  now.plugins[0].build_id = "torch 2.14.0";
  now.environment.libraries[0].second = "2.14.0";
  now.environment.git_commit = "fedcba";
  RunWriter::resume(writable(), 1, now, quick()).finish(RunState::completed);
  EXPECT_EQ("3", query(file(), "SELECT count(*) FROM events WHERE kind = 'resumed_with_another'"));
}

TEST_F(ResumeTest, BelievesTheHeartbeatOfAnotherHost) {
  record(example_run(), RunState::interrupted);
  query(file(), "UPDATE runs SET state = 'running', host = 'far-away', heartbeat_ms = unixepoch() * 1000");
  EXPECT_EQ(RunState::running, list_runs(readable())[0].state);
  EXPECT_TRUE(contains(refusal(1), "is still running, on far-away")) << refusal(1);
  query(file(), "UPDATE runs SET heartbeat_ms = heartbeat_ms - 121000");
  EXPECT_EQ(RunState::crashed, list_runs(readable())[0].state);
  RunWriter::resume(writable(), 1, example_run(), quick()).finish(RunState::completed);
}

TEST_F(ResumeTest, CountsOnlyTimeAtWork) {
  record(example_run(), RunState::interrupted);
  query(file(),
        "UPDATE runs SET created_ms = created_ms - 3600000, started_ms = created_ms - 3600000, "
        "finished_ms = created_ms - 3540000");
  EXPECT_EQ(60'000, list_runs(readable())[0].duration_ms);
  RunWriter::resume(writable(), 1, example_run(), quick()).finish(RunState::completed);
  EXPECT_NEAR(60'000.0, static_cast<double>(list_runs(readable())[0].duration_ms), 5'000.0);
}

TEST_F(ResumeTest, LosesNoCommittedRowWhenWritersAreKilledAtWork) {
  writable();
  constexpr int kWriters = 4;
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < kWriters; ++i) {
    children.push_back(std::make_unique<ChildProcess>([this](const auto& wait_for_death) {
      RunWriter writer = RunWriter::start(writable(), example_run(), quick());
      for (int row = 0; row < 3'000; ++row) {
        writer.metric("train", "loss", row, row, row);
        if (row % 500 == 0) writer.flush();
      }
      writer.flush();
      std::thread more([&] {
        for (int row = 3'000;; ++row) writer.metric("train", "loss", row, row, row);
      });
      wait_for_death();
    }));
  }
  for (auto& child : children) child->kill();
  EXPECT_EQ("ok", query(file(), "PRAGMA integrity_check"));
  const Registry registry = readable();
  for (const RunSummary& run : list_runs(registry)) {
    EXPECT_EQ(RunState::crashed, run.state);
    EXPECT_GE(metric_history(registry, run.number).size(), 3'000U);
    EXPECT_GE(*run.epochs, 2'999);
  }
  EXPECT_EQ(kWriters, static_cast<int>(list_runs(registry).size()));
}

}  // namespace
}  // namespace assay::test
