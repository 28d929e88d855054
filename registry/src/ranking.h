// Scores sorted once, so that the area under the ROC curve of any weighting of the samples costs one pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

class Ranking {
 public:
  /// positives[i]: does sample i belong to the positive class. Throws Failure on a score that is not finite.
  Ranking(std::span<const float> scores, std::vector<std::uint8_t> positives);

  /// The Mann-Whitney statistic over the product of the weights of both classes, ties counted half; NaN when a class
  /// weighs nothing. weight(sample) >= 0.
  template <class Weight>
  double auroc(const Weight& weight) const {
    double below = 0.0;  // weight of negatives with a lower score
    double positive_weight = 0.0;
    double concordant = 0.0;
    for (std::size_t begin = 0; begin < order_.size();) {
      double tied_positives = 0.0;
      double tied_negatives = 0.0;
      const std::size_t end = tie_ends_[begin];
      for (std::size_t i = begin; i < end; ++i) {
        const double w = weight(order_[i]);
        tied_positives += positive_at_[i] ? w : 0.0;
        tied_negatives += positive_at_[i] ? 0.0 : w;
      }
      concordant += tied_positives * (below + 0.5 * tied_negatives);
      below += tied_negatives;
      positive_weight += tied_positives;
      begin = end;
    }
    return concordant / (positive_weight * below);
  }

 private:
  std::vector<std::uint32_t> order_;       ///< samples by ascending score
  std::vector<std::uint8_t> positive_at_;  ///< in that order
  std::vector<std::uint32_t> tie_ends_;    ///< in that order: one past the last sample with the same score
};

}  // namespace assay
