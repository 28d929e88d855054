// The weights of a blur.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::data {

/// Weights of a Gaussian from -radius() to radius(), with sum 1. Keeps its memory for the next one.
class Gaussian {
 public:
  /// Out to four deviations, for lines of size pixels beyond whose ends their last pixels go on: what would reach
  /// further than the line is long counts for these. sigma: pixels, above 0.
  void set(double sigma, std::int64_t size);

  std::int64_t radius() const { return radius_; }
  std::span<const float> weights() const { return weights_; }

 private:
  std::int64_t radius_ = 0;
  std::vector<double> sums_;
  std::vector<float> weights_;
};

}  // namespace assay::data
