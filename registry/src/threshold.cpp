#include "assay/registry/threshold.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <vector>

#include "assay/error.h"
#include "evaluation.h"

namespace assay {
namespace {

std::optional<double> number_in(std::string_view text, double low, double high) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= low && value <= high ? std::optional(value) : std::nullopt;
}

/// Positives and negatives with at least this probability.
struct Candidate {
  double threshold;
  std::int64_t true_positives;
  std::int64_t false_positives;
};

/// By falling threshold; ties in probability make one candidate.
std::vector<Candidate> candidates_of(const Predictions& predictions) {
  std::vector<std::uint32_t> order(predictions.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return predictions.probabilities[a] > predictions.probabilities[b];
  });
  std::vector<Candidate> candidates;
  Candidate current{0.0, 0, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    ++(predictions.labels[order[i]] == 1 ? current.true_positives : current.false_positives);
    current.threshold = static_cast<double>(predictions.probabilities[order[i]]);
    const bool tied =
        i + 1 < order.size() && predictions.probabilities[order[i]] == predictions.probabilities[order[i + 1]];
    if (!tied) {
      candidates.push_back(current);
    }
  }
  return candidates;
}

double most_balanced(const std::vector<Candidate>& candidates, std::int64_t positives, std::int64_t negatives) {
  // Balanced accuracy times 2 * positives * negatives, in whole numbers, so that equal ones compare equal.
  const auto quality = [&](const Candidate& c) {
    return c.true_positives * negatives + (negatives - c.false_positives) * positives;
  };
  const Candidate* best = &candidates.front();
  for (const Candidate& candidate : candidates) {
    const bool equal = quality(candidate) == quality(*best);
    // Thresholds fall: of two equally near to 0.5, the later is the lower.
    const bool nearer = std::abs(candidate.threshold - 0.5) <= std::abs(best->threshold - 0.5);
    if (quality(candidate) > quality(*best) || (equal && nearer)) {
      best = &candidate;
    }
  }
  return best->threshold;
}

double first_sensitive(const std::vector<Candidate>& candidates, std::int64_t positives, double wanted) {
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return static_cast<double>(candidate.true_positives) / static_cast<double>(positives) >= wanted;
  });
  return found->threshold;  // The last candidate calls every sample positive.
}

}  // namespace

ThresholdRule parse_threshold_rule(std::string_view text) {
  constexpr std::string_view prefix = "sensitivity=";
  if (text == "balanced_accuracy") {
    return {};
  }
  if (const auto fixed = number_in(text, 0.0, 1.0)) {
    return {ThresholdRule::Kind::fixed, *fixed};
  }
  if (text.starts_with(prefix)) {
    if (const auto wanted = number_in(text.substr(prefix.size()), 0.0, 1.0); wanted && *wanted > 0.0) {
      return {ThresholdRule::Kind::sensitivity, *wanted};
    }
  }
  throw InvalidInput("threshold \"" + std::string(text) +
                     "\": expected \"balanced_accuracy\", a number from 0 to 1, or \"sensitivity=0.95\" with a share "
                     "above 0 and at most 1");
}

std::string to_text(const ThresholdRule& rule) {
  char number[40];
  std::snprintf(number, sizeof number, "%.10g", rule.value);
  switch (rule.kind) {
    case ThresholdRule::Kind::balanced_accuracy:
      return "balanced_accuracy";
    case ThresholdRule::Kind::fixed:
      return number;
    case ThresholdRule::Kind::sensitivity:
      break;
  }
  return std::string("sensitivity=") + number;
}

double choose_threshold(const Predictions& validation, const ThresholdRule& rule) {
  if (rule.kind == ThresholdRule::Kind::fixed) {
    return rule.value;
  }
  check_predictions(validation);
  if (validation.columns != 1) {
    throw InvalidInput("a threshold is chosen for one output; this model has " + std::to_string(validation.columns));
  }
  const auto positives = std::count(validation.labels.begin(), validation.labels.end(), 1);
  const auto negatives = static_cast<std::int64_t>(validation.size()) - positives;
  if (positives == 0 || negatives == 0) {
    throw InvalidInput(std::string("a threshold can't be chosen: the validation split has no ") +
                       (positives == 0 ? "positive" : "negative") + " sample");
  }
  const std::vector<Candidate> candidates = candidates_of(validation);
  return rule.kind == ThresholdRule::Kind::balanced_accuracy ? most_balanced(candidates, positives, negatives)
                                                             : first_sensitive(candidates, positives, rule.value);
}

}  // namespace assay
