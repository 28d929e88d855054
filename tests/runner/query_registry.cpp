#include "query_registry.h"

#include <fstream>

namespace assay {
namespace {

Node number(std::int64_t value) { return Node{value, {}}; }

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

}  // namespace assay
