// The gamma plugin: the exponents it draws. What it makes of a picture is compared with torchvision's in peers_test.
#include <gtest/gtest.h>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::expect_uniform;

TEST(Gamma, DrawsExponentsAroundOneOrBetweenTwoEnds) {
  const auto exponent = [](const View& v) { return std::get<Gamma>(v.stages().front()).exponent; };
  expect_uniform(*augmentation("gamma", "gamma = 0.2"), View(4, 4), 0.8, 1.2, exponent);
  expect_uniform(*augmentation("gamma", "gamma = [0.5, 2]"), View(4, 4), 0.5, 2, exponent);
  expect_uniform(*augmentation("gamma", "gamma = 3"), View(4, 4), 0.05, 4, exponent);  // never 0 or below
}

TEST(Gamma, NeverDrawsZero) {
  const auto exponent = [](const View& v) { return std::get<Gamma>(v.stages().front()).exponent; };
  expect_uniform(*augmentation("gamma", "gamma = [0, 1]"), View(4, 4), 0.05, 1, exponent);
  EXPECT_THROW(augmentation("gamma", "gamma = [-1, 1]"), InvalidInput);
}

}  // namespace
}  // namespace assay
