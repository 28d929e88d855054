// Random weights from a stream of our own, so that they depend on the run's seed and on nothing else: not on torch's
// global generator, the number of threads, the device or the order in which modules were made.
#pragma once

#include "assay/random.h"

#include <torch/nn/module.h>

namespace assay {

/// Sets every parameter and buffer of a module, in the order of their names' registration:
/// convolutions: normal with variance 2 / fan_out, fan_out = out / groups * kernel area (He et al. 2015, equation 14,
/// as torchvision and timm use it for EfficientNet and ResNet); linear layers: uniform within 1 / sqrt(fan_in), as
/// torch::nn::Linear; biases of both: zero; batch norms: weight 1, bias 0, mean 0, variance 1, no batches seen.
void initialise_weights(torch::nn::Module& module, Random& random);

}  // namespace assay
