#include "my_head.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <assay/built_plugin.h>
#include <assay/learn/initialise.h>

namespace {

/// A head for maps of two channels, its weights drawn from a seed.
void prepare(assay::Head& head) {
  head.build(2);
  assay::Random random = assay::head_random(20);
  head.initialise(random);
}

/// One sample of two channels, 1 x 2: (1, 7) and (0, 2).
at::Tensor small_map() { return at::tensor({1.F, 7.F, 0.F, 2.F}).view({1, 2, 1, 2}); }

/// The built library, made as an experiment with these keys makes it.
std::shared_ptr<assay::Head> plugin_with(const std::string& options) {
  return assay::built_plugin<assay::Head>(ASSAY_PLUGIN_FOLDER, "my_head", options);
}

TEST(MyHead, PoolsByTheGeneralisedMean) {
  const at::Tensor mean = MyHead({.power = 1.0}).pool(small_map());
  EXPECT_NEAR(mean[0][0].item<float>(), 4, 1e-5);
  EXPECT_NEAR(mean[0][1].item<float>(), 1, 1e-5);
  // The square root of (1 + 49) / 2, and of (0 + 4) / 2.
  const at::Tensor squares = MyHead({.power = 2.0}).pool(small_map());
  EXPECT_NEAR(squares[0][0].item<float>(), 5, 1e-5);
  EXPECT_NEAR(squares[0][1].item<float>(), 1.4142135, 1e-5);
}

TEST(MyHead, ComesNearTheMaximumWithALargePower) {
  EXPECT_NEAR(MyHead({.power = 20.0}).pool(small_map())[0][0].item<float>(), 7, 0.3);
}

TEST(MyHead, HasAFiniteGradientWhereTheMapIsZero) {
  const at::Tensor map = at::zeros({1, 2, 3, 3}).requires_grad_();
  MyHead({.power = 3.0}).pool(map).sum().backward();
  EXPECT_TRUE(map.grad().isfinite().all().item<bool>());
}

TEST(MyHead, GivesOneLogitForEachOutput) {
  MyHead head({.outputs = 4});
  prepare(head);
  EXPECT_EQ(head.forward(head.pool(at::ones({5, 2, 3, 3}))).sizes(), (std::vector<std::int64_t>{5, 4}));
  EXPECT_EQ(head.outputs(), 4);
}

TEST(MyHead, IsTheSameWhenItIsLoadedAsAPlugin) {
  const auto plugin = plugin_with("power = 2.5\noutputs = 3");
  MyHead head({.power = 2.5, .outputs = 3});
  prepare(*plugin);
  prepare(head);
  EXPECT_TRUE(at::equal(plugin->forward(plugin->pool(small_map())), head.forward(head.pool(small_map()))));
}

}  // namespace
