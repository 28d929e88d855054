#include "assay/learn/blocks.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "folded_convolution.h"

namespace assay {
namespace {

torch::nn::Conv2dOptions convolution_options(const ConvNormOptions& options) {
  // SAME pads by hand where it isn't symmetric.
  const std::int64_t padding = (options.kernel - 1) / 2;
  return torch::nn::Conv2dOptions(options.in, options.out, options.kernel)
      .stride(options.stride)
      .padding(padding)
      .groups(options.groups)
      .bias(false);
}

/// Pixels that SAME adds along a side in all.
std::int64_t same_padding(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t outputs = (size + stride - 1) / stride;
  return std::max<std::int64_t>((outputs - 1) * stride + kernel - size, 0);
}

torch::Tensor convolve_same(const torch::Tensor& x, const torch::Tensor& weight, const ConvNormOptions& options) {
  const std::int64_t rows = same_padding(x.size(2), options.kernel, options.stride);
  const std::int64_t columns = same_padding(x.size(3), options.kernel, options.stride);
  const auto padded = at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  return at::conv2d(padded, weight, /*bias=*/std::nullopt, options.stride, at::IntArrayRef(0), 1, options.groups);
}

}  // namespace

torch::Tensor activate(torch::Tensor x, Activation activation) {
  const bool in_place = !at::GradMode::is_enabled();
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return in_place ? at::relu_(x) : at::relu(x);
    case Activation::relu6:
      return in_place ? at::hardtanh_(x, 0, 6) : at::hardtanh(x, 0, 6);
    case Activation::silu:
      return in_place ? at::silu_(x) : at::silu(x);
  }
  return x;
}

ConvNorm::ConvNorm(const ConvNormOptions& options)
    : options_(options),
      conv_(register_module("conv", torch::nn::Conv2d(convolution_options(options)))),
      norm_(register_module(
          "norm",
          torch::nn::BatchNorm2d(
              torch::nn::BatchNormOptions(options.out).eps(options.norm_eps).momentum(options.norm_momentum)))) {}

ConvNorm::~ConvNorm() = default;

torch::Tensor ConvNorm::forward(torch::Tensor x, const torch::Tensor& residual) {
  if (can_use_fold(x)) {
    if (!folded_->is_current(conv_->weight, *norm_)) fold();
    return (*folded_)(x, residual);
  }
  const bool by_hand = options_.padding == Padding::same && options_.stride > 1;
  auto y = norm_->forward(by_hand ? convolve_same(x, conv_->weight, options_) : conv_->forward(x));
  if (residual.defined()) y = y + residual;
  return activate(std::move(y), options_.activation);
}

bool ConvNorm::can_use_fold(const torch::Tensor& x) const {
  return folded_ && !norm_->is_training() && !at::GradMode::is_enabled() && folded_->accepts(x);
}

void ConvNorm::fold() { folded_ = std::make_unique<FoldedConvolution>(options_, conv_->weight, *norm_); }

void ConvNorm::unfold() { folded_.reset(); }

SqueezeExcite::SqueezeExcite(std::int64_t channels, std::int64_t squeezed, Activation activation)
    : activation_(activation),
      reduce_(register_module("reduce", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, squeezed, 1)))),
      expand_(register_module("expand", torch::nn::Conv2d(torch::nn::Conv2dOptions(squeezed, channels, 1)))) {}

torch::Tensor SqueezeExcite::forward(torch::Tensor x) {
  const auto squeezed = activate(reduce_->forward(x.mean({2, 3}, /*keepdim=*/true)), activation_);
  const auto scale = expand_->forward(squeezed).sigmoid();
  return at::GradMode::is_enabled() ? x * scale : x.mul_(scale);
}

torch::Tensor stochastic_depth(torch::Tensor x, double drop_probability) {
  if (drop_probability <= 0.0) return x;
  const double keep = 1.0 - drop_probability;
  auto kept = at::empty({x.size(0), 1, 1, 1}, x.options()).bernoulli_(keep);
  if (keep > 0.0) kept.div_(keep);
  return x * kept;
}

InvertedResidual::InvertedResidual(const InvertedResidualOptions& options)
    : adds_input_(options.stride == 1 && options.in == options.out), drop_probability_(options.drop_probability) {
  const std::int64_t width = options.in * options.expansion;
  ConvNormOptions step;
  step.activation = options.activation;
  step.padding = options.padding;
  step.norm_eps = options.norm_eps;
  step.norm_momentum = options.norm_momentum;

  step.in = options.in;
  step.out = width;
  if (options.expansion != 1) expand_ = register_module("expand", std::make_shared<ConvNorm>(step));

  step.in = step.groups = width;
  step.kernel = options.kernel;
  step.stride = options.stride;
  depthwise_ = register_module("depthwise", std::make_shared<ConvNorm>(step));

  if (options.squeezed > 0) {
    squeeze_excite_ =
        register_module("squeeze_excite", std::make_shared<SqueezeExcite>(width, options.squeezed, options.activation));
  }

  step.out = options.out;
  step.kernel = step.stride = step.groups = 1;
  step.activation = Activation::none;
  project_ = register_module("project", std::make_shared<ConvNorm>(step));
}

torch::Tensor InvertedResidual::forward(torch::Tensor x) {
  auto y = expand_ ? expand_->forward(x) : x;
  y = depthwise_->forward(y);
  if (squeeze_excite_) y = squeeze_excite_->forward(y);
  if (!adds_input_) return project_->forward(y);
  const bool drops = is_training() && drop_probability_ > 0.0;
  return drops ? stochastic_depth(project_->forward(y), drop_probability_) + x : project_->forward(y, x);
}

}  // namespace assay
