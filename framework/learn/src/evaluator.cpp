#include "evaluator.h"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <set>

namespace assay {
namespace {

// Rows that go through the head together: enough to keep the processor busy, few enough for hidden layers to fit
// memory.
constexpr std::int64_t kRows = 4096;

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

Evaluator::Evaluator(Model model, const Task& task, PictureSource pictures, c10::Device device, FeatureCache* kept)
    : model_(std::move(model)), task_(task), pictures_(pictures), device_(device), kept_(kept) {}

Evaluated Evaluator::evaluate(Split split) {
  const c10::NoGradGuard no_grad;
  const std::vector<std::int64_t> samples = pictures_.dataset.of_split(split);
  const at::Tensor logits = logits_of(model_, pooled(split, samples));
  const at::Tensor targets = targets_of(task_, pictures_.dataset, samples).to(device_);
  return {predictions_of(task_, pictures_.dataset, samples, model_.probabilities(logits)),
          mean_loss(task_.loss, logits, targets).item<double>()};
}

at::Tensor Evaluator::pooled(Split split, const std::vector<std::int64_t>& samples) {
  if (kept_ == nullptr) {
    return extract_features(model_, pictures_, device_, plain_requests(samples), FeatureKind::pooled,
                            [](std::int64_t) {});
  }
  auto found = kept_rows_.find(split);
  if (found == kept_rows_.end()) found = kept_rows_.emplace(split, kept_->rows(plain_requests(samples))).first;
  if (kept_->kind() == FeatureKind::pooled) return found->second;
  model_.train(false);
  return model_.pool(found->second);
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
