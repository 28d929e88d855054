#include "query_registry.h"

#include <sqlite3.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace assay {
namespace {

constexpr std::array kMetrics{"loss",        "auroc",       "balanced_accuracy", "weighted_f1",
                              "sensitivity", "specificity", "accuracy"};

Node number(std::int64_t value) { return Node{value, {}}; }

void execute(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  sqlite3_open(file.c_str(), &connection);
  char* message = nullptr;
  sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, &message);
  const std::string error = message ? message : "";
  sqlite3_free(message);
  sqlite3_close(connection);
  if (!error.empty()) throw std::runtime_error(error);
}

RunStart large_run() {
  RunStart start = query_run("run_of_many");
  for (int i = 0; i < 27; ++i) start.parameters.set("parameter_" + std::to_string(i), number(i));
  start.dataset_fingerprint = "large";
  start.samples.clear();
  for (int i = 0; i < 15'000; ++i) {
    const char* split = i < 11'000 ? "train" : i < 13'000 ? "validation" : "test";
    start.samples.push_back({"images/UID_H" + std::to_string(i) + ".bmp", std::string(32, 'f'),
                             "H" + std::to_string(i % 118), split, i % 2});
  }
  return start;
}

Predictions test_predictions(std::uint32_t first, std::uint32_t count) {
  Predictions predictions;
  for (std::uint32_t i = 0; i < count; ++i) {
    predictions.samples.push_back(first + i);
    predictions.labels.push_back(static_cast<std::int32_t>(i % 2));
    predictions.probabilities.push_back(i % 5 == 0 ? 0.5F : i % 2 ? 0.75F : 0.25F);
    predictions.groups.push_back(i % 118);
  }
  return predictions;
}

}  // namespace

RunStart query_run(const std::string& name, std::int64_t seed) {
  RunStart start;
  start.name = name;
  start.parameters.set("name", Node{name, {}});
  start.parameters.set("seed", number(seed));
  Node training;
  training.set("epochs", number(3));
  training.set("learning_rate", Node{1e-3, {}});
  training.set("deterministic", Node{true, {}});
  start.parameters.set("training", training);
  start.environment.device = "cpu";
  start.environment.git_commit = "0123456789abcdef0123";
  start.environment.git_dirty = true;
  start.environment.libraries = {{"torch", "2.13.0"}};
  start.dataset_fingerprint = "dataset-fingerprint";
  start.split_fingerprint = "split-fingerprint";
  start.plugins = {{"backbone", "efficientnet", "1.0", "build", "/lib/efficientnet.so", std::string(64, 'e')}};
  start.classes = {"healthy", "malignant"};
  start.positive = "malignant";
  for (int i = 0; i < 40; ++i) {
    const char* split = i < 20 ? "train" : i < 30 ? "validation" : "test";
    start.samples.push_back({std::to_string(i) + ".png", "hash", "patient " + std::to_string(i / 5), split, i % 2});
  }
  return start;
}

std::int64_t record_query_run(const std::filesystem::path& registry, const RunStart& start, double auroc) {
  RunWriter writer = RunWriter::start(Registry::open(registry, OpenMode::write), start);
  for (int epoch = 1; epoch <= 3; ++epoch) {
    for (const char* split : {"train", "validation"}) {
      writer.metric(split, "loss", epoch, epoch * 10, 0.5 / epoch);
      writer.metric(split, "auroc", epoch, epoch * 10, epoch == 2 ? auroc : 0.5);
      writer.metric(split, "weighted_f1", epoch, epoch * 10, 0.6);
    }
  }
  writer.metric("test", "auroc", 2, 20, auroc - 0.05);
  writer.interval("test", "auroc", {auroc - 0.05, 0.7, 0.9375, 0.95, 2, 10, 2000, 5});
  writer.predictions("test", 2, test_predictions(30, 10));
  writer.threshold(0.4375, "balanced_accuracy");
  std::ofstream(writer.folder() / "best.safetensors") << "weights";
  writer.artifact("best.safetensors", "checkpoint.best");
  writer.event("checkpoint", "best after epoch 2");
  writer.weights_sha256(std::string(64, 'c'));
  writer.finish(RunState::completed);
  return writer.number();
}

void write_thousand_runs(const std::filesystem::path& registry) {
  RunWriter writer = RunWriter::start(Registry::open(registry, OpenMode::write), large_run());
  for (int epoch = 1; epoch <= 60; ++epoch) {
    for (const char* split : {"train", "validation"}) {
      for (const char* metric : kMetrics) writer.metric(split, metric, epoch, epoch * 100, 1.0 - 1.0 / epoch);
    }
  }
  for (const char* metric : kMetrics) {
    writer.metric("test", metric, 60, 6000, 0.9);
    writer.interval("test", metric, {0.9, 0.8, 0.95, 0.95, 118, 2000, 2000, 0});
  }
  writer.threshold(0.5, "balanced_accuracy");
  writer.predictions("test", 60, test_predictions(13'000, 2'000));
  writer.finish(RunState::completed);
  const std::string numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) ";
  const auto copies = [&](const std::string& table, const std::string& columns) {
    return numbers + "INSERT INTO " + table + " (run, " + columns + ") SELECT i, " + columns + " FROM n, " + table +
           " WHERE run = 1;";
  };
  execute(
      registry,
      "BEGIN;" + numbers +
          "INSERT INTO runs (uuid, name, state, created_ms, started_ms, finished_ms, heartbeat_ms, folder, experiment, "
          "select_metric, host, device, git_commit, git_dirty, command, dataset, partition, positive, threshold, "
          "threshold_rule) SELECT printf('%08x', i) || substr(uuid, 9), 'run_' || i, state, created_ms, started_ms, "
          "finished_ms, heartbeat_ms, i || '-run', experiment, select_metric, host, device, git_commit, git_dirty, "
          "command, dataset, partition, positive, threshold, threshold_rule FROM n, runs WHERE number = 1;" +
          copies("parameters", "position, key, kind, integer_value, real_value, text_value") +
          copies("classes", "position, name") + copies("metric_points", "metric, epoch, step, value") +
          copies("latest_metric", "metric, epoch, step, value") + copies("best_metric", "metric, epoch, step, value") +
          copies("metric_intervals", "metric, value, low, high, level, groups, samples, replicates, redrawn") +
          "INSERT INTO predictions (run, split, sample, epoch, label, probability) SELECT 1000, split, sample, epoch, "
          "label, probability FROM predictions WHERE run = 1; COMMIT;");
}

}  // namespace assay
