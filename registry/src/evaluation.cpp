#include "evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "assay/error.h"

namespace assay {
namespace {

std::vector<std::uint8_t> belongs_to(const Predictions& predictions, int of_class) {
  std::vector<std::uint8_t> belongs(predictions.size());
  std::transform(predictions.labels.begin(), predictions.labels.end(), belongs.begin(),
                 [of_class](std::int32_t label) { return static_cast<std::uint8_t>(label == of_class); });
  return belongs;
}

std::vector<float> column(const Predictions& predictions, int index) {
  std::vector<float> values(predictions.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] =
        predictions.probabilities[i * static_cast<std::size_t>(predictions.columns) + static_cast<std::size_t>(index)];
  }
  return values;
}

}  // namespace

void check_predictions(const Predictions& predictions) {
  const auto columns = static_cast<std::size_t>(std::max(predictions.columns, 1));
  if (predictions.columns < 1 || predictions.probabilities.size() != predictions.size() * columns) {
    throw InvalidInput("predictions: " + std::to_string(predictions.size()) + " labels and " +
                       std::to_string(predictions.probabilities.size()) + " probabilities in " +
                       std::to_string(predictions.columns) + " columns don't belong together");
  }
  for (const std::int32_t label : predictions.labels) {
    if (label < 0 || label >= class_count(predictions)) {
      throw InvalidInput("predictions: label " + std::to_string(label) + " of " +
                         std::to_string(class_count(predictions)) + " classes");
    }
  }
  for (std::size_t i = 0; i < predictions.probabilities.size(); ++i) {
    if (!std::isfinite(predictions.probabilities[i])) {
      throw Failure("the probability of sample " + std::to_string(i / columns) + " is " +
                    std::to_string(predictions.probabilities[i]));
    }
  }
}

std::vector<double> sample_losses(const Predictions& predictions) {
  constexpr float epsilon = std::numeric_limits<float>::epsilon();
  const auto columns = static_cast<std::size_t>(predictions.columns);
  std::vector<double> losses(predictions.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const auto label = static_cast<std::size_t>(predictions.labels[i]);
    const float given = predictions.probabilities[columns == 1 ? i : i * columns + label];
    const double clipped = static_cast<double>(std::clamp(given, epsilon, 1.0F - epsilon));
    losses[i] = -std::log(columns == 1 && label == 0 ? 1.0 - clipped : clipped);
  }
  return losses;
}

std::vector<std::int32_t> predicted_classes(const Predictions& predictions, double threshold) {
  const auto columns = static_cast<std::ptrdiff_t>(predictions.columns);
  std::vector<std::int32_t> classes(predictions.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (columns == 1) {
      classes[i] = static_cast<double>(predictions.probabilities[i]) >= threshold ? 1 : 0;
    } else {
      const auto row = predictions.probabilities.begin() + static_cast<std::ptrdiff_t>(i) * columns;
      classes[i] = static_cast<std::int32_t>(std::max_element(row, row + columns) - row);
    }
  }
  return classes;
}

Evaluation::Evaluation(const Predictions& predictions, double threshold, std::span<const std::uint32_t> group_of_sample,
                       std::size_t groups)
    : binary_(predictions.columns == 1),
      classes_(class_count(predictions)),
      groups_(groups),
      group_of_sample_(group_of_sample.begin(), group_of_sample.end()),
      group_loss_(groups),
      group_samples_(groups),
      occurs_(static_cast<std::size_t>(classes_)) {
  check_predictions(predictions);
  for (const std::int32_t label : predictions.labels) {
    occurs_[static_cast<std::size_t>(label)] = 1;
  }
  const auto occurring = std::accumulate(occurs_.begin(), occurs_.end(), 0);
  if (occurring < 2) {
    throw InvalidInput(predictions.labels.empty()
                           ? "there are no predictions to evaluate"
                           : "all samples are of class " + std::to_string(predictions.labels[0]) +
                                 ": no metric can tell classes apart");
  }
  for (int c = binary_ ? 1 : 0; c < classes_; ++c) {
    if (occurs_[static_cast<std::size_t>(c)]) {
      rankings_.emplace_back(column(predictions, binary_ ? 0 : c), belongs_to(predictions, c));
    }
  }
  const auto cells = static_cast<std::size_t>(classes_ * classes_);
  group_counts_.resize(groups * cells);
  const std::vector<std::int32_t> predicted = predicted_classes(predictions, threshold);
  const std::vector<double> losses = sample_losses(predictions);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::size_t group = group_of_sample_[i];
    group_counts_[group * cells + static_cast<std::size_t>(predictions.labels[i] * classes_ + predicted[i])] += 1.0;
    group_loss_[group] += losses[i];
    group_samples_[group] += 1.0;
  }
  names_ = binary_ ? std::vector<std::string>{"auroc",       "balanced_accuracy", "weighted_f1", "sensitivity",
                                              "specificity", "accuracy",          "log_loss"}
                   : std::vector<std::string>{"auroc", "balanced_accuracy", "weighted_f1", "accuracy", "log_loss"};
}

bool Evaluation::has_every_class(std::span<const std::uint32_t> weights) const {
  const ConfusionMatrix matrix = confusion(weights);
  for (int c = 0; c < classes_; ++c) {
    if (occurs_[static_cast<std::size_t>(c)] && matrix.truths(c) == 0.0) {
      return false;
    }
  }
  return true;
}

std::vector<double> Evaluation::values(std::span<const std::uint32_t> weights) const {
  const ConfusionMatrix matrix = confusion(weights);
  std::vector<double> values{mean_auroc(weights), balanced_accuracy(matrix), weighted_f1(matrix)};
  if (binary_) {
    values.insert(values.end(), {sensitivity(matrix), specificity(matrix)});
  }
  values.insert(values.end(), {accuracy(matrix), mean_log_loss(weights)});
  return values;
}

double Evaluation::mean_auroc(std::span<const std::uint32_t> weights) const {
  double sum = 0.0;
  for (const Ranking& ranking : rankings_) {
    sum += ranking.auroc([&](std::uint32_t sample) { return static_cast<double>(weights[group_of_sample_[sample]]); });
  }
  return sum / static_cast<double>(rankings_.size());
}

ConfusionMatrix Evaluation::confusion(std::span<const std::uint32_t> weights) const {
  ConfusionMatrix matrix(classes_);
  const std::size_t cells = matrix.counts.size();
  for (std::size_t group = 0; group < groups_; ++group) {
    if (weights[group] != 0) {
      for (std::size_t cell = 0; cell < cells; ++cell) {
        matrix.counts[cell] += weights[group] * group_counts_[group * cells + cell];
      }
    }
  }
  return matrix;
}

double Evaluation::mean_log_loss(std::span<const std::uint32_t> weights) const {
  double loss = 0.0;
  double samples = 0.0;
  for (std::size_t group = 0; group < groups_; ++group) {
    loss += weights[group] * group_loss_[group];
    samples += weights[group] * group_samples_[group];
  }
  return loss / samples;
}

}  // namespace assay
