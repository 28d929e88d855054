#include "assay/registry/threshold.h"

#include <gtest/gtest.h>

#include <limits>

#include "assay/error.h"
#include "metrics_fixture.h"

namespace assay::test {
namespace {

Predictions binary(std::vector<float> probabilities, std::vector<std::int32_t> labels) {
  Predictions predictions;
  predictions.probabilities = std::move(probabilities);
  predictions.labels = std::move(labels);
  return predictions;
}

double choose(const Predictions& predictions, const std::string& rule) {
  return choose_threshold(predictions, parse_threshold_rule(rule));
}

TEST(Threshold, EqualsTheChoiceFromScikitLearnsRocCurve) {
  int choices = 0;
  for (const MetricsCase& each : metrics_cases()) {
    if (each.expected.contains("thresholds")) {
      for (const auto& [rule, threshold] : each.expected.at("thresholds").items()) {
        EXPECT_NEAR(threshold.get<double>(), choose(each.predictions, rule), 1e-7) << each.name << ": " << rule;
        ++choices;
      }
    }
  }
  EXPECT_EQ(6 * 5, choices);
}

TEST(Threshold, OfEquallyBalancedOnesIsTheNearestToAHalf) {
  // 0.9, 0.5625 and 0.25 all have a balanced accuracy of 0.75 or less; 0.5625 and 0.25 tie.
  const Predictions tied = binary({0.9F, 0.5625F, 0.375F, 0.25F}, {1, 0, 1, 0});
  EXPECT_EQ(0.375, choose(tied, "balanced_accuracy"));  // As near as 0.9 is far: 0.125 against 0.4.
  const Predictions equally_near = binary({0.75F, 0.5F, 0.25F, 0.125F}, {1, 0, 1, 0});
  EXPECT_EQ(0.25, choose(equally_near, "balanced_accuracy"));  // Both 0.25 away: the lower.
}

TEST(Threshold, OfSensitivityIsTheHighestThatReachesIt) {
  const Predictions predictions = binary({0.9F, 0.75F, 0.5F, 0.25F, 0.125F}, {1, 1, 0, 1, 1});
  EXPECT_EQ(0.75, choose(predictions, "sensitivity=0.5"));
  EXPECT_EQ(0.25, choose(predictions, "sensitivity=0.51"));
  EXPECT_EQ(0.125, choose(predictions, "sensitivity=1"));
}

TEST(Threshold, MayBeFixedWithoutAnyPredictions) { EXPECT_EQ(0.3, choose({}, "0.3")); }

TEST(Threshold, RefusesASplitWithoutAClass) {
  EXPECT_THROW(choose(binary({0.5F}, {1}), "balanced_accuracy"), InvalidInput);
  EXPECT_THROW(choose(binary({0.5F}, {0}), "sensitivity=0.9"), InvalidInput);
  EXPECT_THROW(choose(binary({0.5F, std::numeric_limits<float>::quiet_NaN()}, {0, 1}), "balanced_accuracy"), Failure);
}

TEST(ThresholdRule, ReadsBackWhatItWrites) {
  for (const std::string text : {"balanced_accuracy", "0.5", "sensitivity=0.95"}) {
    EXPECT_EQ(text, to_text(parse_threshold_rule(text)));
  }
}

TEST(ThresholdRule, RefusesEverythingElse) {
  for (const std::string text : {"", "1.5", "-0.1", "balanced", "sensitivity", "sensitivity=", "sensitivity=0",
                                 "sensitivity=1.1", "sensitivity=x", "0.5x", "nan"}) {
    EXPECT_THROW(parse_threshold_rule(text), InvalidInput) << text;
  }
}

}  // namespace
}  // namespace assay::test
