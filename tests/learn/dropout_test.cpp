#include "assay/learn/dropout.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "determinism.h"

namespace assay {
namespace {

at::Tensor dropped(std::int64_t step, std::int64_t count = 100'003, double probability = 0.2) {
  seed_step(c10::Device(c10::kCPU), 20, 3, step);
  return assay::dropout(at::ones({count}, at::kFloat), probability, true);
}

TEST(Dropout, DropsTheShareAskedForAndKeepsTheMean) {
  const at::Tensor x = dropped(0);
  // Of 100,003 draws with chance 0.2 the share has a standard error of 0.00126; five of them.
  EXPECT_NEAR(x.eq(0).sum().item<double>() / 100'003.0, 0.2, 0.0064);
  EXPECT_NEAR(x.mean().item<double>(), 1.0, 0.008);
  EXPECT_NEAR(x.max().item<double>(), 1.25, 1e-4);
}

TEST(Dropout, IsAFunctionOfTheStep) {
  EXPECT_TRUE(dropped(7).equal(dropped(7)));
  EXPECT_FALSE(dropped(7).equal(dropped(8)));
}

TEST(Dropout, NeighboursAndStepsAreIndependent) {
  const at::Tensor a = dropped(1, 100'000, 0.5).eq(0).to(at::kFloat);
  const at::Tensor b = dropped(2, 100'000, 0.5).eq(0).to(at::kFloat);
  const auto both = [](const at::Tensor& x, const at::Tensor& y) { return x.mul(y).mean().item<double>(); };
  // A quarter when independent; standard error 0.0014, five of them.
  EXPECT_NEAR(both(a, b), 0.25, 0.007);
  for (const std::int64_t distance : {1, 2, 3, 4, 1280}) {
    EXPECT_NEAR(both(a.narrow(0, distance, 100'000 - distance), a.narrow(0, 0, 100'000 - distance)), 0.25, 0.007);
  }
}

TEST(Dropout, LetsTheGradientThroughWhatIsKept) {
  const at::Tensor x = at::ones({4, 33}, at::kFloat).requires_grad_();
  const at::Tensor y = assay::dropout(x, 0.5, true);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));  // of ones: 0 where dropped, the factor where kept
}

TEST(Dropout, DoesNothingInEvaluation) {
  const at::Tensor x = at::ones({3, 3}, at::kFloat);
  EXPECT_TRUE(assay::dropout(x, 0.9, false).equal(x));
  EXPECT_TRUE(assay::dropout(x, 0.0, true).equal(x));
}

}  // namespace
}  // namespace assay
