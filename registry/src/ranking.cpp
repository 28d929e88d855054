#include "ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "assay/error.h"

namespace assay {

Ranking::Ranking(std::span<const float> scores, std::vector<std::uint8_t> positives)
    : order_(scores.size()), positive_at_(scores.size()), tie_ends_(scores.size()) {
  const auto bad = std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  if (bad != scores.end()) {
    throw Failure("the score of sample " + std::to_string(bad - scores.begin()) + " is " + std::to_string(*bad) +
                  ": samples can't be ranked by it");
  }
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b]; });
  for (std::size_t i = order_.size(); i-- > 0;) {
    const bool tied = i + 1 < order_.size() && scores[order_[i]] == scores[order_[i + 1]];
    tie_ends_[i] = tied ? tie_ends_[i + 1] : static_cast<std::uint32_t>(i + 1);
    positive_at_[i] = positives[order_[i]];
  }
}

}  // namespace assay
