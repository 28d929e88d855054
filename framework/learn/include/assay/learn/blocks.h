// Blocks that several backbones share. Each knows its own fast forward (freezing.h), so a backbone made of them has one
// without its author writing anything twice.
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <cstdint>
#include <memory>

#include "assay/learn/backbone.h"

namespace assay {

/// What follows a batch norm.
enum class Activation : std::uint8_t { none, relu, relu6, silu };

/// x may be overwritten when no gradient is recorded.
torch::Tensor activate(torch::Tensor x, Activation activation);

/// How a convolution is padded. symmetric: (kernel - 1) / 2 on every side, as torchvision does. same: TensorFlow's
/// SAME, just enough for ceil(size / stride) outputs, the odd pixel at the right and the bottom; differs at stride 2.
enum class Padding : std::uint8_t { symmetric, same };

/// A module with a fast forward for weights that don't change.
class Foldable {
 public:
  virtual ~Foldable() = default;
  /// Makes folded copies of the weights as they are now. forward() uses them in evaluation without autograd.
  virtual void fold() = 0;
  virtual void unfold() = 0;  ///< back to the plain forward; frees the copies
};

/// The shape of a ConvNorm.
struct ConvNormOptions {
  std::int64_t in = 0;                       ///< input channels
  std::int64_t out = 0;                      ///< output channels
  std::int64_t kernel = 1;                   ///< odd
  std::int64_t stride = 1;                   ///< in pixels
  std::int64_t groups = 1;                   ///< of channels; in: depthwise
  Activation activation = Activation::none;  ///< behind the batch norm
  Padding padding = Padding::symmetric;      ///< around the picture
  double norm_eps = 1e-5;                    ///< added to the variance
  double norm_momentum = 0.1;                ///< PyTorch's sense: the share of the new batch
};

class FoldedConvolution;

/// Convolution without bias, batch norm, activation. Names: conv.weight, norm.{weight,bias,running_mean,running_var,
/// num_batches_tracked}.
class ConvNorm : public Block, public Foldable {
 public:
  explicit ConvNorm(const ConvNormOptions& options);  ///< fresh weights
  ~ConvNorm() override;

  /// [N,in,h,w] -> [N,out,h',w'].
  torch::Tensor forward(torch::Tensor x) override { return forward(std::move(x), {}); }
  /// activation(norm(conv(x)) + residual); residual: undefined or of the output's shape.
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& residual);

  void fold() override;
  void unfold() override;  ///< back to the plain forward

 private:
  bool can_use_fold(const torch::Tensor& x) const;

  ConvNormOptions options_;
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d norm_;
  std::unique_ptr<FoldedConvolution> folded_;
};

/// Channel attention: x * sigmoid(expand(activation(reduce(mean of x)))). Hu, Shen, Sun 2018, section 3.
/// Names: reduce.{weight,bias}, expand.{weight,bias}.
class SqueezeExcite : public Block {
 public:
  SqueezeExcite(std::int64_t channels, std::int64_t squeezed, Activation activation);  ///< fresh weights
  /// [N,C,h,w] -> the same shape; x may be overwritten when no gradient is recorded.
  torch::Tensor forward(torch::Tensor x) override;

 private:
  Activation activation_;
  torch::nn::Conv2d reduce_;
  torch::nn::Conv2d expand_;
};

/// Drops whole samples of a residual branch with a probability and scales the rest, in training (Huang et al. 2016; as
/// torchvision.ops.StochasticDepth in mode "row"). Draws from the default generator of x's device.
torch::Tensor stochastic_depth(torch::Tensor x, double drop_probability);

/// The shape of an InvertedResidual.
struct InvertedResidualOptions {
  std::int64_t in = 0;                       ///< input channels
  std::int64_t out = 0;                      ///< output channels
  std::int64_t kernel = 3;                   ///< of the depthwise convolution; odd
  std::int64_t stride = 1;                   ///< of the depthwise convolution
  std::int64_t expansion = 6;                ///< 1: no expanding convolution
  std::int64_t squeezed = 0;                 ///< channels inside squeeze-excite; 0: none
  Activation activation = Activation::silu;  ///< of expansion and depthwise convolution
  Padding padding = Padding::symmetric;      ///< of the depthwise convolution
  double norm_eps = 1e-5;                    ///< added to the variance
  double norm_momentum = 0.1;                ///< the share of the new batch
  double drop_probability = 0.0;             ///< stochastic depth of the residual branch
};

/// MobileNetV2's block, with squeeze-excite as EfficientNet's MBConv (Sandler et al. 2018, figure 3; Tan and Le 2019,
/// table 1): 1x1 expansion, depthwise convolution, squeeze-excite, 1x1 projection, and the input added where shapes
/// agree. Children: expand, depthwise, squeeze_excite, project; those that an option turns off don't exist.
class InvertedResidual : public Block {
 public:
  explicit InvertedResidual(const InvertedResidualOptions& options);  ///< fresh weights
  /// [N,in,h,w] -> [N,out,h',w'].
  torch::Tensor forward(torch::Tensor x) override;

 private:
  bool adds_input_;
  double drop_probability_;
  std::shared_ptr<ConvNorm> expand_;
  std::shared_ptr<ConvNorm> depthwise_;
  std::shared_ptr<SqueezeExcite> squeeze_excite_;
  std::shared_ptr<ConvNorm> project_;
};

}  // namespace assay
