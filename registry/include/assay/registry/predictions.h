// What a model said about a set of samples: the input of every evaluation metric, and what the registry keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay {

/// Probabilities of N samples, in any order. columns is 1 (one output: the probability of the positive class) or the
/// number of classes K >= 2 (each row sums to one).
struct Predictions {
  int columns = 1;                   ///< 1 or K
  std::vector<float> probabilities;  ///< [N, columns], row by row
  std::vector<std::int32_t> labels;  ///< [N]; one output: 1 is the positive class, 0 the other; else the class's index
  std::vector<std::uint32_t> samples;  ///< [N] index into RunStart::samples; metrics ignore it
  std::vector<std::uint32_t> groups;   ///< [N] any number that is equal within a patient; only the bootstrap reads it

  std::size_t size() const { return labels.size(); }  ///< N
};

}  // namespace assay
