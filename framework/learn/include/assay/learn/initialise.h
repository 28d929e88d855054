// Random weights from a stream of our own, so that they depend on the run's seed and on nothing else: not on torch's
// global generator, the number of threads, the device or the order in which modules were made.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>

#include "assay/random.h"

namespace assay {

/// Sets every parameter and buffer of a module, in the order of their names' registration:
/// convolutions: normal with variance 2 / fan_out, fan_out = out / groups * kernel area (He et al. 2015, equation 14,
/// as torchvision and timm use it for EfficientNet and ResNet); linear layers: uniform within 1 / sqrt(fan_in), as
/// torch::nn::Linear; biases of both: zero; batch norms: weight 1, bias 0, mean 0, variance 1, no batches seen.
/// Throws std::logic_error for a module with parameters of its own of any other kind: its author overrides
/// initialise().
void initialise_weights(torch::nn::Module& module, Random& random);

/// The stream of a run's seed for Backbone::initialise.
Random backbone_random(std::uint64_t seed);
/// The stream of a run's seed for Head::initialise.
Random head_random(std::uint64_t seed);

}  // namespace assay
