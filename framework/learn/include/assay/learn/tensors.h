// Between torch tensors and files of tensors (tensor_file.h).
#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <string>
#include <vector>

#include "assay/tensor_file.h"

namespace assay {

/// A copy of a file's tensor, on the CPU, with memory of its own.
torch::Tensor to_tensor(const TensorView& view);

/// A view of a tensor's bytes for write_safetensors. tensor: on the CPU and contiguous, else std::logic_error; it must
/// outlive the view.
TensorView view_of(std::string name, const torch::Tensor& tensor);

/// Parameters and buffers by their dotted names, in registration order; the tensors are the module's own.
std::vector<std::pair<std::string, torch::Tensor>> state_of(const torch::nn::Module& module);

/// What strict loading may overlook, and how the file names things.
struct LoadRules {
  std::function<std::string(const std::string& ours)> name_in_file;       ///< empty: our own names
  std::function<bool(const std::string& name_in_file)> may_be_left_over;  ///< empty: nothing may
  bool may_lack_batch_counts = false;                                     ///< "....num_batches_tracked" may be missing
};

/// Copies a file's tensors into a module: names, shapes and kinds of number (floating, whole, boolean) must fit;
/// floating numbers are converted to the parameter's dtype. All or nothing: throws InvalidInput that lists every
/// missing, unexpected and misshapen tensor, and the module is unchanged then. what: the module in messages ("the
/// backbone").
void load_state(torch::nn::Module& module, const TensorFile& file, const std::string& what,
                const LoadRules& rules = {});

}  // namespace assay
