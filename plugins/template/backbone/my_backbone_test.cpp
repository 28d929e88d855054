#include "my_backbone.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include <assay/built_plugin.h>
#include <assay/learn/initialise.h>

namespace {

/// Ready to be looked at: weights drawn from a seed, batch norms in evaluation.
void prepare(assay::Backbone& backbone) {
  assay::Random random = assay::backbone_random(20);
  backbone.initialise(random);
  backbone.eval();
}

std::vector<std::int64_t> map_shape(assay::Backbone& backbone, std::int64_t pictures, std::int64_t side) {
  const at::NoGradGuard no_grad;
  return backbone.features(at::ones({pictures, 3, side, side})).sizes().vec();
}

/// The built library, made as an experiment with these keys makes it.
std::shared_ptr<assay::Backbone> plugin_with(const std::string& options) {
  return assay::built_plugin<assay::Backbone>(ASSAY_PLUGIN_FOLDER, "my_backbone", options);
}

TEST(MyBackbone, HalvesThePictureAndDoublesTheChannelsInEachStage) {
  MyBackbone backbone({.width = 8, .stages = 3});
  prepare(backbone);
  EXPECT_EQ(map_shape(backbone, 2, 64), (std::vector<std::int64_t>{2, 32, 8, 8}));
  EXPECT_EQ(backbone.channels(), 32);
  EXPECT_EQ(backbone.stages().size(), 3U);
}

TEST(MyBackbone, TakesOddSidesAndTheSmallestOneItStates) {
  MyBackbone backbone({.width = 4, .stages = 4});
  prepare(backbone);
  EXPECT_EQ(map_shape(backbone, 1, 33), (std::vector<std::int64_t>{1, 32, 3, 3}));
  EXPECT_EQ(map_shape(backbone, 1, backbone.smallest_input()), (std::vector<std::int64_t>{1, 32, 1, 1}));
}

TEST(MyBackbone, GivesEveryParameterAGradient) {
  MyBackbone backbone({.width = 4, .stages = 2});
  prepare(backbone);
  backbone.features(at::rand({2, 3, 16, 16})).sum().backward();
  for (const auto& parameter : backbone.named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_GT(parameter.value().grad().abs().max().item<float>(), 0) << parameter.key();
  }
}

TEST(MyBackbone, IsTheSameWhenItIsLoadedAsAPlugin) {
  const auto plugin = plugin_with("width = 4");
  MyBackbone backbone({.width = 4});
  prepare(*plugin);
  prepare(backbone);
  const at::NoGradGuard no_grad;
  const auto pictures = at::linspace(-1, 1, 3 * 32 * 32).view({1, 3, 32, 32});
  EXPECT_TRUE(at::equal(plugin->features(pictures), backbone.features(pictures)));
}

}  // namespace
