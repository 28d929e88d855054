// Draws from Beta distributions against their cumulative distribution functions.
#include "assay/data/beta_distribution.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace assay {
namespace {

struct Case {
  double a;
  double b;
  std::array<double, 4> below;  ///< of 0.05, 0.25, 0.5 and 0.9: scipy.stats.beta.cdf(x, a, b)
};

TEST(BetaDistribution, FallsBelowEachPointAsOftenAsItsFunctionSays) {
  constexpr std::array<double, 4> kPoints{0.05, 0.25, 0.5, 0.9};
  for (const Case& c : {Case{0.2, 0.2, {0.291025, 0.414056, 0.5, 0.66331}}, Case{1, 1, {0.05, 0.25, 0.5, 0.9}},
                        Case{2.5, 0.7, {0.000318, 0.018642, 0.113983, 0.623932}},
                        Case{5, 3, {0.000006, 0.012878, 0.226562, 0.974309}}}) {
    constexpr int kDraws = 40'000;
    std::array<int, 4> counts{};
    Random random(StreamName{.seed = 11});
    for (int i = 0; i < kDraws; ++i) {
      const double share = draw_beta(random, c.a, c.b);
      for (std::size_t p = 0; p < 4; ++p) counts[p] += share < kPoints[p] ? 1 : 0;
    }
    for (std::size_t p = 0; p < 4; ++p) {
      const double deviation = std::sqrt(c.below[p] * (1 - c.below[p]) / kDraws);
      EXPECT_NEAR(counts[p] / double{kDraws}, c.below[p], 5 * deviation + 1e-5) << c.a << " " << c.b << " " << p;
    }
  }
}

TEST(BetaDistribution, StaysBetweenZeroAndOneAtItsExtremes) {
  Random random(StreamName{.seed = 12});
  for (int i = 0; i < 2000; ++i) {
    for (const double alpha : {0.001, 100.0, 1e4}) {
      const double share = draw_beta(random, alpha, alpha);
      ASSERT_GE(share, 0);
      ASSERT_LE(share, 1);
    }
  }
}

}  // namespace
}  // namespace assay
