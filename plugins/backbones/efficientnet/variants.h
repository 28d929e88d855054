// The EfficientNets that this plugin knows, as rows of numbers.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "assay/learn/backbone.h"
#include "assay/learn/blocks.h"

namespace efficientnet {

/// One of the seven stages between stem and top. Tan and Le 2019, table 1.
struct StageRow {
  std::int64_t kernel;
  std::int64_t stride;
  std::int64_t expansion;
  std::int64_t channels;
  std::int64_t blocks;
};

struct Variant {
  std::string name;
  std::string torchvision_name;  ///< what torchvision calls it; empty: it has no such network
  std::string timm_name;         ///< what timm calls it
  std::int64_t stem_channels;
  std::array<StageRow, 7> stages;
  std::int64_t top_channels;
  bool squeeze_excite;
  assay::Activation activation;
  assay::Padding padding;
  double norm_eps;
  double norm_momentum;
  assay::InputSpec input;
  std::vector<assay::KnownWeights> weights;
};

/// Throws std::logic_error for a name that variant_names() lacks.
const Variant& variant_named(const std::string& name);
std::vector<std::string> variant_names();

}  // namespace efficientnet
