// How a number that a plugin draws is spread.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "sampled.h"

namespace assay::test {

/// Whether a measure of a plugin's views of many samples is uniform between two ends: by its extremes and its mean.
template <class Measure>
void expect_uniform(const Augmentation& plugin, const View& given, double low, double high, const Measure& measure) {
  constexpr int kDraws = 10'000;
  double lowest = 1e9;
  double highest = -1e9;
  double mean = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const double value = measure(sampled(plugin, given, i));
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    mean += value / kDraws;
  }
  const double width = high - low;
  EXPECT_GE(lowest, low - 1e-9);
  EXPECT_LE(highest, high + 1e-9);
  EXPECT_LT(lowest, low + width / 300);
  EXPECT_GT(highest, high - width / 300);
  EXPECT_NEAR(mean, (low + high) / 2, 5 * width / std::sqrt(12.0 * kDraws));
}

}  // namespace assay::test
