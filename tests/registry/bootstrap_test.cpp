#include "assay/registry/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "assay/error.h"
#include "assay/random.h"
#include "assay/registry/metrics.h"
#include "metrics_fixture.h"

namespace assay::test {
namespace {

// The two draw different replicates, so their percentiles agree only as well as 2,000 replicates determine them.
TEST(Bootstrap, AgreesWithAnotherOneInNumpy) {
  int intervals = 0;
  for (const MetricsCase& each : metrics_cases()) {
    if (!each.expected.contains("bootstrap")) continue;
    for (const MetricInterval& metric : bootstrap_intervals(each.predictions, each.threshold, {4000, 0.95, 1})) {
      const auto expected = each.expected.at("bootstrap").at(metric.metric).get<std::vector<double>>();
      const double tolerance = 0.1 * (expected[1] - expected[0]);
      EXPECT_NEAR(expected[0], metric.interval.low, tolerance) << each.name << ": " << metric.metric;
      EXPECT_NEAR(expected[1], metric.interval.high, tolerance) << each.name << ": " << metric.metric;
      ++intervals;
    }
  }
  EXPECT_EQ(14, intervals);
}

TEST(Bootstrap, GivesTheFiguresOfEvaluate) {
  for (const MetricsCase& each : metrics_cases()) {
    const auto figures = evaluate(each.predictions, each.threshold);
    const auto intervals = bootstrap_intervals(each.predictions, each.threshold, {50, 0.95, 1});
    ASSERT_EQ(figures.size(), intervals.size());
    for (std::size_t i = 0; i < figures.size(); ++i) {
      EXPECT_EQ(figures[i].name, intervals[i].metric);
      EXPECT_NEAR(figures[i].value, intervals[i].interval.value, 1e-12);
      EXPECT_EQ(static_cast<std::int64_t>(each.predictions.size()), intervals[i].interval.samples);
      EXPECT_EQ(50, intervals[i].interval.replicates);
    }
  }
}

TEST(Bootstrap, DependsOnItsSeedAndNothingElse) {
  const MetricsCase each = metrics_cases().front();
  const auto once = bootstrap_intervals(each.predictions, 0.5, {200, 0.95, 7});
  EXPECT_EQ(once[0].interval.low, bootstrap_intervals(each.predictions, 0.5, {200, 0.95, 7})[0].interval.low);
  EXPECT_NE(once[0].interval.low, bootstrap_intervals(each.predictions, 0.5, {200, 0.95, 8})[0].interval.low);
  Predictions reversed = each.predictions;
  std::reverse(reversed.labels.begin(), reversed.labels.end());
  std::reverse(reversed.probabilities.begin(), reversed.probabilities.end());
  std::reverse(reversed.groups.begin(), reversed.groups.end());
  EXPECT_NEAR(once[0].interval.low, bootstrap_intervals(reversed, 0.5, {200, 0.95, 7})[0].interval.low, 1e-12);
}

/// Patients whose images all agree: patients, not images, carry the information.
Predictions twin_images(std::uint32_t patients, std::uint32_t images) {
  Predictions predictions;
  Random random(1, Purpose::bootstrap, 99);
  for (std::uint32_t patient = 0; patient < patients; ++patient) {
    const std::int32_t label = static_cast<std::int32_t>(patient % 2);
    const auto score = static_cast<float>(random.uniform() * 0.7 + 0.3 * label);
    for (std::uint32_t image = 0; image < images; ++image) {
      predictions.probabilities.push_back(score);
      predictions.labels.push_back(label);
      predictions.groups.push_back(patient);
    }
  }
  return predictions;
}

TEST(Bootstrap, IsNotNarrowedByMoreImagesOfTheSamePatients) {
  const Interval one = bootstrap_intervals(twin_images(30, 1), 0.5, {1000, 0.95, 3})[0].interval;
  const Interval many = bootstrap_intervals(twin_images(30, 40), 0.5, {1000, 0.95, 3})[0].interval;
  EXPECT_EQ(30, many.groups);
  EXPECT_NEAR(one.low, many.low, 1e-12);
  EXPECT_NEAR(one.high, many.high, 1e-12);
}

TEST(Bootstrap, DrawsAgainWhereAClassIsMissingAndCounts) {
  const Interval interval = bootstrap_intervals(twin_images(4, 2), 0.5, {500, 0.95, 3})[0].interval;
  EXPECT_EQ(500, interval.replicates);
  // Four patients, two of each class: (1/2)^4 * 2 = 1/8 of the draws lack one.
  EXPECT_NEAR(500.0 / 7.0, static_cast<double>(interval.redrawn), 30.0);
}

TEST(Bootstrap, GivesNoIntervalForOnePatient) {
  Predictions predictions = twin_images(10, 1);
  std::fill(predictions.groups.begin(), predictions.groups.end(), 5U);
  const Interval interval = bootstrap_intervals(predictions, 0.5)[0].interval;
  EXPECT_TRUE(std::isnan(interval.low));
  EXPECT_TRUE(std::isnan(interval.high));
  EXPECT_EQ(1, interval.groups);
  EXPECT_EQ(0, interval.replicates);
}

TEST(Bootstrap, RefusesPredictionsWithoutGroups) {
  Predictions predictions = twin_images(10, 1);
  predictions.groups.clear();
  EXPECT_THROW(bootstrap_intervals(predictions, 0.5), InvalidInput);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  // AUROC of score = 0.7 u + 0.3 label over independent patients, u uniform: 1 - (0.4/0.7)^2 / 2, by integration.
  const double truth = 1.0 - 0.5 * (0.4 / 0.7) * (0.4 / 0.7);
  int covered = 0;
  for (std::uint32_t trial = 0; trial < 200; ++trial) {
    Random random(trial, Purpose::bootstrap, 77);
    Predictions predictions = twin_images(60, 1);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      predictions.probabilities[i] = static_cast<float>(0.7 * random.uniform() + 0.3 * predictions.labels[i]);
    }
    const Interval interval = bootstrap_intervals(predictions, 0.5, {300, 0.95, trial})[0].interval;
    covered += interval.low <= truth && truth <= interval.high;
  }
  EXPECT_GT(covered, 176);  // 88 %; percentile intervals of 60 patients cover a little less than 95 %.
}

}  // namespace
}  // namespace assay::test
