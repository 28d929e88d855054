// Choosing the probability from which a sample is called positive, on validation predictions of a model with one
// output.
#pragma once

#include <string>
#include <string_view>

#include "assay/registry/predictions.h"

namespace assay {

/// What `evaluation.threshold` says.
struct ThresholdRule {
  /// The three rules.
  enum class Kind { balanced_accuracy, fixed, sensitivity };  ///< the three rules
  Kind kind = Kind::balanced_accuracy;                        ///< which rule
  double value = 0.0;  ///< the threshold (fixed) or the sensitivity to reach, in (0, 1]
};

/// "balanced_accuracy", "0.5" (0 to 1) or "sensitivity=0.95". Throws InvalidInput with what is possible.
ThresholdRule parse_threshold_rule(std::string_view text);
/// As parse_threshold_rule reads it.
std::string to_text(const ThresholdRule& rule);

/// A sample is positive where probability >= threshold; the candidates are the probabilities that occur.
/// balanced_accuracy: the candidate with the highest balanced accuracy; of equal ones the nearest to 0.5, then the
/// lower. sensitivity: the highest candidate whose sensitivity reaches the value. fixed: the value. Throws InvalidInput
/// when columns != 1 or (unless fixed) a class is absent; Failure on a NaN. O(n log n). Any thread.
double choose_threshold(const Predictions& validation, const ThresholdRule& rule);

}  // namespace assay
