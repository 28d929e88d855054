// Evaluation metrics over the predictions of a whole split, without torch. Never averaged over batches.
// Every figure equals scikit-learn's (tests/registry/fixtures, made by tools/fixtures/metrics_fixtures.py).
// Pure functions: any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/registry/predictions.h"

namespace assay {

/// Area under the ROC curve by the Mann-Whitney statistic, ties counted half.
/// scores: finite; labels: 0 or 1, same length. O(n log n). Hanley and McNeil 1982, equation 1.
/// Throws InvalidInput when a class is absent or the lengths differ, Failure when a score is NaN or infinite.
double auroc(std::span<const float> scores, std::span<const std::int32_t> labels);

/// Counts of samples by true and predicted class. Counts are doubles because the bootstrap weights samples.
struct ConfusionMatrix {
  int classes = 2;             ///< K
  std::vector<double> counts;  ///< [true, predicted], row by row

  explicit ConfusionMatrix(int class_count = 2);  ///< all counts 0
  /// The count of one cell.
  double& at(int truth, int predicted) { return counts[static_cast<std::size_t>(truth * classes + predicted)]; }
  /// The count of one cell.
  double at(int truth, int predicted) const { return counts[static_cast<std::size_t>(truth * classes + predicted)]; }
  /// Samples whose true class is this one.
  double truths(int truth) const;
  double total() const;  ///< samples counted
};

/// One output: positive where probability >= threshold (2 classes, 1 is positive). K outputs: the class of the highest
/// probability, the first of equal ones; threshold is ignored. Throws Failure when a probability is NaN.
ConfusionMatrix confusion_matrix(const Predictions& predictions, double threshold);

/// Share of correct predictions.
double accuracy(const ConfusionMatrix& matrix);
/// Mean of the recall of each class that occurs.
double balanced_accuracy(const ConfusionMatrix& matrix);
/// F1 of each class weighted by how often the class occurs; a class never predicted nor true counts 0.
double weighted_f1(const ConfusionMatrix& matrix);
/// Share of positives found. Two classes; NaN without positives.
double sensitivity(const ConfusionMatrix& matrix);
/// Share of negatives left alone. Two classes; NaN without negatives.
double specificity(const ConfusionMatrix& matrix);

/// Mean negative log-probability of the true class, in nats; probabilities are kept 1.2e-7 (float's epsilon) away from
/// 0 and 1, as scikit-learn does for float32.
double log_loss(const Predictions& predictions);

/// A metric and its value.
struct MetricValue {
  std::string name;    ///< of the metric
  double value = 0.0;  ///< of the whole split
};

/// Every metric of one split in the order in which it is shown. One output: auroc, balanced_accuracy, weighted_f1,
/// sensitivity, specificity, accuracy, log_loss. K outputs: auroc (of one class against the rest, the plain mean over
/// the classes that occur), balanced_accuracy, weighted_f1, accuracy, log_loss. Throws InvalidInput when fewer than two
/// classes occur or sizes disagree, Failure when a probability is not finite.
std::vector<MetricValue> evaluate(const Predictions& predictions, double threshold = 0.5);

/// true for metrics of which less is better: "loss" and names that end in "loss" or "error".
bool is_minimised(std::string_view metric);

}  // namespace assay
