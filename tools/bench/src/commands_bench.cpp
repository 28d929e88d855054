#include "commands_bench.h"

#include <chrono>

#include "assay/registry/registry.h"
#include "assay/registry/run_writer.h"
#include "assay/toml_file.h"
#include "process.h"

namespace assay::bench {
namespace {

constexpr int kRuns = 1'000;
constexpr int kEpochs = 60;
constexpr int kImages = 15'000;
constexpr int kPatients = 118;
constexpr int kTested = 2'000;

RunStart run_start(int number) {
  RunStart start;
  start.name = "effnet_crop";
  start.parameters = parse_toml("seed = " + std::to_string(number) +
                                    "\n[training]\nepochs = 20\nbatch_size = 64\n"
                                    "optimizer = { name = \"adamw\", learning_rate = 0.001, weight_decay = 0.01 }\n",
                                "bench");
  start.experiment = write_toml(start.parameters);
  start.dataset_fingerprint = std::string(64, 'a');
  start.split_fingerprint = std::string(64, 'b');
  start.classes = {"healthy", "malignant"};
  start.positive = "malignant";
  for (int i = 0; i < kImages; ++i) {
    start.samples.push_back({"images/UID_H" + std::to_string(i) + ".bmp", std::to_string(i),
                             "H" + std::to_string(i % kPatients), i < kImages - kTested ? "train" : "test", i % 2});
  }
  return start;
}

Predictions predictions() {
  Predictions made;
  for (int i = kImages - kTested; i < kImages; ++i) {
    made.probabilities.push_back(static_cast<float>((i * 37) % 100) / 100.0F);
    made.labels.push_back(static_cast<std::int32_t>(i % 2));
    made.samples.push_back(static_cast<std::uint32_t>(i));
    made.groups.push_back(static_cast<std::uint32_t>(i % kPatients));
  }
  return made;
}

void fill(const std::filesystem::path& file) {
  const Registry registry = Registry::open(file, OpenMode::write);
  for (int run = 0; run < kRuns; ++run) {
    RunWriter writer = RunWriter::start(registry, run_start(run));
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
      for (const char* split : {"train", "validation"}) {
        for (const char* name : {"loss", "auroc", "balanced_accuracy", "weighted_f1", "sensitivity", "specificity"}) {
          writer.metric(split, name, epoch, epoch * 10, 0.5 + 0.001 * ((run + epoch) % 100));
        }
      }
    }
    writer.metric("test", "auroc", kEpochs, kEpochs * 10, 0.9);
    if (run >= kRuns - 10) writer.predictions("test", kEpochs, predictions());
    writer.finish(RunState::completed);
  }
}

Row query_row(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  seconds_of_runner(arguments, folder);
  std::vector<double> milliseconds;
  for (int i = 0; i < 21; ++i) milliseconds.push_back(1e3 * seconds_of_runner(arguments, folder));
  const double middle = median(milliseconds);
  return {
      "runner " + arguments.front() + ", 1,000 runs, whole process", "ms", middle, "", 0, "under 50 ms", middle < 50};
}

Row logging_row(const std::filesystem::path& file) {
  const Registry registry = Registry::open(file, OpenMode::write);
  RunWriter writer = RunWriter::start(registry, run_start(kRuns));
  constexpr int kPoints = 200'000;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < kPoints; ++i) writer.metric("train", "loss", i, i, 1.0 / (i + 1));
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begun;
  writer.finish(RunState::completed);
  const double each = spent.count() / kPoints;
  return {"logging one metric, on the training thread", "us", each, "", 0, "under 2 us", each < 2};
}

}  // namespace

std::vector<Row> bench_commands(const std::filesystem::path& scratch) {
  const std::filesystem::path file = scratch / "runs/registry.db";
  fill(file);
  const std::string experiment = ASSAY_SOURCE_DIR "/experiments/effnet_crop.toml";
  std::vector<Row> rows;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"list"}, {"show", "latest"}, {"compare", "1", "1000"}, {"check", experiment}}) {
    rows.push_back(query_row(arguments, scratch));
  }
  rows.push_back(logging_row(file));
  return rows;
}

}  // namespace assay::bench
