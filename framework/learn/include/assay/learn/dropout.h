// Dropout that costs little beside a small layer: what a head uses instead of torch's, whose mask is drawn one number
// at a time on processors that aren't Intel's (a third of a cached training step of a 1280-256-1 head).
#pragma once

#include <ATen/core/Tensor.h>

namespace assay {

/// Sets each element to zero with the given probability and divides the others by 1 - probability, so that the mean
/// stays (Srivastava et al. 2014, section 10). x: float32, any shape; returned as it is when training is off or
/// probability is 0. probability: in [0, 1), counted in steps of 2^-16. Which elements go is a function of torch's
/// generator of x's device, which is seeded before each training step, and of nothing else: not of the number of
/// threads.
at::Tensor dropout(const at::Tensor& x, double probability, bool training);

}  // namespace assay
