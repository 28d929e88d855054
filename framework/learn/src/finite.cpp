#include "finite.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "number_text.h"

namespace assay {
namespace {

// Weights of a network that trains stay far below; products of larger ones overflow float32 after a few layers.
constexpr double kLargeWeight = 1e6;

/// [rows], true where the row holds a number that is not finite.
at::Tensor bad_rows(const at::Tensor& tensor) { return tensor.detach().flatten(1).isfinite().all(1).logical_not(); }

}  // namespace

bool is_finite(const at::Tensor& tensor) {
  const c10::NoGradGuard no_grad;
  return tensor.isfinite().all().item<bool>();
}

std::int64_t first_row_not_finite(const at::Tensor& tensor) {
  const at::Tensor bad = bad_rows(tensor).to(at::kInt);
  return bad.any().item<bool>() ? bad.argmax().item<std::int64_t>() : -1;
}

std::string not_finite_text(const at::Tensor& tensor) {
  const auto bad = bad_rows(tensor).sum().item<std::int64_t>();
  return std::to_string(bad) + " of " + std::to_string(tensor.size(0)) +
         " samples get numbers that are not finite, the first is number " +
         std::to_string(first_row_not_finite(tensor) + 1);
}

std::string why_not_finite(const Model& model) {
  for (const auto& [name, tensor] : model.state()) {
    if (!tensor.is_floating_point() || tensor.numel() == 0) continue;
    const double largest = tensor.abs().max().item<double>();
    // NaN compares false.
    if (largest <= kLargeWeight) continue;
    return "; " + name + " has come to " + decimal_text(largest, 3) +
           ": a lower training.optimizer.learning_rate or a longer warm-up usually helps";
  }
  return "; the weights are fine, so a plugin makes it: runner plugins certify tries it alone";
}

}  // namespace assay
