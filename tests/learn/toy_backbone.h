// A small backbone of the framework's blocks, with every kind of step that can be folded.
#pragma once

#include "assay/learn/blocks.h"

namespace assay {

/// Stages stem (3 -> 8, stride 2), body (an inverted residual that adds its input, one that doesn't), top (8 -> 16).
class ToyBackbone : public Backbone {
 public:
  explicit ToyBackbone(Activation activation = Activation::silu, Padding padding = Padding::symmetric,
                       double drop_probability = 0.0);
  std::int64_t channels() const override { return 16; }
};

}  // namespace assay
