#include "folded_convolution.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string_view>
#include <utility>

namespace assay {
namespace {

using Scalars = c10::List<std::optional<c10::Scalar>>;
using Reorder = at::Tensor(const at::Tensor&, c10::IntArrayRef, c10::IntArrayRef, c10::IntArrayRef, std::int64_t,
                           at::OptionalIntArrayRef);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, c10::IntArrayRef,
                             c10::IntArrayRef, c10::IntArrayRef, std::int64_t, c10::string_view, Scalars,
                             std::optional<c10::string_view>);
using PointwiseAdd = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                const std::optional<at::Tensor>&, c10::IntArrayRef, c10::IntArrayRef, c10::IntArrayRef,
                                std::int64_t, c10::string_view, std::optional<at::Scalar>,
                                std::optional<c10::string_view>, Scalars, std::optional<c10::string_view>);

// LibTorch ships oneDNN's fused operators for its own compiler and gives them no C++ header: they are called by name.
template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> find_operator(const char* name, const char* overload) {
  const auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!handle) return std::nullopt;
  return handle->typed<Signature>();
}

struct FusedOperators {
  std::optional<c10::TypedOperatorHandle<Reorder>> reorder =
      find_operator<Reorder>("mkldnn::_reorder_convolution_weight", "");
  std::optional<c10::TypedOperatorHandle<Pointwise>> pointwise =
      find_operator<Pointwise>("mkldnn::_convolution_pointwise", "");
  std::optional<c10::TypedOperatorHandle<PointwiseAdd>> add =
      find_operator<PointwiseAdd>("mkldnn::_convolution_pointwise", "binary");

  bool exist() const { return reorder && pointwise && add; }
};

const FusedOperators& fused_operators() {
  static const FusedOperators operators;
  return operators;
}

bool can_run_fused(const torch::Tensor& weight) {
  return weight.is_cpu() && weight.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn() &&
         fused_operators().exist();
}

c10::string_view fused_name(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::relu6:
      return "hardtanh";
    case Activation::silu:
      return "swish";
  }
  return "none";
}

/// oneDNN's SiLU costs more than the pass over the map that it saves where torch's own is vectorised with AVX-512:
/// EfficientNet-B0 is 7 % slower with it on Zen 5, and as fast when both are held to AVX2. Clamping is free.
bool fuses(Activation activation) {
  static const bool slow_silu = at::get_cpu_capability() == "AVX512";
  return activation != Activation::silu || !slow_silu;
}

Scalars fused_scalars(Activation activation) {
  Scalars scalars;
  if (activation == Activation::relu6) {
    scalars.push_back(c10::Scalar(0.0));
    scalars.push_back(c10::Scalar(6.0));
  }
  return scalars;
}

}  // namespace

FoldedConvolution::FoldedConvolution(const ConvNormOptions& options, const torch::Tensor& weight,
                                     torch::nn::BatchNorm2dImpl& norm)
    : options_(options), stamps_(stamps_of(weight, norm)), fused_(can_run_fused(weight)) {
  const at::NoGradGuard no_grad;
  // In double, because variance + eps can be small and the product is rounded once instead of three times.
  const auto scale = norm.weight.to(at::kDouble) / (norm.running_var.to(at::kDouble) + options.norm_eps).sqrt();
  const auto folded = (weight.to(at::kDouble) * scale.view({-1, 1, 1, 1})).to(weight.scalar_type());
  bias_ = (norm.bias.to(at::kDouble) - norm.running_mean.to(at::kDouble) * scale).to(weight.scalar_type());
  centred_ = prepare(folded);
  if (options.padding == Padding::same && options.stride == 2) {
    // SAME pads an even side by one pixel less at the left and the top. A kernel with a first row and column of zeros
    // does the same under symmetric padding, and spares a padded copy of the map.
    shifted_ = prepare(at::constant_pad_nd(folded, {1, 0, 1, 0}));
  }
}

FoldedConvolution::Kernel FoldedConvolution::prepare(const torch::Tensor& weight) const {
  const std::int64_t padding = (options_.kernel - 1) / 2;
  if (!fused_) return {weight.contiguous(at::MemoryFormat::ChannelsLast), padding};
  const std::array<std::int64_t, 2> pad{padding, padding};
  const std::array<std::int64_t, 2> stride{options_.stride, options_.stride};
  const std::array<std::int64_t, 2> dilation{1, 1};
  const auto dense = weight.contiguous(at::MemoryFormat::ChannelsLast);
  return {fused_operators().reorder->call(dense, pad, stride, dilation, options_.groups, std::nullopt), padding};
}

const FoldedConvolution::Kernel& FoldedConvolution::kernel_for(const torch::Tensor& x) const {
  return shifted_.weight.defined() && x.size(2) % 2 == 0 ? shifted_ : centred_;
}

bool FoldedConvolution::accepts(const torch::Tensor& x) const {
  return !shifted_.weight.defined() || x.size(2) % 2 == x.size(3) % 2;
}

torch::Tensor FoldedConvolution::operator()(const torch::Tensor& x, const torch::Tensor& residual) const {
  const Kernel& kernel = kernel_for(x);
  return fused_ ? run_fused(x, residual, kernel) : run_plain(x, residual, kernel);
}

torch::Tensor FoldedConvolution::run_fused(const torch::Tensor& x, const torch::Tensor& residual,
                                           const Kernel& kernel) const {
  const std::array<std::int64_t, 2> padding{kernel.padding, kernel.padding};
  const std::array<std::int64_t, 2> stride{options_.stride, options_.stride};
  const std::array<std::int64_t, 2> dilation{1, 1};
  if (!residual.defined()) {
    const Activation inside = fuses(options_.activation) ? options_.activation : Activation::none;
    auto y = fused_operators().pointwise->call(x, kernel.weight, bias_, padding, stride, dilation, options_.groups,
                                               fused_name(inside), fused_scalars(inside), "");
    return inside == options_.activation ? y : activate(std::move(y), options_.activation);
  }
  // Behind the addition the operator knows relu alone.
  const bool relu = options_.activation == Activation::relu;
  const auto unary = relu ? std::optional<c10::string_view>("relu") : std::nullopt;
  auto y = fused_operators().add->call(x, residual, kernel.weight, bias_, padding, stride, dilation, options_.groups,
                                       "add", c10::Scalar(1.0), unary, Scalars(), std::nullopt);
  return relu ? y : activate(std::move(y), options_.activation);
}

torch::Tensor FoldedConvolution::run_plain(const torch::Tensor& x, const torch::Tensor& residual,
                                           const Kernel& kernel) const {
  auto y = at::conv2d(x, kernel.weight, bias_, options_.stride, kernel.padding, 1, options_.groups);
  if (residual.defined()) y.add_(residual);
  return activate(std::move(y), options_.activation);
}

FoldedConvolution::Stamps FoldedConvolution::stamps_of(const torch::Tensor& weight,
                                                       const torch::nn::BatchNorm2dImpl& norm) {
  const auto stamp = [](const torch::Tensor& tensor) {
    return Stamp{tensor.const_data_ptr(), static_cast<std::uint32_t>(tensor._version())};
  };
  return {stamp(weight), stamp(norm.weight), stamp(norm.bias), stamp(norm.running_mean), stamp(norm.running_var)};
}

bool FoldedConvolution::is_current(const torch::Tensor& weight, const torch::nn::BatchNorm2dImpl& norm) const {
  return stamps_ == stamps_of(weight, norm);
}

}  // namespace assay
