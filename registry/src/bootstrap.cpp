#include "assay/registry/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "assay/error.h"
#include "assay/random.h"
#include "evaluation.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Groups {
  std::vector<std::uint32_t> of_sample;  ///< numbered from 0 in the order of the given numbers
  std::size_t count = 0;
};

Groups number_groups(const Predictions& predictions) {
  if (predictions.groups.size() != predictions.size()) {
    throw InvalidInput("bootstrap: " + std::to_string(predictions.groups.size()) + " groups for " +
                       std::to_string(predictions.size()) + " samples");
  }
  std::vector<std::uint32_t> numbers = predictions.groups;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  Groups groups;
  groups.count = numbers.size();
  for (const std::uint32_t group : predictions.groups) {
    const auto place = std::lower_bound(numbers.begin(), numbers.end(), group);
    groups.of_sample.push_back(static_cast<std::uint32_t>(place - numbers.begin()));
  }
  return groups;
}

/// How often each group is drawn. Draws are numbered, and each has its own stream.
void draw_groups(std::uint64_t seed, std::uint32_t draw, std::vector<std::uint32_t>& weights) {
  Random random(seed, Purpose::bootstrap, 0, draw);
  std::fill(weights.begin(), weights.end(), 0U);
  const auto count = static_cast<std::uint32_t>(weights.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    ++weights[random.below(count)];
  }
}

/// sorted must not be empty. Hyndman and Fan 1996, type 7.
double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

struct Replicates {
  std::vector<std::vector<double>> values;  ///< [metric][replicate]
  std::int64_t redrawn = 0;
};

Replicates draw_replicates(const Evaluation& evaluation, std::size_t groups, const BootstrapOptions& options) {
  Replicates replicates;
  replicates.values.resize(evaluation.names().size());
  if (groups < 2) {
    return replicates;  // Every draw would be the data themselves: no interval, rather than one of width 0.
  }
  std::vector<std::uint32_t> weights(groups);
  const auto wanted = static_cast<std::size_t>(options.replicates);
  for (std::uint32_t draw = 0; draw < 10 * wanted && replicates.values[0].size() < wanted; ++draw) {
    draw_groups(options.seed, draw, weights);
    if (!evaluation.has_every_class(weights)) {
      ++replicates.redrawn;
      continue;
    }
    const std::vector<double> values = evaluation.values(weights);
    for (std::size_t metric = 0; metric < values.size(); ++metric) {
      replicates.values[metric].push_back(values[metric]);
    }
  }
  return replicates;
}

}  // namespace

std::vector<MetricInterval> bootstrap_intervals(const Predictions& predictions, double threshold,
                                                const BootstrapOptions& options) {
  const Groups groups = number_groups(predictions);
  const Evaluation evaluation(predictions, threshold, groups.of_sample, groups.count);
  Replicates replicates = draw_replicates(evaluation, groups.count, options);
  const std::vector<double> values = evaluation.values(std::vector<std::uint32_t>(groups.count, 1));
  std::vector<MetricInterval> result;
  for (std::size_t metric = 0; metric < values.size(); ++metric) {
    std::vector<double>& drawn = replicates.values[metric];
    std::sort(drawn.begin(), drawn.end());
    Interval interval{values[metric], kNan, kNan, options.level};
    if (!drawn.empty()) {
      interval.low = percentile(drawn, (1.0 - options.level) / 2.0);
      interval.high = percentile(drawn, (1.0 + options.level) / 2.0);
    }
    interval.groups = static_cast<std::int64_t>(groups.count);
    interval.samples = static_cast<std::int64_t>(predictions.size());
    interval.replicates = static_cast<std::int64_t>(drawn.size());
    interval.redrawn = replicates.redrawn;
    result.push_back({evaluation.names()[metric], interval});
  }
  return result;
}

}  // namespace assay
