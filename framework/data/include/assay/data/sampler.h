// The interface of samplers: which training samples an epoch shows, and in what order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assay/plugin.h"
#include "assay/random.h"

namespace assay {

/// The training samples, as a sampler sees them: position i in each span is sample i of the training split.
struct Population {
  std::span<const std::int64_t> labels;  ///< class index, in [0, classes)
  std::span<const std::int64_t> groups;  ///< patient index
  std::int64_t classes = 0;
};

/// Chooses an epoch's samples. Stateless; called from one thread.
class Sampler {
 public:
  static constexpr const char* plugin_kind = "sampler";

  virtual ~Sampler() = default;

  /// Indices into the population, in the order they are shown; a sample may occur several times. random is the stream
  /// of (seed, epoch): the same epoch always gives the same order. Every index must be in [0, labels.size()).
  virtual std::vector<std::int64_t> epoch(const Population& population, Random& random) const = 0;
};

}  // namespace assay
