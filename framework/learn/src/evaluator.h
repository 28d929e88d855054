// The one evaluation path: a split's plain pictures through the model in evaluation mode, judged as a whole.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/registry/metrics.h"
#include "assay/registry/predictions.h"
#include "feature_cache.h"
#include "feature_extractor.h"
#include "model.h"
#include "task.h"

namespace assay {

struct Evaluated {
  Predictions predictions;
  double loss = 0.0;
};

/// Judges a model as it is at the moment. One thread. What it is made from outlives it.
class Evaluator {
 public:
  /// kept: features of the frozen backbone; nullptr when the backbone changes or features aren't kept: pictures then go
  /// through it anew each time.
  Evaluator(Model model, const Task& task, PictureSource pictures, c10::Device device, FeatureCache* kept);

  /// Leaves the model in evaluation mode. Throws as extract_features does.
  Evaluated evaluate(Split split);

 private:
  at::Tensor logits(Split split, const std::vector<std::int64_t>& samples);
  const FeatureRows& kept_rows(Split split, const std::vector<std::int64_t>& samples);

  Model model_;
  const Task& task_;
  PictureSource pictures_;
  c10::Device device_;
  FeatureCache* kept_;
  std::map<Split, FeatureRows> kept_rows_;
};

/// pooled features [N,D] -> logits [N,K], without gradients, in evaluation mode, in parts of fixed size.
at::Tensor logits_of(const Model& model, const at::Tensor& pooled);

/// The same of kept features, copied part by part; maps are pooled first.
at::Tensor logits_of(const Model& model, const FeatureRows& features, FeatureKind kind, const c10::Device& device);

/// The names of an epoch's metrics in the order in which they are shown, "loss" first.
std::vector<std::string> metric_names(const Task& task);

/// Those metrics, at threshold 0.5. Without a sample of each class those that need one are left out.
std::vector<MetricValue> epoch_metrics(const Task& task, const Predictions& predictions, double loss);

}  // namespace assay
