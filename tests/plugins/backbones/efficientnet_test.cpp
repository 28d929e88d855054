#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "assay/data/renderer.h"
#include "assay/error.h"
#include "assay/learn/freezing.h"
#include "assay/learn/tensors.h"
#include "assay/learn/weights.h"
#include "parity.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using parity::difference;
using parity::image;

std::shared_ptr<Backbone> efficientnet(const std::string& variant) {
  return parity::make_backbone("efficientnet", variant);
}

/// Expected values: torchvision 0.28 for b0, timm 1.0.31 for lite0, by tools/fixtures/model_fixtures.py.
class EveryVariant : public testing::TestWithParam<const char*> {
 protected:
  EveryVariant() : net(efficientnet(GetParam())), expected(TensorFile::open(parity::fixture(file()))) {
    parity::fill(*net);
  }
  static std::string file() { return std::string(GetParam()) + ".safetensors"; }

  std::shared_ptr<Backbone> net;
  TensorFile expected;
};

TEST_P(EveryVariant, HasTheReferencesParameters) {
  std::int64_t count = 0;
  for (const auto& parameter : net->parameters()) count += parameter.numel();
  EXPECT_EQ(count, parity::stored(expected, "parameters").item<std::int64_t>());
}

TEST_P(EveryVariant, ComputesTheReferencesMap) {
  const at::NoGradGuard no_grad;
  net->eval();
  const auto map = net->features(image({2, 3, 96, 96}));
  EXPECT_EQ(map.size(1), net->channels());
  EXPECT_LT(difference(parity::sixteenth(map), parity::stored(expected, "map")), 1e-5);
  const auto odd = net->features(image({1, 3, 75, 91}));
  EXPECT_LT(difference(parity::sixteenth(odd), parity::stored(expected, "odd_map")), 1e-5);
}

TEST_P(EveryVariant, ComputesTheReferencesMapWhenFrozenAndFolded) {
  freeze(*net, "all");
  fold_frozen_stages(*net);
  net->train();
  const auto map = net->features(image({2, 3, 96, 96}));
  EXPECT_FALSE(map.requires_grad());
  EXPECT_LT(difference(parity::sixteenth(map), parity::stored(expected, "map")), 1e-5);
  const auto odd = net->features(image({1, 3, 75, 91}));
  EXPECT_LT(difference(parity::sixteenth(odd), parity::stored(expected, "odd_map")), 1e-5);
}

TEST_P(EveryVariant, TrainsLikeTheReference) {
  net->train();
  net->features(image({2, 3, 96, 96}));
  const auto map = net->features(image({2, 3, 96, 96}));
  (map * image(map.sizes())).sum().backward();
  const auto state = net->named_buffers();
  EXPECT_LT(difference(state["stem.0.norm.running_mean"], parity::stored(expected, "stem_mean")), 1e-5);
  EXPECT_LT(difference(state["stem.0.norm.running_var"], parity::stored(expected, "stem_var")), 1e-5);
  EXPECT_LT(difference(state["top.0.norm.running_mean"], parity::stored(expected, "top_mean")), 1e-5);
  EXPECT_LT(difference(state["top.0.norm.running_var"], parity::stored(expected, "top_var")), 1e-5);
  const auto gradient = net->named_parameters()["stem.0.conv.weight"].grad();
  EXPECT_LT(difference(gradient, parity::stored(expected, "stem_gradient")), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(EfficientNet, EveryVariant, testing::Values("b0", "lite0"));

/// A file that a project writes for a network of its own: its names and shapes, one number everywhere.
fs::path write_like(const std::string& keys, const fs::path& file) {
  std::ifstream in(parity::fixture(keys));
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (std::string name, shape; in >> name >> shape;) {
    std::vector<std::int64_t> sides;
    std::istringstream listed(shape == "scalar" ? "" : shape);
    for (std::string side; std::getline(listed, side, 'x');) sides.push_back(std::stoll(side));
    const bool counts = name.ends_with("num_batches_tracked");
    tensors.emplace_back(name, at::full(sides, 3, counts ? at::kLong : at::kFloat));
  }
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) views.push_back(view_of(name, tensor));
  write_safetensors(file, views);
  return file;
}

TEST(EfficientNet, LoadsTheFilesOfEveryProjectByTheirOwnNames) {
  const fs::path file = fs::temp_directory_path() / "assay-efficientnet-keys.safetensors";
  for (const auto& [variant, keys] :
       {std::pair{"b0", "b0_torchvision.keys"}, std::pair{"b0", "b0_timm.keys"}, std::pair{"lite0", "lite0_timm.keys"},
        std::pair{"lite0", "lite0_package.keys"}}) {
    const auto net = efficientnet(variant);
    load_weights(*net, TensorFile::open(write_like(keys, file)));
    for (const auto& [name, tensor] : state_of(*net)) EXPECT_TRUE((tensor == 3).all().item<bool>()) << keys << name;
  }
  fs::remove(file);
}

TEST(EfficientNet, RefusesAnotherVariantsFileNamingWhatDiffers) {
  const fs::path file = fs::temp_directory_path() / "assay-efficientnet-other.safetensors";
  const auto net = efficientnet("lite0");
  const auto before = net->parameters()[0].clone();
  try {
    load_weights(*net, TensorFile::open(write_like("b0_torchvision.keys", file)));
    FAIL() << "b0's weights were loaded into lite0";
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("features.1.0.block.1.fc1.weight [8, 32, 1, 1]: not expected"),
              std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(at::equal(before, net->parameters()[0])) << "a refused file changed the network";
  fs::remove(file);
}

TEST(EfficientNet, SaysWhereB0sWeightsBelongWhenTheyAreMissing) {
  const std::vector<fs::path> folders{"/nonexistent/weights"};
  try {
    choose_weights(*efficientnet("b0"), "imagenet", folders);
    FAIL() << "weights were found in a folder that doesn't exist";
  } catch (const InvalidInput& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("/nonexistent/weights"), std::string::npos) << text;
    EXPECT_NE(text.find("efficientnet_b0_rwightman-7f5810bc.pth"), std::string::npos) << text;
    EXPECT_NE(text.find("https://download.pytorch.org/models/"), std::string::npos) << text;
  }
}

TEST(EfficientNet, Lite0GivesThePackagesFeaturesWithItsRealWeights) {
  const std::vector<fs::path> folders{ASSAY_WEIGHTS_DIR};
  if (!fs::exists(fs::path(ASSAY_WEIGHTS_DIR) / "efficientnet_lite0.pth")) {
    GTEST_SKIP() << "efficientnet_lite0.pth is not in " << ASSAY_WEIGHTS_DIR << "; tools/bootstrap puts it there";
  }
  const auto net = efficientnet("lite0");
  const WeightChoice choice = choose_weights(*net, "imagenet", folders);
  set_weights(*net, choice, 0);
  const TensorFile expected = TensorFile::open(parity::fixture("lite0_imagenet.safetensors"));
  const TensorFile weights = TensorFile::open(choice.file);
  for (const bool folded : {false, true}) {
    freeze(*net, "all");
    if (folded) fold_frozen_stages(*net);
    const auto pooled = net->features(image({1, 3, 224, 224})).mean({2, 3});
    EXPECT_LT(difference(pooled, parity::stored(expected, "pooled")), 1e-5);
    const auto logits =
        at::linear(pooled, to_tensor(*weights.find("_fc.weight")), to_tensor(*weights.find("_fc.bias")));
    EXPECT_LT(difference(logits, parity::stored(expected, "logits")), 1e-5);
  }
}

struct Picture {
  const char* file;
  std::int64_t side;   ///< of the centre crop: 0.875 of the shorter side
  std::int64_t label;  ///< ImageNet's class
  float probability;   ///< of timm's model after Pillow's bicubic resize of the same crop, which rounds to 8 bits
};

/// From a picture's file through the framework's preprocessing to ImageNet probabilities.
at::Tensor classify(Backbone& net, const WeightChoice& choice, const fs::path& file, std::int64_t side) {
  Renderer::Options options;
  options.input = choice.input;
  options.preprocessing.crop = FixedCropOptions{};
  options.preprocessing.crop->center = side;
  const Renderer renderer(options);
  Sample sample;
  sample.path = file;
  auto pixels = at::empty({1, renderer.size(), renderer.size(), 3});
  renderer.render(sample, {}, {pixels.data_ptr<float>(), static_cast<std::size_t>(pixels.numel())});
  const TensorFile weights = TensorFile::open(choice.file);
  const auto pooled = net.features(pixels.permute({0, 3, 1, 2})).mean({2, 3});
  return at::linear(pooled, to_tensor(*weights.find("_fc.weight")), to_tensor(*weights.find("_fc.bias"))).softmax(1)[0];
}

TEST(EfficientNet, Lite0NamesTheCatTheBirdAndTheParrot) {
  const std::vector<fs::path> folders{ASSAY_WEIGHTS_DIR};
  const fs::path pictures = fs::path(ASSAY_SOURCE_DIR) / "../shared/weights";
  if (!fs::exists(fs::path(ASSAY_WEIGHTS_DIR) / "efficientnet_lite0.pth") || !fs::exists(pictures)) {
    GTEST_SKIP() << "efficientnet_lite0.pth is not in " << ASSAY_WEIGHTS_DIR << ", or the pictures not in " << pictures;
  }
  const auto net = efficientnet("lite0");
  const WeightChoice choice = choose_weights(*net, "imagenet", folders);
  set_weights(*net, choice, 0);
  freeze(*net, "all");
  fold_frozen_stages(*net);
  for (const Picture& picture : {Picture{"cat.bmp", 298, 285, 0.504F}, Picture{"bird.bmp", 300, 19, 0.892F},
                                 Picture{"parrot.jpg", 448, 88, 0.896F}}) {
    const auto probabilities = classify(*net, choice, pictures / picture.file, picture.side);
    EXPECT_EQ(probabilities.argmax().item<std::int64_t>(), picture.label) << picture.file;
    EXPECT_NEAR(probabilities[picture.label].item<float>(), picture.probability, 0.01F) << picture.file;
  }
}

}  // namespace
}  // namespace assay
