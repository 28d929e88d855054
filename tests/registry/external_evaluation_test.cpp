#include "assay/registry/external_evaluation.h"

#include <limits>

#include "assay/error.h"
#include "registry_fixture.h"

namespace assay::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Four images of two patients, two of them with a site.
ExternalEvaluation evaluation(const std::string& name = "cnmc") {
  ExternalEvaluation evaluation;
  evaluation.name = name;
  evaluation.place = "/data/cnmc";
  evaluation.epoch = 7;
  evaluation.step = 70;
  evaluation.dataset_fingerprint = "dataset-other";
  evaluation.samples = {{"a.bmp", "hash-a", "H1", "", 0, "cnmc", {{"site", "Delhi"}}},
                        {"b.bmp", "hash-b", "H1", "", 1, "cnmc", {{"site", "Pune"}}},
                        {"c.bmp", "hash-c", "H2", "", 0, "cnmc", {}},
                        {"d.bmp", "hash-d", "H2", "", 1, "cnmc", {}}};
  evaluation.predictions = {1, {0.25F, 0.75F, 0.5F, 0.625F}, {0, 1, 0, 1}, {0, 1, 2, 3}, {0, 0, 1, 1}};
  evaluation.threshold = 0.5;
  evaluation.figures = {{"auroc", {1.0, 0.75, 1.0, 0.95, 2, 4, 100, 3}}, {"loss", {0.25, kNan, kNan}}};
  evaluation.known_images = 2;
  evaluation.bad_images = 1;
  return evaluation;
}

class ExternalEvaluationTest : public RegistryTest {
 protected:
  ExternalEvaluationTest() { record(example_run()); }
  bool record_evaluation(const ExternalEvaluation& made) { return record_external_evaluation(writable(), 1, made); }
};

TEST_F(ExternalEvaluationTest, StandsUnderASplitOfItsOwn) {
  EXPECT_FALSE(record_evaluation(evaluation()));
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(1U, run.evaluations.size());
  EXPECT_EQ("external.cnmc", run.evaluations[0].split);
  EXPECT_EQ("/data/cnmc", run.evaluations[0].place);
  EXPECT_EQ("dataset-other", run.evaluations[0].dataset_fingerprint);
  EXPECT_EQ(7, run.evaluations[0].epoch);
  EXPECT_EQ(4, run.evaluations[0].samples);
  EXPECT_EQ(2, run.evaluations[0].known_images);
  EXPECT_EQ(1, run.evaluations[0].bad_images);
  ASSERT_EQ(2U, run.latest.size());
  EXPECT_EQ("external.cnmc", run.latest[0].split);
  EXPECT_EQ(1.0, run.latest[0].value);
  ASSERT_EQ(1U, run.intervals.size()) << "the loss has no interval";
  EXPECT_EQ(0.75, run.intervals[0].interval.low);
}

TEST_F(ExternalEvaluationTest, KeepsEveryPredictionWithWhatIsKnownOfItsImage) {
  record_evaluation(evaluation());
  const StoredPredictions stored = stored_predictions(readable(), 1, "external.cnmc");
  EXPECT_EQ((std::vector<float>{0.25F, 0.75F, 0.5F, 0.625F}), stored.predictions.probabilities);
  EXPECT_EQ((std::vector<std::uint32_t>{0, 0, 1, 1}), stored.predictions.groups);
  EXPECT_EQ("b.bmp", stored.records[1].path);
  EXPECT_EQ("cnmc", stored.records[1].source);
  const std::vector<std::pair<std::string, std::string>> site{{"site", "Pune"}};
  EXPECT_EQ(site, stored.records[1].values);
  EXPECT_TRUE(stored.records[2].values.empty());
}

TEST_F(ExternalEvaluationTest, OfTheSameNameIsReplacedAndTheRunSaysSo) {
  record_evaluation(evaluation());
  ExternalEvaluation again = evaluation();
  again.epoch = 9;
  again.samples.resize(2);
  again.predictions = {1, {0.125F, 0.875F}, {0, 1}, {0, 1}, {0, 0}};
  again.figures = {{"auroc", {0.5, kNan, kNan}}};
  EXPECT_TRUE(record_evaluation(again));
  const RunDetails run = run_details(readable(), 1);
  ASSERT_EQ(1U, run.latest.size()) << "a figure of the earlier one is left";
  EXPECT_EQ(0.5, run.latest[0].value);
  EXPECT_EQ(0.5, run.best[0].value) << "the best of both was kept";
  EXPECT_TRUE(run.intervals.empty());
  EXPECT_EQ(1U, run.evaluations.size());
  EXPECT_EQ(2U, stored_predictions(readable(), 1, "external.cnmc").records.size());
  ASSERT_EQ(2U, run.events.size());
  EXPECT_NE(std::string::npos, run.events[1].text.find("replaces the earlier one")) << run.events[1].text;
}

TEST_F(ExternalEvaluationTest, LeavesTheRestOfTheRecordAsItWas) {
  RunWriter writer = RunWriter::start(writable(), example_run("other"), quick());
  writer.metric("test", "auroc", 3, 30, 0.9);
  writer.interval("test", "auroc", {0.9, 0.8, 1.0, 0.95, 2, 4, 100, 0});
  writer.predictions("test", 3, example_predictions());
  writer.finish(RunState::completed);
  const RunDetails before = run_details(readable(), 2);
  record_external_evaluation(writable(), 2, evaluation());
  record_external_evaluation(writable(), 2, evaluation("second"));
  const RunDetails after = run_details(readable(), 2);
  EXPECT_EQ(before.latest[0].value, after.latest[0].value);
  EXPECT_EQ("test", after.latest[0].split);
  EXPECT_EQ(before.dataset_fingerprint, after.dataset_fingerprint);
  EXPECT_EQ(before.summary.duration_ms, after.summary.duration_ms);
  EXPECT_EQ(4U, stored_predictions(readable(), 2, "test").records.size());
  EXPECT_EQ(4, split_counts(readable(), 2).back().samples);
  EXPECT_EQ(2U, after.evaluations.size());
}

TEST_F(ExternalEvaluationTest, MayBeRecordedWhileAnotherRunIsWritten) {
  RunWriter writer = RunWriter::start(writable(), example_run("running"), quick());
  for (int epoch = 1; epoch <= 200; ++epoch) {
    writer.metric("train", "loss", epoch, epoch, 0.5);
    if (epoch % 20 == 0) record_evaluation(evaluation("name" + std::to_string(epoch)));
  }
  writer.finish(RunState::completed);
  EXPECT_EQ(10U, run_details(readable(), 1).evaluations.size());
  EXPECT_EQ(200U, metric_history(readable(), 2).size());
}

TEST_F(ExternalEvaluationTest, IsWrittenWholeOrNotAtAll) {
  ExternalEvaluation wrong = evaluation();
  wrong.samples[1].path = "a.bmp";  // the same path twice can't be stored
  EXPECT_THROW(record_evaluation(wrong), Failure);
  EXPECT_TRUE(run_details(readable(), 1).evaluations.empty());
  EXPECT_TRUE(run_details(readable(), 1).latest.empty());
  EXPECT_EQ("12", query(file(), "SELECT count(*) FROM samples"));
}

TEST_F(ExternalEvaluationTest, SharesTheImagesWithOtherRunsOnThem) {
  record(example_run());
  record_external_evaluation(writable(), 1, evaluation());
  record_external_evaluation(writable(), 2, evaluation());
  EXPECT_EQ("16", query(file(), "SELECT count(*) FROM samples"));
}

TEST_F(ExternalEvaluationTest, RefusesNamesThatNoSplitCanHave) {
  for (const std::string name : {"", "a.b", "_a", "a b", "n\xc3\xa4me"}) {
    const std::string message = message_of([&] { record_evaluation(evaluation(name)); });
    EXPECT_NE(std::string::npos, message.find("--as NAME")) << message;
  }
  EXPECT_THROW(record_external_evaluation(writable(), 5, evaluation()), InvalidInput);
}

TEST_F(ExternalEvaluationTest, KnowsTheRunsOwnImagesBySplit) {
  const std::vector<SampleRecord> samples = run_samples(readable(), 1);
  ASSERT_EQ(12U, samples.size());
  EXPECT_EQ("hash-5", samples[5].hash);
  EXPECT_EQ("validation", samples[5].split);
}

TEST_F(ExternalEvaluationTest, ImagesThatWereRenamedAreRowsOfTheirOwn) {
  RunStart renamed = example_run("renamed");
  renamed.samples[3].path = "cells/other.bmp";
  record(renamed);
  EXPECT_EQ("cells/3.bmp", run_samples(readable(), 1)[3].path);
  EXPECT_EQ("cells/other.bmp", run_samples(readable(), 2)[3].path);
}

}  // namespace
}  // namespace assay::test
