// A run's figures: every metric with its interval, as the experiment's [evaluation] asks.
#pragma once

#include <vector>

#include "assay/experiment.h"
#include "assay/registry/bootstrap.h"
#include "assay/registry/predictions.h"

namespace assay {

/// Each metric with the interval of evaluation.bootstrap replicates, drawn from the experiment's seed; without
/// replicates the bounds are NaN. Throws as bootstrap_intervals.
std::vector<MetricInterval> figures_of(const Experiment& experiment, const Predictions& predictions, double threshold);

}  // namespace assay
