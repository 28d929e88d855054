// What list, show, compare and history print, for people and for programs.
#include <gtest/gtest.h>

#include <sstream>

#include "assay/registry/external_evaluation.h"
#include "query_registry.h"
#include "runner_process.h"
#include "texts.h"

namespace assay {
namespace {

using nlohmann::json;

class QueryCommands : public ::testing::Test {
 protected:
  std::filesystem::path registry() const { return folder_ / "runs" / "registry.db"; }
  Outcome run(const std::vector<std::string>& arguments) { return run_runner(arguments, folder_, {{"TZ", "UTC"}}); }
  json run_json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    return json::parse(outcome.out);
  }

  std::filesystem::path folder_ = fresh_folder();
};

/// The line of a text that contains a word; empty when none does.
std::string line_with(const std::string& text, const std::string& word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(word) != std::string::npos) return line;
  }
  return {};
}

TEST_F(QueryCommands, ListShowsTheNewestFirstWithItsBestValidationValue) {
  record_query_run(registry(), query_run("effnet_crop"), 0.9);
  record_query_run(registry(), query_run("effnet_flip"), 0.8);
  const Outcome outcome = run({"list"});
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_TRUE(contains(line_with(outcome.out, "duration"), "best validation.auroc")) << outcome.out;
  const std::string crop = line_with(outcome.out, "effnet_crop");
  EXPECT_TRUE(contains(crop, "completed       3  0.9000 (epoch 2)")) << crop;
  EXPECT_LT(outcome.out.find("effnet_flip"), outcome.out.find("effnet_crop"));
  EXPECT_FALSE(contains(run({"list", "-n", "1"}).out, "effnet_crop"));
}

TEST_F(QueryCommands, ListJsonHasTheKeysOfTheInterface) {
  record_query_run(registry(), query_run("effnet_crop"));
  const json runs = run_json({"list"});
  ASSERT_EQ(1U, runs.size());
  EXPECT_EQ("effnet_crop", runs[0].at("name"));
  EXPECT_EQ(1, runs[0].at("number"));
  EXPECT_EQ(36U, runs[0].at("uuid").get<std::string>().size());
  EXPECT_EQ("completed", runs[0].at("state"));
  EXPECT_TRUE(runs[0].at("parent").is_null());
  EXPECT_EQ(0.9, runs[0].at("metrics").at("validation").at("auroc"));
}

TEST_F(QueryCommands, ListOfAnEmptyRegistrySaysSo) {
  Registry::open(registry(), OpenMode::write);
  const Outcome outcome = run({"list"});
  EXPECT_EQ(0, outcome.exit_code);
  EXPECT_TRUE(contains(outcome.err, "holds no runs yet"));
  EXPECT_EQ(json::array(), run_json({"list"}));
}

TEST_F(QueryCommands, WithoutARegistrySayHowToGetOne) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"list"}, {"show", "1"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_TRUE(contains(outcome.err, "there is no registry at")) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "runner EXPERIMENT.toml")) << outcome.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs"));
}

TEST_F(QueryCommands, ShowTellsPatientsAndIntervalBesideTestFigures) {
  record_query_run(registry(), query_run("effnet_crop"));
  const std::string out = run({"show", "latest"}).out;
  EXPECT_TRUE(contains(out, "run 1 (effnet_crop): completed")) << out;
  EXPECT_TRUE(contains(out, "test (95 % interval; 2 patients, 10 images)")) << out;
  EXPECT_TRUE(contains(line_with(out, "auroc  "), "0.9000  0.9000      0.8500 (0.7000 to 0.9375)")) << out;
  EXPECT_TRUE(contains(out, "train 20 images of 4 patients; validation 10 images of 2 patients; test 10 images of"));
  EXPECT_TRUE(contains(out, "git 0123456789ab with uncommitted changes"));
  EXPECT_TRUE(contains(line_with(out, "threshold"), "0.4375, by balanced_accuracy on validation"));
  EXPECT_TRUE(contains(line_with(out, "training.learning_rate"), "0.001"));
  // Of 10 predictions, 0.5, 0.75, 0.25, ...: positive are the 5 of label 1 and 0.5 of the negative first.
  EXPECT_TRUE(contains(out, "    healthy        4          1\n  malignant        0          5\n")) << out;
}

TEST_F(QueryCommands, ShowJsonHasTheKeysOfTheInterface) {
  record_query_run(registry(), query_run("generation_1"));
  RunStart child = query_run("generation_2");
  child.parent = Parent{1, CheckpointChoice::best};
  record_query_run(registry(), child);
  const json run = run_json({"show", "generation_2"});
  EXPECT_EQ(1, run.at("parent"));
  EXPECT_EQ(3, run.at("parameters").at("training.epochs"));
  EXPECT_TRUE(run.at("parameters").at("training.epochs").is_number_integer());
  EXPECT_EQ(0.001, run.at("parameters").at("training.learning_rate"));
  EXPECT_EQ(true, run.at("parameters").at("training.deterministic"));
  EXPECT_EQ("generation_2", run.at("parameters").at("name"));
  EXPECT_EQ(0.85, run.at("metrics").at("test").at("auroc"));
  EXPECT_EQ(0.25, run.at("metrics").at("validation").at("loss"));
  EXPECT_EQ(0.7, run.at("intervals").at("test").at("auroc").at("low"));
  EXPECT_EQ(2, run.at("intervals").at("test").at("auroc").at("patients"));
  EXPECT_EQ("best.safetensors", run.at("artifacts")[0].at("path"));
  EXPECT_EQ(7, run.at("artifacts")[0].at("bytes"));
  EXPECT_EQ(std::string(64, 'c'), run.at("weights_sha256"));
}

TEST_F(QueryCommands, ShowOfTheLastCheckpointShowsTheLastEpoch) {
  record_query_run(registry(), query_run("effnet_crop"));
  EXPECT_EQ(0.5, run_json({"show", "1:last"}).at("metrics").at("validation").at("auroc"));
  EXPECT_EQ(0.9, run_json({"show", "1:best"}).at("metrics").at("validation").at("auroc"));
}

TEST_F(QueryCommands, NumbersThatJsonLacksAreWords) {
  RunWriter writer = RunWriter::start(Registry::open(registry(), OpenMode::write), query_run("nan"));
  writer.metric("train", "loss", 1, 1, std::numeric_limits<double>::quiet_NaN());
  writer.metric("train", "norm", 1, 1, -std::numeric_limits<double>::infinity());
  writer.finish(RunState::failed);
  const json metrics = run_json({"show", "1"}).at("metrics").at("train");
  EXPECT_EQ("NaN", metrics.at("loss"));
  EXPECT_EQ("-Infinity", metrics.at("norm"));
  EXPECT_EQ("epoch,train.loss,train.norm\n1,NaN,-Infinity\n", run({"history", "1", "--csv"}).out);
}

TEST_F(QueryCommands, CompareShowsOnlyParametersThatDiffer) {
  record_query_run(registry(), query_run("effnet_crop", 1), 0.9);
  record_query_run(registry(), query_run("effnet_crop", 2), 0.8);
  const Outcome outcome = run({"compare", "1", "2"});
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_EQ("", outcome.err);
  EXPECT_TRUE(contains(line_with(outcome.out, "seed"), "1 ")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "learning_rate"));
  EXPECT_TRUE(contains(outcome.out, "0.8500 (0.7000 to 0.9375)")) << outcome.out;
  EXPECT_TRUE(contains(line_with(outcome.out, "95 % interval over"), "2 patients, 10 images")) << outcome.out;
  const json both = run_json({"compare", "1", "2"});
  EXPECT_EQ(json({{"seed", {1, 2}}}), both.at("differences"));
  EXPECT_EQ(2U, both.at("runs").size());
  EXPECT_TRUE(both.at("warnings").empty());
}

TEST_F(QueryCommands, CompareWarnsWhenSplitsDiffer) {
  record_query_run(registry(), query_run("one"));
  RunStart other = query_run("two");
  other.split_fingerprint = "another split";
  record_query_run(registry(), other);
  RunStart data = query_run("three");
  data.dataset_fingerprint = "other data";
  record_query_run(registry(), data);
  const Outcome outcome = run({"compare", "one", "two", "three"});
  EXPECT_TRUE(contains(outcome.err, "warning: run 1 (one) and run 2 (two) were split differently")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "warning: run 1 (one) and run 3 (three) were made on different data"));
  EXPECT_EQ(2U, run_json({"compare", "one", "two", "three"}).at("warnings").size());
}

TEST_F(QueryCommands, CompareWantsTwoRuns) {
  record_query_run(registry(), query_run("one"));
  EXPECT_EQ(2, run({"compare", "1"}).exit_code);
  const Outcome unknown = run({"compare", "one", "onne"});
  EXPECT_EQ(2, unknown.exit_code);
  EXPECT_TRUE(contains(unknown.err, "did you mean 'one'?")) << unknown.err;
}

TEST_F(QueryCommands, HistoryShowsEachEpochAndMarksTheBest) {
  record_query_run(registry(), query_run("effnet_crop"));
  const Outcome outcome = run({"history", "1"});
  EXPECT_TRUE(contains(line_with(outcome.out, "best 2"), "0.2500  0.9000")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "weighted_f1"));
  EXPECT_TRUE(contains(outcome.err, "2 more metrics: --all"));
  EXPECT_TRUE(contains(run({"history", "1", "--all"}).out, "weighted_f1"));
}

TEST_F(QueryCommands, HistoryCsvHasEveryDigit) {
  record_query_run(registry(), query_run("effnet_crop"), 0.1 + 0.2);
  EXPECT_EQ(
      "epoch,train.loss,train.auroc,validation.loss\n"
      "1,0.5,0.5,0.5\n2,0.25,0.30000000000000004,0.25\n3,0.16666666666666666,0.5,0.16666666666666666\n",
      run({"history", "1", "--csv", "-m", "loss,train.auroc"}).out);
  const Outcome typo = run({"history", "1", "-m", "validation.aurc"});
  EXPECT_EQ(2, typo.exit_code);
  EXPECT_TRUE(contains(typo.err, "did you mean 'validation.auroc'?")) << typo.err;
}

TEST_F(QueryCommands, HistoryJsonHasMetricsBySplit) {
  record_query_run(registry(), query_run("effnet_crop"));
  const json history = run_json({"history", "1"}).at("history");
  ASSERT_EQ(3U, history.size());
  EXPECT_EQ(2, history[1].at("epoch"));
  EXPECT_EQ(0.25, history[1].at("metrics").at("train").at("loss"));
}

/// Of the 10 test images, the even ones are of site 2, one of site 10 is malignant only.
RunStart run_with_sites() {
  RunStart start = query_run("sites");
  for (std::size_t i = 30; i < 40; ++i) start.samples[i].values = {{"site", i % 2 == 0 || i < 35 ? "2" : "10"}};
  return start;
}

TEST_F(QueryCommands, ShowByAColumnTellsFiguresOfEachValue) {
  record_query_run(registry(), run_with_sites());
  const std::string out = run({"show", "1", "--by", "site"}).out;
  EXPECT_TRUE(contains(out, "test by site\n")) << out;
  EXPECT_TRUE(contains(line_with(out, "  2 "), "7         2")) << out;
  EXPECT_TRUE(contains(line_with(out, "  10 "), "only malignant: 1.0000 called right")) << out;
  const json slices = run_json({"show", "1", "--by", "site"}).at("slices");
  ASSERT_EQ(2U, slices.size());
  EXPECT_EQ("2", slices[0].at("value"));
  EXPECT_EQ(7, slices[0].at("images"));
  // Labels of the seven are 0 1 0 1 0 0 0, probabilities 0.5 0.75 0.25 0.75 0.25 0.25 0.25.
  EXPECT_EQ(1.0, slices[0].at("metrics").at("auroc"));
  EXPECT_EQ("malignant", slices[1].at("only"));
  const Outcome unknown = run({"show", "1", "--by", "sites"});
  EXPECT_EQ(2, unknown.exit_code);
  EXPECT_TRUE(contains(unknown.err, "did you mean 'site'? There are: site, source, group")) << unknown.err;
  const Outcome split = run({"show", "1", "--by", "site", "--split", "tset"});
  EXPECT_EQ(2, split.exit_code);
  EXPECT_TRUE(contains(split.err, "did you mean 'test'?")) << split.err;
}

TEST_F(QueryCommands, ShowPutsExternalEvaluationsBesideTheTestSplit) {
  record_query_run(registry(), query_run("effnet_crop"));
  ExternalEvaluation external;
  external.name = "cnmc";
  external.place = "/data/cnmc";
  external.dataset_fingerprint = "other";
  external.groups_are = "images";
  external.samples = {{"a.bmp", "hash-a", "a.bmp", "", 0}, {"b.bmp", "hash-b", "b.bmp", "", 1}};
  external.predictions = {1, {0.25F, 0.75F}, {0, 1}, {0, 1}, {0, 1}};
  external.figures = {{"auroc", {1.0, 0.5, 1.0, 0.95, 2, 2, 100, 0}}};
  external.known_images = 1;
  record_external_evaluation(Registry::open(registry(), OpenMode::write), 1, external);
  const std::string out = run({"show", "1"}).out;
  EXPECT_TRUE(contains(out, "external.cnmc (95 % interval; 2 images)")) << out;
  EXPECT_TRUE(contains(line_with(out, "auroc  "), "0.8500 (0.7000 to 0.9375)")) << out;
  EXPECT_TRUE(contains(line_with(out, "auroc  "), "1.0000 (0.5000 to 1.0000)")) << out;
  EXPECT_TRUE(contains(out, "2 images of /data/cnmc")) << out;
  EXPECT_TRUE(contains(out, "1 known image left out")) << out;
  EXPECT_TRUE(contains(out, "remark: each image counts as a patient of its own")) << out;
  EXPECT_EQ("external.cnmc", run_json({"show", "1"}).at("evaluations")[0].at("split"));
  EXPECT_FALSE(contains(run({"history", "1", "--all"}).out, "external"));
}

TEST_F(QueryCommands, ShowByCountsImagesOnceWhereNothingGroupsThem) {
  record_query_run(registry(), query_run("effnet_crop"));
  ExternalEvaluation external;
  external.name = "cnmc";
  external.dataset_fingerprint = "other";
  external.groups_are = "images";
  external.samples = {{"a.bmp", "hash-a", "a.bmp", "", 0, "lab"}, {"b.bmp", "hash-b", "b.bmp", "", 1, "lab"}};
  external.predictions = {1, {0.25F, 0.75F}, {0, 1}, {0, 1}, {0, 1}};
  record_external_evaluation(Registry::open(registry(), OpenMode::write), 1, external);
  const std::string out = run({"show", "1", "--by", "source", "--split", "external.cnmc"}).out;
  EXPECT_TRUE(contains(line_with(out, "auroc"), "source  images  auroc")) << out;
}

TEST_F(QueryCommands, ShowTellsAThresholdThatWasSetFromOneThatWasChosen) {
  RunWriter writer = RunWriter::start(Registry::open(registry(), OpenMode::write), query_run("effnet_crop"));
  writer.threshold(0.5, "0.5");
  writer.finish(RunState::completed);
  const std::string out = run({"show", "1"}).out;
  EXPECT_TRUE(contains(line_with(out, "threshold"), "0.5000, set in the experiment")) << out;
}

TEST_F(QueryCommands, ShowRemarksOnClassesThatAnEvaluationHasNoImageOf) {
  RunStart start = query_run("three");
  start.classes = {"basophil", "lymphocyte", "monocyte"};
  start.positive.clear();
  RunWriter writer = RunWriter::start(Registry::open(registry(), OpenMode::write), start);
  writer.predictions("test", 1, {3, {1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 1, 2}, {30, 31, 32}, {0, 0, 0}});
  writer.finish(RunState::completed);
  ExternalEvaluation external;
  external.name = "cnmc";
  external.dataset_fingerprint = "other";
  external.samples = {{"a.bmp", "hash-a", "A", "", 0}, {"b.bmp", "hash-b", "B", "", 1}};
  external.predictions = {3, {1, 0, 0, 0, 1, 0}, {0, 1}, {0, 1}, {0, 1}};
  record_external_evaluation(Registry::open(registry(), OpenMode::write), 1, external);
  const std::string out = run({"show", "1"}).out;
  EXPECT_TRUE(contains(out, "remark: no image of class monocyte: means over classes are over 2 of 3 classes")) << out;
  EXPECT_TRUE(contains(out, "of the run's test images: accuracy and weighted F1 can't be compared")) << out;
  EXPECT_FALSE(contains(out, "balanced accuracy doesn't depend on it")) << out;
}

TEST_F(QueryCommands, CompareWarnsWhenEvaluationsOfOneNameAreOfOtherImages) {
  for (const char* fingerprint : {"one", "one", "another"}) {
    const std::int64_t number = record_query_run(registry(), query_run("effnet_crop"));
    ExternalEvaluation external;
    external.name = "cnmc";
    external.place = std::string("/data/") + fingerprint;
    external.dataset_fingerprint = fingerprint;
    external.samples = {{"a.bmp", "hash-a", "A", "", 0}, {"b.bmp", "hash-b", "B", "", 1}};
    external.predictions = {1, {0.25F, 0.75F}, {0, 1}, {0, 1}, {0, 1}};
    record_external_evaluation(Registry::open(registry(), OpenMode::write), number, external);
  }
  EXPECT_EQ("", run({"compare", "1", "2"}).err);
  const std::string said = run({"compare", "1", "3"}).err;
  EXPECT_TRUE(contains(said,
                       "have figures of external.cnmc of different images: 2 of /data/one, and 2 of "
                       "/data/another"))
      << said;
}

TEST_F(QueryCommands, NamesCantMoveTheCursor) {
  record_query_run(registry(), query_run("plain"));
  RunStart start = query_run("odd");
  start.parameters.set("text", Node{std::string("a\x1b[2Jb\nc"), {}});
  record_query_run(registry(), start);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"show", "2"}, {"compare", "1", "2"}}) {
    const std::string out = run(arguments).out;
    EXPECT_FALSE(contains(out, "\x1b"));
    EXPECT_TRUE(contains(line_with(out, "text"), "a\\x1b[2Jb\\nc"));
  }
}

TEST_F(QueryCommands, HelpIsEnoughToUseThem) {
  for (const std::string command : {"list", "show", "compare", "history"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(0, outcome.exit_code);
    EXPECT_TRUE(contains(outcome.out, "--json")) << command;
    EXPECT_TRUE(contains(outcome.out, "--registry")) << command;
  }
}

TEST(QueryLibraries, AreNeitherLibTorchNorOpenCv) {
  const std::filesystem::path folder = fresh_folder();
  record_query_run(folder / "runs" / "registry.db", query_run("one"));
  record_query_run(folder / "runs" / "registry.db", query_run("two"));
  const std::vector<std::vector<std::string>> commands = {
      {"list"}, {"show", "1"}, {"compare", "1", "2"}, {"history", "1"}};
  for (const auto& arguments : commands) {
    // The dynamic linker names every library that it opens, at the start or later.
    const Outcome outcome = run_runner(arguments, folder, {{"LD_DEBUG", "files"}});
    EXPECT_NE(std::string::npos, outcome.err.find("libsqlite3")) << "LD_DEBUG said nothing";
    for (const std::string library : {"libtorch", "libc10", "libopencv", "libassay_learn", "libassay_data"}) {
      EXPECT_EQ(std::string::npos, outcome.err.find(library)) << arguments[0] << " opens " << library;
    }
  }
}

}  // namespace
}  // namespace assay
