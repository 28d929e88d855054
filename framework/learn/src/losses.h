// What training minimises. Which loss fits a task is task.h's decision.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace assay {

enum class Loss : std::uint8_t {
  binary_cross_entropy,  ///< of one output, on its logit
  cross_entropy,         ///< of K outputs, on their logits
};

/// "binary_cross_entropy" or "cross_entropy": the word in an experiment file.
std::string_view loss_name(Loss loss);

/// The mean over the batch, a scalar in nats. logits: [N,K], float32. targets: for binary_cross_entropy [N] float32 in
/// [0, 1]; for cross_entropy [N] int64 class indices, or [N,K] float32 shares of classes that sum to one.
at::Tensor mean_loss(Loss loss, const at::Tensor& logits, const at::Tensor& targets);

}  // namespace assay
