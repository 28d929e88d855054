#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "assay/learn/head.h"
#include "assay/learn/initialise.h"
#include "assay/learn/tensors.h"
#include "assay/plugin_host.h"

namespace assay {
namespace {

std::shared_ptr<Head> make_head(std::vector<std::int64_t> hidden, std::int64_t outputs, double dropout = 0.2) {
  const PluginCatalog catalog({ASSAY_PLUGIN_DIR});
  Node options{Node::Table{}, {}};
  options.set("hidden", MemberCodec<std::vector<std::int64_t>>::to(hidden));
  options.set("dropout", {dropout, {}});
  options.set("outputs", {outputs, {}});
  auto head = create_plugin<Head>(catalog, "fully_connected", options);
  head->build(4);
  Random random = head_random(20);
  head->initialise(random);
  return head;
}

TEST(FullyConnected, HasOneLayerMoreThanHiddenOnes) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state_of(*make_head({8, 6}, 3))) {
    names.push_back(name + " " + shape_text({tensor.sizes().data(), tensor.sizes().size()}));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"hidden0.weight [8, 4]", "hidden0.bias [8]", "hidden1.weight [6, 8]",
                                             "hidden1.bias [6]", "output.weight [3, 6]", "output.bias [3]"}));
}

TEST(FullyConnected, PoolsTheMapToItsMean) {
  const auto map = at::arange(2 * 4 * 3 * 5, at::kFloat).view({2, 4, 3, 5});
  const auto pooled = make_head({}, 1)->pool(map);
  EXPECT_EQ(pooled.sizes(), (std::vector<std::int64_t>{2, 4}));
  EXPECT_FLOAT_EQ(pooled[0][0].item<float>(), 7.0F);  // the mean of 0 to 14
}

TEST(FullyConnected, ComputesLinearLayersWithReluBetween) {
  const auto head = make_head({2}, 1);
  head->eval();
  const at::NoGradGuard no_grad;
  const auto parameters = head->named_parameters();
  parameters["hidden0.weight"].copy_(at::tensor({1.F, 0.F, 0.F, 0.F, -1.F, 0.F, 0.F, 0.F}).view({2, 4}));
  parameters["output.weight"].copy_(at::tensor({10.F, 100.F}).view({1, 2}));
  parameters["output.bias"].fill_(0.5);
  // The first hidden neuron passes 3, the second is cut at -3; 3 * 10 + 0.5.
  EXPECT_FLOAT_EQ(head->forward(at::tensor({3.F, 9.F, 9.F, 9.F}).view({1, 4})).item<float>(), 30.5F);
}

TEST(FullyConnected, DropsOnlyInTraining) {
  const auto head = make_head({64}, 1, 0.5);
  const auto x = at::ones({1, 4});
  head->eval();
  EXPECT_TRUE(at::equal(head->forward(x), head->forward(x)));
  head->train();
  EXPECT_FALSE(at::equal(head->forward(x), head->forward(x)));
}

TEST(FullyConnected, TurnsOneLogitIntoASigmoidAndManyIntoASoftmax) {
  const auto one = make_head({}, 1)->probabilities(at::zeros({3, 1}));
  EXPECT_FLOAT_EQ(one[0][0].item<float>(), 0.5F);
  const auto many = make_head({}, 4)->probabilities(at::zeros({3, 4}));
  EXPECT_FLOAT_EQ(many[2][1].item<float>(), 0.25F);
}

}  // namespace
}  // namespace assay
