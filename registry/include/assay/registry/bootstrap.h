// How sure a figure is: percentile intervals by bootstrap over groups. Images of one patient resemble each other, so
// patients, not images, are drawn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/registry/predictions.h"

namespace assay {

/// A figure with its interval. low and high are NaN where no interval can be given (one group, or a class that only one
/// group has and every replicate lacked).
struct Interval {
  double value = 0.0;           ///< on the data as they are
  double low = 0.0;             ///< lower end
  double high = 0.0;            ///< upper end
  double level = 0.95;          ///< share of replicates inside
  std::int64_t groups = 0;      ///< patients
  std::int64_t samples = 0;     ///< images
  std::int64_t replicates = 0;  ///< that the interval rests on
  std::int64_t redrawn = 0;     ///< replicates thrown away because a class was absent
};

/// A metric's name and its interval.
struct MetricInterval {
  std::string metric;  ///< its name
  Interval interval;   ///< value and ends
};

/// With fewer groups than this, even a bootstrap over groups is too sure, and whoever shows its intervals says so. A
/// convention: nothing happens between nine and ten.
inline constexpr std::int64_t few_groups = 10;

/// How bootstrap_intervals draws.
struct BootstrapOptions {
  int replicates = 2000;   ///< data sets drawn
  double level = 0.95;     ///< share of replicates inside the interval
  std::uint64_t seed = 0;  ///< of the draws
};

/// An interval for every metric of evaluate(), in its order, all from the same replicates: groups are drawn with
/// replacement, as many as there are; a replicate that lacks a class which the data have is drawn again (at most
/// 10 x replicates draws in all) and counted. Percentiles interpolate linearly (Hyndman and Fan 1996, type 7; numpy's
/// default). Field and Welsh 2007, "Bootstrapping clustered data", section 3.1 (the cluster bootstrap).
/// predictions.groups must be as long as labels. Groups are drawn in the order of their numbers, so for one seed the
/// result depends on which group has which number, but (up to rounding) not on the order of samples.
/// Throws as evaluate does. O(n log n + replicates * n). Any thread.
std::vector<MetricInterval> bootstrap_intervals(const Predictions& predictions, double threshold,
                                                const BootstrapOptions& options = {});

}  // namespace assay
