// What the checks of backbones and heads share: made-up inputs, comparing, gradients, and files of weights.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <functional>
#include <string>

#include "assay/certify.h"
#include "named_tensors.h"

namespace assay {

/// Standard normal numbers, a function of the shape and the seed.
at::Tensor made_up(at::IntArrayRef shape, std::uint64_t seed, at::ScalarType type = at::kFloat);

/// A module's parameters and buffers by name, as copies.
NamedTensors state_copy(const torch::nn::Module& module);

/// The largest difference as a share of the largest number of `expected`. Throws CheckFailed when a number isn't finite
/// or the shapes differ; what: the tensors in the message.
double relative_difference(const at::Tensor& given, const at::Tensor& expected, const std::string& what);

/// relative_difference, held to a limit. Returns it. Throws CheckFailed.
double require_near(const at::Tensor& given, const at::Tensor& expected, double limit, const std::string& what);

/// Names of the tensors whose bits differ between two states of one module, joined; empty when none do.
std::string changed_names(const NamedTensors& before, const NamedTensors& after);

/// Holds autograd to central differences along five random directions through all of `variables` (leaves that need a
/// gradient) at once, each moved in proportion to its size. scalar: evaluates a number that depends on them, the same
/// one each time. limit: of the median difference as a share of the derivative's typical size. Skipped without
/// variables. Throws CheckFailed, also when a variable gets no gradient. Press et al. 2007, "Numerical recipes", 5.7,
/// for the differences.
CheckFinding check_gradient(const std::function<at::Tensor()>& scalar, const NamedTensors& variables, double limit);

/// Holds initialise() to its random stream: a module of the same seed must have the same state, and one of another seed
/// another, unless nothing that is trained begins with different numbers (then it is skipped). Throws CheckFailed.
CheckFinding check_initialised(const torch::nn::Module& module, const torch::nn::Module& same_seed,
                               const torch::nn::Module& other_seed);

/// The parameters that need a gradient, by name.
NamedTensors trained_parameters(const torch::nn::Module& module);

/// Writes a module's state to a file and reads it into another, as checkpoints do. Returns the number of tensors.
std::size_t copy_through_file(const torch::nn::Module& from, torch::nn::Module& into);

}  // namespace assay
