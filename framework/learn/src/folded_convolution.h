// A convolution with its batch norm folded in: the fast forward of frozen weights. What is folded and when is
// blocks.h's and freezing.h's business.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>

#include "assay/learn/blocks.h"

namespace assay {

/// Copies of a convolution's weights after folding. On a CPU in float32 run by oneDNN's fused operators, elsewhere by
/// the plain convolution.
class FoldedConvolution {
 public:
  FoldedConvolution(const ConvNormOptions& options, const torch::Tensor& weight, torch::nn::BatchNorm2dImpl& norm);

  /// true but for maps with an even and an odd side under SAME padding at stride 2, which no kernel here fits.
  bool accepts(const torch::Tensor& x) const;
  /// activation(conv(x) + residual) without autograd; call under no-grad, with an x that is accepted.
  torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& residual) const;

  /// false when the originals were changed or moved since.
  bool is_current(const torch::Tensor& weight, const torch::nn::BatchNorm2dImpl& norm) const;

 private:
  /// Weights for one padding, in the layout that runs fastest.
  struct Kernel {
    torch::Tensor weight;
    std::int64_t padding = 0;
  };
  /// Where a tensor's values were and how often they had been written.
  struct Stamp {
    const void* data = nullptr;
    std::uint32_t version = 0;
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::array<Stamp, 5>;

  static Stamps stamps_of(const torch::Tensor& weight, const torch::nn::BatchNorm2dImpl& norm);
  Kernel prepare(const torch::Tensor& weight) const;
  const Kernel& kernel_for(const torch::Tensor& x) const;
  torch::Tensor run_fused(const torch::Tensor& x, const torch::Tensor& residual, const Kernel& kernel) const;
  torch::Tensor run_plain(const torch::Tensor& x, const torch::Tensor& residual, const Kernel& kernel) const;

  ConvNormOptions options_;
  Stamps stamps_;
  bool fused_;
  Kernel centred_;  ///< symmetric padding
  Kernel shifted_;  ///< SAME padding of an even side at stride 2; undefined where it can't occur
  torch::Tensor bias_;
};

}  // namespace assay
