#include "toy_backbone.h"

namespace assay {

ToyBackbone::ToyBackbone(Activation activation, Padding padding, double drop_probability) {
  add("stem", std::make_shared<ConvNorm>(ConvNormOptions{3, 8, 3, 2, 1, activation, padding}));
  InvertedResidualOptions block{8, 8, 5, 1, 4, 2, activation, padding, 1e-5, 0.1, drop_probability};
  add("body", std::make_shared<InvertedResidual>(block));
  block.stride = 2;
  add("body", std::make_shared<InvertedResidual>(block));
  add("top", std::make_shared<ConvNorm>(ConvNormOptions{8, 16, 1, 1, 1, activation, padding}));
}

}  // namespace assay
