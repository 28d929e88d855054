#include "gaussian.h"

#include <algorithm>
#include <cmath>

namespace assay::data {

void Gaussian::set(double sigma, std::int64_t size) {
  // So wide that only the line's ends count; a wider one would be no different.
  sigma = std::min(sigma, 1024.0 * static_cast<double>(size));
  const auto reach = static_cast<std::int64_t>(std::ceil(4 * sigma));
  radius_ = std::min(reach, size - 1);
  sums_.assign(static_cast<std::size_t>(2 * radius_ + 1), 0);
  double total = 0;
  for (std::int64_t d = -reach; d <= reach; ++d) {
    const double deviations = static_cast<double>(d) / sigma;  // the square of a tiny sigma would be 0
    const double weight = std::exp(-0.5 * deviations * deviations);
    sums_[static_cast<std::size_t>(std::clamp(d, -radius_, radius_) + radius_)] += weight;
    total += weight;
  }
  weights_.clear();
  for (const double sum : sums_) weights_.push_back(static_cast<float>(sum / total));
}

}  // namespace assay::data
