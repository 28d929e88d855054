#include "losses.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

at::Tensor floats(std::vector<std::int64_t> shape, std::vector<float> values) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

TEST(Losses, BinaryCrossEntropyIsTheMeanOverTheBatch) {
  // -ln sigmoid(0) = ln 2 for either label; -ln(1 - sigmoid(2)) = 2.126928 (by hand: ln(1 + e^2)).
  const at::Tensor logits = floats({2, 1}, {0.0F, 2.0F});
  const double loss = mean_loss(Loss::binary_cross_entropy, logits, floats({2}, {1.0F, 0.0F})).item<double>();
  EXPECT_NEAR(loss, (std::log(2.0) + std::log1p(std::exp(2.0))) / 2.0, 1e-6);
}

TEST(Losses, BinaryCrossEntropyStaysFiniteForLargeLogits) {
  const at::Tensor logits = floats({1, 1}, {-200.0F});
  EXPECT_NEAR(mean_loss(Loss::binary_cross_entropy, logits, floats({1}, {1.0F})).item<double>(), 200.0, 1e-3);
}

TEST(Losses, CrossEntropyTakesClassIndicesAndShares) {
  const at::Tensor logits = floats({1, 3}, {1.0F, 2.0F, 3.0F});
  const double denominator = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  at::Tensor index = at::empty({1}, at::kLong);
  index.mutable_data_ptr<std::int64_t>()[0] = 2;
  EXPECT_NEAR(mean_loss(Loss::cross_entropy, logits, index).item<double>(), std::log(denominator) - 3.0, 1e-6);
  const at::Tensor shares = floats({1, 3}, {0.5F, 0.0F, 0.5F});
  EXPECT_NEAR(mean_loss(Loss::cross_entropy, logits, shares).item<double>(), std::log(denominator) - 2.0, 1e-6);
}

// Expected values: torch.nn.functional.cross_entropy and binary_cross_entropy_with_logits of PyTorch 2.13.
TEST(Losses, SharesOfClassesGivePyTorchsSoftTargetLosses) {
  const at::Tensor logits = floats({2, 3}, {1.0F, -0.5F, 2.0F, 0.25F, 0.0F, -1.5F});
  const at::Tensor shares = floats({2, 3}, {0.7F, 0.3F, 0.0F, 0.0F, 0.4F, 0.6F});
  EXPECT_NEAR(mean_loss(Loss::cross_entropy, logits, shares).item<double>(), 1.8203439712524414, 1e-6);
  const at::Tensor one = floats({3, 1}, {0.5F, -1.0F, 2.0F});
  const at::Tensor share = floats({3}, {0.3F, 1.0F, 0.6F});
  EXPECT_NEAR(mean_loss(Loss::binary_cross_entropy, one, share).item<double>(), 1.021422266960144, 1e-6);
}

}  // namespace
}  // namespace assay
