// Numbers that are not finite: whether there are any, where, and whose fault that is.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model.h"

namespace assay {

/// true when no number of the tensor is NaN or infinite.
bool is_finite(const at::Tensor& tensor);

/// The first row (index in the first dimension) with a number that is not finite; -1 when there is none.
std::int64_t first_row_not_finite(const at::Tensor& tensor);

/// "3 of 32 samples get numbers that are not finite, the first is number 5".
std::string not_finite_text(const at::Tensor& tensor);

/// Why a model's numbers may be what they are: "; head.output.weight has come to 3.2e+20: a lower learning rate ...",
/// or
/// "; the weights are fine, so a plugin makes it: ...".
std::string why_not_finite(const Model& model);

}  // namespace assay
