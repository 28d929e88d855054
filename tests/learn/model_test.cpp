// What enters the framework from a backbone and a head: right shapes, finite numbers, or a failure that names the
// plugin.
#include "model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <cmath>
#include <functional>

#include "assay/error.h"
#include "feature_extractor.h"
#include "finite.h"
#include "toy_backbone.h"

namespace assay {
namespace {

/// A backbone and a head whose answers a test chooses.
class AnsweringBackbone : public ToyBackbone {
 public:
  explicit AnsweringBackbone(std::function<at::Tensor(const at::Tensor&)> answer) : answer_(std::move(answer)) {}
  torch::Tensor features(torch::Tensor images) override { return answer_(images); }

 private:
  std::function<at::Tensor(const at::Tensor&)> answer_;
};

class AnsweringHead : public Head {
 public:
  explicit AnsweringHead(std::function<at::Tensor(const at::Tensor&)> answer) : answer_(std::move(answer)) {}
  void build(std::int64_t channels) override { register_module("layer", torch::nn::Linear(channels, 1)); }
  std::int64_t outputs() const override { return 1; }
  torch::Tensor forward(torch::Tensor pooled) override { return answer_(pooled); }

 private:
  std::function<at::Tensor(const at::Tensor&)> answer_;
};

Model model_with(std::function<at::Tensor(const at::Tensor&)> backbone,
                 std::function<at::Tensor(const at::Tensor&)> head) {
  Model model{std::make_shared<AnsweringBackbone>(std::move(backbone)),
              std::make_shared<AnsweringHead>(std::move(head))};
  model.head->build(model.backbone->channels());
  return model;
}

at::Tensor map_of(const at::Tensor& images) { return at::ones({images.size(0), 16, 2, 2}); }
at::Tensor logits_of_pooled(const at::Tensor& pooled) { return pooled.sum(1, true); }

template <class Action>
std::string failure_of(const Action& action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing failed";
}

TEST(Model, NamesTheBackboneWhoseMapHasAnotherShape) {
  const at::Tensor images = at::zeros({3, 3, 8, 8});
  const auto told = [&](const at::Tensor& map) {
    return failure_of([&] { model_with([&](const at::Tensor&) { return map; }, logits_of_pooled).features(images); });
  };
  const std::string who = "backbone 'without a plugin' failed in its stage 'features': it gave ";
  EXPECT_EQ(told(at::zeros({3, 16})), who + "[3, 16], not [3, 16, h, w]");
  EXPECT_EQ(told(at::zeros({2, 16, 1, 1})), who + "[2, 16, 1, 1], not [3, 16, h, w]");
  EXPECT_EQ(told(at::zeros({3, 8, 1, 1})), who + "[3, 8, 1, 1], not [3, 16, h, w]");
  EXPECT_EQ(told(at::zeros({3, 16, 0, 1})), who + "[3, 16, 0, 1], not [3, 16, h, w]");
  EXPECT_EQ(told(at::zeros({3, 16, 1, 1}, at::kLong)),
            who + "[3, 16, 1, 1] of numbers that are not floating, not [3, 16, h, w]");
  EXPECT_EQ(told({}), who + "nothing, not [3, 16, h, w]");
}

TEST(Model, NamesTheHeadWhoseLogitsHaveAnotherShape) {
  const auto told = [&](const at::Tensor& logits) {
    const Model model = model_with(map_of, [&](const at::Tensor&) { return logits; });
    return failure_of([&] { model.logits(at::zeros({3, 3, 8, 8}), {"hem/a.png", 3}); });
  };
  const std::string who =
      "head 'without a plugin' failed in its stage 'forward' on 3 samples from hem/a.png on: it gave ";
  EXPECT_EQ(told(at::zeros({3})), who + "[3], not [3, 1]");
  EXPECT_EQ(told(at::zeros({3, 2})), who + "[3, 2], not [3, 1]");
  EXPECT_EQ(told(at::zeros({})), who + "a single number, not [3, 1]");
}

TEST(Model, TellsLibTorchsErrorsWithoutABacktrace) {
  const Model model = model_with(
      [](const at::Tensor& images) {
        return images.matmul(at::zeros({5, 5}));
      },
      logits_of_pooled);
  const std::string told = failure_of([&] { model.features(at::zeros({1, 3, 8, 8})); });
  EXPECT_NE(told.find("failed in its stage 'features': "), std::string::npos) << told;
  EXPECT_EQ(told.find("frame #"), std::string::npos) << told;
}

TEST(FeaturesOfChunk, NamesWhoMakesANumberThatIsNotFinite) {
  const Model model = model_with(
      [](const at::Tensor& images) {
        at::Tensor map = map_of(images);
        map[1].fill_(std::nan(""));
        return map;
      },
      logits_of_pooled);
  const std::string told = failure_of([&] {
    features_of_chunk(model, at::zeros({kFeatureChunk, 3, 8, 8}), FeatureKind::pooled, {"hem/a.png", 32});
  });
  EXPECT_EQ(
      told,
      "backbone 'without a plugin' failed in its stage 'features' on 32 samples from hem/a.png on: 1 of 32 samples "
      "get numbers that are not finite, the first is number 2; the weights are fine, so a plugin makes it: runner "
      "plugins certify tries it alone");
}

TEST(Finite, BlamesWeightsThatGrewBeforePlugins) {
  const Model model = model_with(map_of, logits_of_pooled);
  EXPECT_EQ(why_not_finite(model).find("; the weights are fine"), 0U);
  const at::NoGradGuard no_grad;
  model.head->parameters().front().fill_(std::nan(""));
  EXPECT_EQ(why_not_finite(model),
            "; head.layer.weight has come to nan: a lower training.optimizer.learning_rate or a longer warm-up usually "
            "helps");
  model.head->parameters().front().fill_(1e30);
  EXPECT_EQ(why_not_finite(model).find("; head.layer.weight has come to 1"), 0U);
}

TEST(Finite, FindsTheFirstRow) {
  at::Tensor tensor = at::zeros({4, 2, 3});
  EXPECT_TRUE(is_finite(tensor));
  EXPECT_EQ(first_row_not_finite(tensor), -1);
  tensor[2][1][0] = INFINITY;
  tensor[3][0][0] = std::nan("");
  EXPECT_FALSE(is_finite(tensor));
  EXPECT_EQ(first_row_not_finite(tensor), 2);
  EXPECT_EQ(not_finite_text(tensor), "2 of 4 samples get numbers that are not finite, the first is number 3");
}

}  // namespace
}  // namespace assay
