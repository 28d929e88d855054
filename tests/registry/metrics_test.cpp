#include "assay/registry/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "assay/error.h"
#include "metrics_fixture.h"

namespace assay::test {
namespace {

TEST(Metrics, EqualThoseOfScikitLearn) {
  int figures = 0;
  for (const MetricsCase& each : metrics_cases()) {
    for (const MetricValue& metric : evaluate(each.predictions, each.threshold)) {
      EXPECT_NEAR(each.expected.at("figures").at(metric.name).get<double>(), metric.value, 1e-7)
          << each.name << ": " << metric.name;
      ++figures;
    }
  }
  EXPECT_EQ(6 * 7 + 2 * 5, figures);
}

TEST(Metrics, CountTheConfusionMatrixOfScikitLearn) {
  for (const MetricsCase& each : metrics_cases()) {
    EXPECT_EQ(each.expected.at("confusion").get<std::vector<double>>(),
              confusion_matrix(each.predictions, each.threshold).counts)
        << each.name;
  }
}

// Hanley and McNeil's statistic by its definition: every pair of a positive and a negative.
double auroc_by_pairs(const std::vector<float>& scores, const std::vector<std::int32_t>& labels) {
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] == 1 && labels[j] == 0) {
        won += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
        pairs += 1;
      }
    }
  }
  return won / pairs;
}

TEST(Auroc, CountsPairsAndTiesHalf) {
  const std::vector<float> scores = {0.1F, 0.4F, 0.4F, 0.8F, 0.4F, 0.9F, -0.0F, 0.0F};
  const std::vector<std::int32_t> labels = {0, 0, 1, 1, 1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(auroc_by_pairs(scores, labels), auroc(scores, labels));
}

TEST(Auroc, IsHalfWhenAllScoresAreEqual) {
  EXPECT_DOUBLE_EQ(0.5, auroc(std::vector<float>{0.3F, 0.3F, 0.3F}, std::vector<std::int32_t>{0, 1, 1}));
}

TEST(Auroc, RefusesWhatHasNoMeaning) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(auroc(std::vector<float>{0.1F, 0.2F}, std::vector<std::int32_t>{1, 1}), InvalidInput);
  EXPECT_THROW(auroc(std::vector<float>{0.1F, 0.2F}, std::vector<std::int32_t>{0, 0}), InvalidInput);
  EXPECT_THROW(auroc(std::vector<float>{0.1F}, std::vector<std::int32_t>{0, 1}), InvalidInput);
  EXPECT_THROW(auroc(std::vector<float>{0.1F, 0.2F}, std::vector<std::int32_t>{0, 2}), InvalidInput);
  EXPECT_THROW(auroc(std::vector<float>{0.1F, nan}, std::vector<std::int32_t>{0, 1}), Failure);
}

Predictions binary(std::vector<float> probabilities, std::vector<std::int32_t> labels) {
  Predictions predictions;
  predictions.probabilities = std::move(probabilities);
  predictions.labels = std::move(labels);
  return predictions;
}

TEST(ConfusionMatrix, CallsASampleAtTheThresholdPositive) {
  const ConfusionMatrix matrix = confusion_matrix(binary({0.5F, 0.5F, 0.25F}, {1, 0, 1}), 0.5);
  EXPECT_EQ((std::vector<double>{0, 1, 1, 1}), matrix.counts);
  EXPECT_DOUBLE_EQ(0.5, sensitivity(matrix));
  EXPECT_DOUBLE_EQ(0.0, specificity(matrix));
}

TEST(ConfusionMatrix, TakesTheFirstOfEqualProbabilities) {
  Predictions predictions;
  predictions.columns = 3;
  predictions.probabilities = {0.25F, 0.375F, 0.375F};
  predictions.labels = {2};
  EXPECT_EQ(1.0, confusion_matrix(predictions, 0.5).at(2, 1));
}

TEST(LogLoss, StaysFiniteForCertainMistakes) {
  EXPECT_NEAR(-std::log(static_cast<double>(std::numeric_limits<float>::epsilon())), log_loss(binary({0.0F}, {1})),
              1e-9);
}

TEST(Evaluate, RefusesEmptyOneSidedAndBrokenPredictions) {
  EXPECT_THROW(evaluate(binary({}, {})), InvalidInput);
  EXPECT_THROW(evaluate(binary({0.5F, 0.6F}, {1, 1})), InvalidInput);
  EXPECT_THROW(evaluate(binary({0.5F}, {1, 0})), InvalidInput);
  EXPECT_THROW(evaluate(binary({0.5F, 0.5F}, {1, 2})), InvalidInput);
  EXPECT_THROW(evaluate(binary({0.5F, std::numeric_limits<float>::infinity()}, {1, 0})), Failure);
}

TEST(Evaluate, LeavesAClassOutThatDoesntOccur) {
  Predictions predictions;
  predictions.columns = 3;
  predictions.probabilities = {0.7F, 0.2F, 0.1F, 0.1F, 0.8F, 0.1F};
  predictions.labels = {0, 1};
  EXPECT_DOUBLE_EQ(1.0, evaluate(predictions)[0].value);
}

TEST(Minimised, AreLossesAndErrors) {
  EXPECT_TRUE(is_minimised("loss"));
  EXPECT_TRUE(is_minimised("log_loss"));
  EXPECT_TRUE(is_minimised("calibration_error"));
  EXPECT_FALSE(is_minimised("auroc"));
}

}  // namespace
}  // namespace assay::test
