#include "assay/learn/initialise.h"

#include <ATen/ATen.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <cmath>
#include <functional>
#include <stdexcept>

namespace assay {
namespace {

/// Draws on the CPU in row-major order, then copies: the same numbers for every device, dtype and memory format.
void fill(torch::Tensor& parameter, const std::function<double()>& draw) {
  auto values = at::empty(parameter.sizes(), at::kFloat);
  float* data = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(draw());
  parameter.copy_(values);
}

void initialise_convolution(torch::nn::Conv2dImpl& convolution, Random& random) {
  const auto& weight = convolution.weight;
  const std::int64_t fan_out = weight.size(0) / convolution.options.groups() * weight.size(2) * weight.size(3);
  const double deviation = std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(fan_out, 1)));
  fill(convolution.weight, [&] { return deviation * random.normal(); });
  if (convolution.bias.defined()) convolution.bias.zero_();
}

void initialise_linear(torch::nn::LinearImpl& linear, Random& random) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(linear.options.in_features()));
  fill(linear.weight, [&] { return random.uniform(-bound, bound); });
  if (linear.bias.defined()) linear.bias.zero_();
}

void refuse_own_parameters(const std::string& name, const torch::nn::Module& module) {
  if (module.parameters(/*recurse=*/false).empty()) return;
  throw std::logic_error("initialise_weights knows no rule for the module '" + name + "' (" + module.name() +
                         "); override initialise() of the plugin");
}

}  // namespace

void initialise_weights(torch::nn::Module& module, Random& random) {
  const at::NoGradGuard no_grad;
  module.apply([&](const std::string& name, torch::nn::Module& part) {
    if (auto* convolution = dynamic_cast<torch::nn::Conv2dImpl*>(&part)) {
      initialise_convolution(*convolution, random);
    } else if (auto* linear = dynamic_cast<torch::nn::LinearImpl*>(&part)) {
      initialise_linear(*linear, random);
    } else if (auto* norm = dynamic_cast<torch::nn::BatchNorm2dImpl*>(&part)) {
      norm->reset_running_stats();
      norm->weight.fill_(1);
      norm->bias.zero_();
    } else {
      refuse_own_parameters(name, part);
    }
  });
}

Random backbone_random(std::uint64_t seed) { return {seed, Purpose::weights, 0}; }

Random head_random(std::uint64_t seed) { return {seed, Purpose::weights, 1}; }

}  // namespace assay
