// What the model is asked: how its outputs stand for classes, what it is trained to minimise, and how labels and logits
// become the targets and predictions of that.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/data/mixing.h"
#include "assay/registry/predictions.h"
#include "losses.h"

namespace assay {

struct Task {
  std::vector<std::string> classes;
  std::int64_t positive = -1;  ///< index of the class that one output stands for; -1 with K outputs
  std::int64_t outputs = 1;
  Loss loss = Loss::binary_cross_entropy;

  bool one_output() const { return outputs == 1; }
  /// Name of the positive class; empty with K outputs.
  std::string positive_name() const;
  /// The label that metrics and losses use: 1 for the positive class of one output, else the class's index.
  std::int32_t target_of(std::int64_t label) const;
};

/// Fits the head's outputs, the data set's classes and training.loss together. Throws InvalidInput that says which
/// don't fit and what to change: one output needs two classes and dataset.positive, K outputs need K classes.
Task make_task(const Dataset& dataset, std::int64_t outputs, const std::string& loss);

/// Targets of samples, as mean_loss wants them: [N] float32 for one output, else [N] int64.
at::Tensor targets_of(const Task& task, const Dataset& dataset, std::span<const std::int64_t> samples);

/// Targets of mixed pictures, as shares of classes: [N] float32 for one output, else [N,K] float32. targets: as
/// targets_of gives them. mixed: [N] each, made one after another, so that a later one mixes what an earlier one made.
/// Zhang et al. 2018, "mixup: Beyond empirical risk minimization", equation 1.
at::Tensor mixed_targets(const Task& task, const at::Tensor& targets, std::span<const std::vector<MixedLabel>> mixed);

/// probabilities: [N,K] float32, of these positions in Dataset::samples, in order.
Predictions predictions_of(const Task& task, const Dataset& dataset, std::span<const std::int64_t> samples,
                           const at::Tensor& probabilities);

}  // namespace assay
