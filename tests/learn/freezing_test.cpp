#include "assay/learn/freezing.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "assay/error.h"
#include "assay/learn/initialise.h"
#include "toy_backbone.h"

namespace assay {
namespace {

/// Random weights, and running statistics that are not the initial ones.
std::shared_ptr<ToyBackbone> make_toy(Activation activation = Activation::silu, Padding padding = Padding::symmetric) {
  auto toy = std::make_shared<ToyBackbone>(activation, padding);
  Random random(1, Purpose::weights);
  toy->initialise(random);
  const at::NoGradGuard no_grad;
  for (auto& item : toy->named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().uniform_(-0.5, 0.5);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 1.5);
  }
  return toy;
}

at::Tensor pictures() { return at::sin(at::arange(2 * 3 * 32 * 32, at::kFloat)).view({2, 3, 32, 32}); }

/// Parameters that need a gradient, by stage.
std::vector<bool> trainable_stages(const Backbone& backbone) {
  std::vector<bool> trainable;
  for (const Stage& stage : backbone.stages()) trainable.push_back(stage.blocks[0]->parameters()[0].requires_grad());
  return trainable;
}

TEST(Freezing, UnderstandsAllNoneAndACountOfStages) {
  const auto toy = make_toy();
  EXPECT_EQ(stages_to_freeze(*toy, "all"), 3U);
  EXPECT_EQ(stages_to_freeze(*toy, "none"), 0U);
  EXPECT_EQ(stages_to_freeze(*toy, "2"), 2U);
  for (const char* wrong : {"4", "-1", "some", "", "1.5", "2 stages"}) {
    EXPECT_THROW(stages_to_freeze(*toy, wrong), InvalidInput) << wrong;
  }
}

TEST(Freezing, NamesTheStagesWhenItDoesNotUnderstand) {
  try {
    stages_to_freeze(*make_toy(), "9");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("stem, body, top"), std::string::npos) << error.what();
  }
}

TEST(Freezing, TakesGradientsFromFrozenStagesAndGivesThemBack) {
  const auto toy = make_toy();
  toy->features(pictures()).sum().backward();
  freeze(*toy, "2");
  EXPECT_EQ(trainable_stages(*toy), (std::vector<bool>{false, false, true}));
  EXPECT_FALSE(toy->parameters()[0].grad().defined()) << "an optimiser would apply the old gradient";
  toy->features(pictures()).sum().backward();
  EXPECT_FALSE(toy->parameters()[0].grad().defined());
  EXPECT_TRUE(toy->parameters().back().grad().defined());
  freeze(*toy, "none");
  EXPECT_EQ(trainable_stages(*toy), (std::vector<bool>{true, true, true}));
}

TEST(Freezing, KeepsFrozenBatchNormsStillWhateverTrainSays) {
  const auto toy = make_toy();
  freeze(*toy, "2");
  toy->train();
  const auto buffers = toy->named_buffers();
  const auto frozen = buffers["body.0.expand.norm.running_mean"].clone();
  const auto free = buffers["top.0.norm.running_mean"].clone();
  toy->features(pictures());
  EXPECT_TRUE(at::equal(frozen, buffers["body.0.expand.norm.running_mean"]));
  EXPECT_FALSE(at::equal(free, buffers["top.0.norm.running_mean"]));
}

class EveryFold : public testing::TestWithParam<std::tuple<Activation, Padding>> {};

TEST_P(EveryFold, EqualsThePlainForward) {
  const auto toy = make_toy(std::get<0>(GetParam()), std::get<1>(GetParam()));
  toy->eval();
  const at::NoGradGuard no_grad;
  const auto plain = toy->features(pictures());
  const double largest = plain.abs().max().item<double>();
  freeze(*toy, "all");
  fold_frozen_stages(*toy);
  for (const bool channels_last : {false, true}) {
    const auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    const auto folded = toy->features(pictures().contiguous(format));
    EXPECT_LT((folded - plain).abs().max().item<double>(), 1e-5 * largest);
    EXPECT_FALSE(at::equal(folded, plain)) << "the folded weights were not used";
  }
}

INSTANTIATE_TEST_SUITE_P(Freezing, EveryFold,
                         testing::Combine(testing::Values(Activation::relu, Activation::relu6, Activation::silu),
                                          testing::Values(Padding::symmetric, Padding::same)));

TEST(Folding, LeavesNamesAndValuesOfTheModuleAlone) {
  const auto toy = make_toy();
  std::vector<std::string> names;
  for (const auto& item : toy->named_parameters()) names.push_back(item.key());
  const auto weight = toy->parameters()[0].clone();
  freeze(*toy, "all");
  fold_frozen_stages(*toy);
  toy->features(pictures());
  EXPECT_EQ(names, toy->named_parameters().keys());
  EXPECT_TRUE(at::equal(weight, toy->parameters()[0]));
}

TEST(Folding, NoticesThatWeightsHaveChanged) {
  const auto toy = make_toy();
  freeze(*toy, "all");
  fold_frozen_stages(*toy);
  const auto before = toy->features(pictures());
  const at::NoGradGuard no_grad;
  toy->named_buffers()["top.0.norm.running_mean"].add_(1);
  const auto after = toy->features(pictures());
  unfold(*toy);
  EXPECT_FALSE(at::allclose(before, after));
  EXPECT_TRUE(at::allclose(after, toy->features(pictures()), 1e-4, 1e-5));
}

TEST(Folding, IsNotUsedByStagesThatTrain) {
  const auto toy = make_toy();
  freeze(*toy, "all");
  fold_frozen_stages(*toy);
  freeze(*toy, "1");
  fold_frozen_stages(*toy);
  const auto map = toy->features(pictures());
  map.sum().backward();
  EXPECT_TRUE(toy->named_parameters()["body.0.expand.conv.weight"].grad().defined());
  EXPECT_FALSE(toy->named_parameters()["stem.0.conv.weight"].grad().defined());
}

TEST(StochasticDepth, KeepsTheMeanAndDropsWholeSamples) {
  at::manual_seed(3);
  const auto x = at::ones({20000, 2, 1, 1});
  const auto y = stochastic_depth(x, 0.2);
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.02);  // 4 standard errors: 4 * 0.5 / sqrt(20000)
  const auto kinds = std::get<0>(at::_unique(y));
  EXPECT_EQ(kinds.numel(), 2);
  EXPECT_FLOAT_EQ(kinds[0].item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(kinds[1].item<float>(), 1.25F);
  EXPECT_TRUE(at::equal(y.select(1, 0), y.select(1, 1)));
}

}  // namespace
}  // namespace assay
