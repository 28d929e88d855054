#include "optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

namespace assay {
namespace {

std::vector<at::Tensor> zeros_like_each(const NamedTensors& parameters) {
  std::vector<at::Tensor> zeros;
  zeros.reserve(parameters.size());
  for (const auto& [name, parameter] : parameters) zeros.push_back(at::zeros_like(parameter.detach()));
  return zeros;
}

void append(NamedTensors& state, const std::string& what, const NamedTensors& parameters,
            const std::vector<at::Tensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) state.emplace_back(what + '.' + parameters[i].first, tensors[i]);
}

}  // namespace

void Optimizer::clear_gradients() {
  for (auto& [name, parameter] : parameters_) parameter.mutable_grad().reset();
}

AdamW::AdamW(NamedTensors parameters, const AdamWOptions& options)
    : Optimizer(std::move(parameters)),
      options_(options),
      means_(zeros_like_each(parameters_)),
      squares_(zeros_like_each(parameters_)) {
  for (const auto& [name, parameter] : parameters_) {
    steps_.push_back(at::zeros({}, parameter.options().dtype(at::kFloat).requires_grad(false)));
  }
}

void AdamW::step(double learning_rate) {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> parameters, gradients, means, squares, steps;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    parameters.push_back(parameter);
    gradients.push_back(parameter.grad());
    means.push_back(means_[i]);
    squares.push_back(squares_[i]);
    steps.push_back(steps_[i]);
  }
  if (parameters.empty()) return;
  at::_foreach_add_(steps, 1);
  at::_fused_adamw_(parameters, gradients, means, squares, {}, steps, learning_rate, options_.beta1, options_.beta2,
                    options_.weight_decay, options_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

NamedTensors AdamW::state() const {
  NamedTensors state;
  append(state, "exp_avg", parameters_, means_);
  append(state, "exp_avg_sq", parameters_, squares_);
  append(state, "step", parameters_, steps_);
  return state;
}

Sgd::Sgd(NamedTensors parameters, const SgdOptions& options) : Optimizer(std::move(parameters)), options_(options) {
  if (options_.momentum != 0.0) momenta_ = zeros_like_each(parameters_);
}

void Sgd::step(double learning_rate) {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> parameters, gradients, momenta;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    parameters.push_back(parameter);
    gradients.push_back(parameter.grad());
    if (!momenta_.empty()) momenta.push_back(momenta_[i]);
  }
  if (parameters.empty()) return;
  // PyTorch's first step sets the momentum to the gradient. Without dampening that is what adding to zero gives, so the
  // first step needs no case of its own, and nothing has to remember that it was made.
  at::_fused_sgd_(parameters, gradients, momenta, options_.weight_decay, options_.momentum, learning_rate,
                  /*dampening=*/0.0, options_.nesterov, /*maximize=*/false, /*is_first_step=*/false);
}

NamedTensors Sgd::state() const {
  NamedTensors state;
  append(state, "momentum", parameters_, momenta_);
  return state;
}

std::unique_ptr<Optimizer> make_optimizer(const std::variant<AdamWOptions, SgdOptions>& options,
                                          NamedTensors parameters) {
  if (const auto* adamw = std::get_if<AdamWOptions>(&options)) {
    return std::make_unique<AdamW>(std::move(parameters), *adamw);
  }
  return std::make_unique<Sgd>(std::move(parameters), std::get<SgdOptions>(options));
}

double learning_rate_of(const std::variant<AdamWOptions, SgdOptions>& options) {
  return std::visit([](const auto& chosen) { return chosen.learning_rate; }, options);
}

}  // namespace assay
