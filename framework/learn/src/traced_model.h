// A model as TorchScript, for programs that have LibTorch or PyTorch and nothing of Assay.
#pragma once

#include <filesystem>

#include "assay/data/input.h"
#include "model.h"

namespace assay {

/// Writes model.pt: forward(images [N,3,size,size] float32, normalised) -> probabilities [N,K], for any N, without
/// gradients. The file is read back and compared with the model itself. Throws Failure when the model can't be traced
/// (a plugin that decides by its numbers, say) or the file answers differently. Leaves the model unfrozen and unfolded,
/// in evaluation mode, without gradients.
void write_traced_model(const std::filesystem::path& file, const Model& model, const InputSpec& input);

}  // namespace assay
