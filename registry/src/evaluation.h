// One evaluation prepared once and asked many times: metrics.h asks it with equal weights, bootstrap.h with the weights
// of each replicate, so that a figure and its interval can't come from two formulas.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "assay/registry/metrics.h"
#include "ranking.h"

namespace assay {

class Evaluation {
 public:
  /// Throws as evaluate() does. groups may be empty: then each sample is its own group.
  Evaluation(const Predictions& predictions, double threshold, std::span<const std::uint32_t> group_of_sample,
             std::size_t groups);

  const std::vector<std::string>& names() const { return names_; }

  /// false when a class that occurs has no weight: then values() has no meaning. weights: one for each group.
  bool has_every_class(std::span<const std::uint32_t> weights) const;
  /// The metrics in the order of names().
  std::vector<double> values(std::span<const std::uint32_t> weights) const;

 private:
  double mean_auroc(std::span<const std::uint32_t> weights) const;
  ConfusionMatrix confusion(std::span<const std::uint32_t> weights) const;
  double mean_log_loss(std::span<const std::uint32_t> weights) const;

  bool binary_;
  int classes_;
  std::size_t groups_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> group_of_sample_;
  std::vector<Ranking> rankings_;      ///< one; with K outputs, one for each class that occurs
  std::vector<double> group_counts_;   ///< [groups, classes, classes]
  std::vector<double> group_loss_;     ///< [groups], sums
  std::vector<double> group_samples_;  ///< [groups]
  std::vector<std::uint8_t> occurs_;   ///< [classes]
};

/// -log of the probability of each sample's true class, clipped as log_loss says.
std::vector<double> sample_losses(const Predictions& predictions);

/// The predicted class of each sample; see confusion_matrix.
std::vector<std::int32_t> predicted_classes(const Predictions& predictions, double threshold);

/// Throws InvalidInput unless sizes agree and labels lie in the classes; Failure on a probability that is not finite.
void check_predictions(const Predictions& predictions);

/// 2 for one output, else K.
inline int class_count(const Predictions& predictions) { return predictions.columns == 1 ? 2 : predictions.columns; }

}  // namespace assay
