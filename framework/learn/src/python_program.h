// The Python program in an exported model's README: the model applied to images without Assay.
#pragma once

#include <string>

#include "exported_model.h"

namespace assay {

/// false: timm can't make the model and there is no model.pt, so only Assay can apply it.
bool has_python_program(const TrainedModel& model, const ExportedFacts& facts);

/// A whole program, run in the folder: python predict.py IMAGE... It uses timm and Pillow; TorchScript instead of timm
/// where timm has no such network or the head is no chain of layers that the program knows.
std::string python_program(const TrainedModel& model, const ExportedFacts& facts);

/// What pip installs for it: "torch timm safetensors numpy pillow".
std::string python_requirements(const TrainedModel& model, const ExportedFacts& facts);

}  // namespace assay
