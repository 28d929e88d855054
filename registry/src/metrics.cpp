#include "assay/registry/metrics.h"

#include <numeric>

#include "assay/error.h"
#include "evaluation.h"

namespace assay {
namespace {

/// As if all samples were one group of weight 1.
Evaluation whole(const Predictions& predictions, double threshold) {
  return {predictions, threshold, std::vector<std::uint32_t>(predictions.size(), 0), 1};
}

double column_sum(const ConfusionMatrix& matrix, int predicted) {
  double sum = 0.0;
  for (int truth = 0; truth < matrix.classes; ++truth) {
    sum += matrix.at(truth, predicted);
  }
  return sum;
}

}  // namespace

double auroc(std::span<const float> scores, std::span<const std::int32_t> labels) {
  if (scores.size() != labels.size()) {
    throw InvalidInput("auroc: " + std::to_string(scores.size()) + " scores, " + std::to_string(labels.size()) +
                       " labels");
  }
  std::vector<std::uint8_t> positives(labels.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0 && labels[i] != 1) {
      throw InvalidInput("auroc: label " + std::to_string(labels[i]) + " is neither 0 nor 1");
    }
    positives[i] = static_cast<std::uint8_t>(labels[i]);
    count += positives[i];
  }
  if (count == 0 || count == labels.size()) {
    throw InvalidInput(count == 0 ? "auroc: there is no positive sample" : "auroc: there is no negative sample");
  }
  return Ranking(scores, std::move(positives)).auroc([](std::uint32_t) { return 1.0; });
}

ConfusionMatrix::ConfusionMatrix(int class_count)
    : classes(class_count), counts(static_cast<std::size_t>(class_count * class_count)) {}

double ConfusionMatrix::truths(int truth) const {
  double sum = 0.0;
  for (int predicted = 0; predicted < classes; ++predicted) {
    sum += at(truth, predicted);
  }
  return sum;
}

double ConfusionMatrix::total() const { return std::accumulate(counts.begin(), counts.end(), 0.0); }

ConfusionMatrix confusion_matrix(const Predictions& predictions, double threshold) {
  check_predictions(predictions);
  ConfusionMatrix matrix(class_count(predictions));
  const std::vector<std::int32_t> predicted = predicted_classes(predictions, threshold);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    matrix.at(predictions.labels[i], predicted[i]) += 1.0;
  }
  return matrix;
}

double accuracy(const ConfusionMatrix& matrix) {
  double correct = 0.0;
  for (int c = 0; c < matrix.classes; ++c) {
    correct += matrix.at(c, c);
  }
  return correct / matrix.total();
}

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double recalls = 0.0;
  int occurring = 0;
  for (int c = 0; c < matrix.classes; ++c) {
    if (const double truths = matrix.truths(c); truths > 0.0) {
      recalls += matrix.at(c, c) / truths;
      ++occurring;
    }
  }
  return recalls / occurring;
}

double weighted_f1(const ConfusionMatrix& matrix) {
  double sum = 0.0;
  for (int c = 0; c < matrix.classes; ++c) {
    const double truths = matrix.truths(c);
    const double both = truths + column_sum(matrix, c);
    sum += both > 0.0 ? truths * 2.0 * matrix.at(c, c) / both : 0.0;
  }
  return sum / matrix.total();
}

double sensitivity(const ConfusionMatrix& matrix) { return matrix.at(1, 1) / matrix.truths(1); }

double specificity(const ConfusionMatrix& matrix) { return matrix.at(0, 0) / matrix.truths(0); }

double log_loss(const Predictions& predictions) {
  check_predictions(predictions);
  const std::vector<double> losses = sample_losses(predictions);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

std::vector<MetricValue> evaluate(const Predictions& predictions, double threshold) {
  const Evaluation evaluation = whole(predictions, threshold);
  const std::uint32_t once = 1;
  const std::vector<double> values = evaluation.values({&once, 1});
  std::vector<MetricValue> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.push_back({evaluation.names()[i], values[i]});
  }
  return result;
}

bool is_minimised(std::string_view metric) { return metric.ends_with("loss") || metric.ends_with("error"); }

}  // namespace assay
