#include "figures.h"

#include <cmath>

#include "assay/registry/metrics.h"

namespace assay {

std::vector<MetricInterval> figures_of(const Experiment& experiment, const Predictions& predictions, double threshold) {
  const auto replicates = static_cast<int>(experiment.evaluation.bootstrap);
  if (replicates > 0) {
    const auto seed = static_cast<std::uint64_t>(experiment.seed);
    return bootstrap_intervals(predictions, threshold, {.replicates = replicates, .seed = seed});
  }
  std::vector<MetricInterval> values;
  for (const auto& [name, value] : evaluate(predictions, threshold)) {
    const double none = std::nan("");
    values.push_back({name, {.value = value, .low = none, .high = none}});
  }
  return values;
}

}  // namespace assay
