// The blur plugin: the standard deviations it draws. What it makes of a picture is compared with SciPy's in peers_test.
#include <gtest/gtest.h>

#include "assay/error.h"
#include "sampled.h"
#include "uniform.h"

namespace assay {
namespace {

using test::augmentation;
using test::expect_uniform;
using test::sampled;

TEST(Blur, DrawsItsSigmaBetweenTwoEndsOrTakesOneNumber) {
  const auto sigma = [](const View& v) { return v.blur_sigma(); };
  expect_uniform(*augmentation("blur", ""), View(4, 4), 0.1, 2, sigma);
  EXPECT_EQ(sampled(*augmentation("blur", "sigma = 3"), View(4, 4), 9).blur_sigma(), 3);
  EXPECT_THROW(augmentation("blur", "sigma = -1"), InvalidInput);
}

}  // namespace
}  // namespace assay
