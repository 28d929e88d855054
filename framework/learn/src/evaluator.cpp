#include "evaluator.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace assay {
namespace {

// Rows that go through the head together: enough to keep the processor busy, few enough that their copy and the hidden
// layers stay small.
constexpr std::int64_t kRows = 1024;

at::Tensor gathered(const FeatureRows& features, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  std::vector<std::int64_t> shape = features.shape();
  shape.insert(shape.begin(), count);
  at::Tensor copy = at::empty(shape, at::kFloat);
  features.gather(rows, copy.mutable_data_ptr<float>());
  return copy;
}

/// Pooled features of rows first to first + count. A map is a hundred times as large as what the head pools of it, so
/// maps go through in the chunks in which they were made.
at::Tensor pooled_rows(const Model& model, const FeatureRows& features, FeatureKind kind, std::int64_t first,
                       std::int64_t count, const c10::Device& device) {
  if (kind == FeatureKind::pooled) return gathered(features, first, count).to(device);
  std::vector<at::Tensor> chunks;
  for (std::int64_t done = 0; done < count; done += kFeatureChunk) {
    const std::int64_t chunk = std::min(kFeatureChunk, count - done);
    chunks.push_back(model.pool(gathered(features, first + done, chunk).to(device)));
  }
  return at::cat(chunks);
}

}  // namespace

at::Tensor logits_of(const Model& model, const at::Tensor& pooled) {
  const c10::NoGradGuard no_grad;
  model.train(false);
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < pooled.size(0); first += kRows) {
    parts.push_back(model.forward(pooled.narrow(0, first, std::min(kRows, pooled.size(0) - first))));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts);
}

at::Tensor logits_of(const Model& model, const FeatureRows& features, FeatureKind kind, const c10::Device& device) {
  const c10::NoGradGuard no_grad;
  model.train(false);
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < features.count(); first += kRows) {
    const std::int64_t count = std::min(kRows, features.count() - first);
    parts.push_back(logits_of(model, pooled_rows(model, features, kind, first, count, device)));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts);
}

Evaluator::Evaluator(Model model, const Task& task, PictureSource pictures, c10::Device device, FeatureCache* kept)
    : model_(std::move(model)), task_(task), pictures_(pictures), device_(device), kept_(kept) {}

Evaluated Evaluator::evaluate(Split split) {
  const c10::NoGradGuard no_grad;
  const std::vector<std::int64_t> samples = pictures_.dataset.of_split(split);
  const at::Tensor logits = this->logits(split, samples);
  const at::Tensor targets = targets_of(task_, pictures_.dataset, samples).to(device_);
  return {predictions_of(task_, pictures_.dataset, samples, model_.probabilities(logits)),
          mean_loss(task_.loss, logits, targets).item<double>()};
}

at::Tensor Evaluator::logits(Split split, const std::vector<std::int64_t>& samples) {
  if (kept_ != nullptr) return logits_of(model_, kept_rows(split, samples), kept_->kind(), device_);
  return logits_of(model_, extract_features(model_, pictures_, device_, plain_requests(samples), FeatureKind::pooled,
                                            [](std::int64_t) {}));
}

const FeatureRows& Evaluator::kept_rows(Split split, const std::vector<std::int64_t>& samples) {
  auto found = kept_rows_.find(split);
  if (found == kept_rows_.end()) found = kept_rows_.emplace(split, kept_->rows(plain_requests(samples))).first;
  return found->second;
}

std::vector<std::string> metric_names(const Task& task) {
  if (task.one_output()) {
    return {"loss", "auroc", "balanced_accuracy", "weighted_f1", "sensitivity", "specificity", "accuracy"};
  }
  return {"loss", "auroc", "balanced_accuracy", "weighted_f1", "accuracy"};
}

std::vector<MetricValue> epoch_metrics(const Task& task, const Predictions& predictions, double loss) {
  std::vector<MetricValue> metrics{{"loss", loss}};
  // A sampler may show an epoch of one class only; that is no reason to end a run.
  const std::size_t classes = std::set(predictions.labels.begin(), predictions.labels.end()).size();
  if (classes < task.classes.size()) return metrics;
  const std::vector<std::string> names = metric_names(task);
  for (const MetricValue& metric : evaluate(predictions)) {
    if (std::find(names.begin(), names.end(), metric.name) != names.end()) metrics.push_back(metric);
  }
  return metrics;
}

}  // namespace assay
