#include "certify_module.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

NamedTensors one_variable() {
  at::Tensor x = made_up({5}, 20, at::kDouble);
  x.requires_grad_(true);
  return {{"x", x}};
}

CheckFinding check(const std::function<at::Tensor(const at::Tensor&)>& function) {
  const NamedTensors variables = one_variable();
  return check_gradient([&] { return function(variables.front().second); }, variables, 1e-4);
}

TEST(GradientCheck, AgreesWithADerivativeByHand) {
  EXPECT_EQ(check([](const at::Tensor& x) { return x.pow(3).sum(); }).result, CheckResult::pass);
}

TEST(GradientCheck, AgreesThatNothingChanges) {
  // Behind a ReLU that lets nothing through.
  const CheckFinding finding = check([](const at::Tensor& x) { return at::relu(-x.square()).sum(); });
  EXPECT_EQ(finding.result, CheckResult::pass) << finding.found;
}

TEST(GradientCheck, FailsWhereAGradientOfZeroIsWrong) {
  EXPECT_THROW(check([](const at::Tensor& x) { return (0 * x + x.detach().square()).sum(); }), CheckFailed);
}

TEST(GradientCheck, FailsWhereTheGradientIsNoNumber) {
  EXPECT_THROW(check([](const at::Tensor& x) { return (0 * x).sqrt().sum(); }), CheckFailed);
}

TEST(GradientCheck, IsSkippedWhereNothingIsTrained) {
  const CheckFinding finding = check_gradient([] { return at::ones({}, at::kDouble); }, {}, 1e-4);
  EXPECT_EQ(finding.result, CheckResult::skipped);
}

}  // namespace
}  // namespace assay
