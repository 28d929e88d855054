// The interface of samplers: which training samples an epoch shows, and in what order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "assay/plugin.h"
#include "assay/random.h"

namespace assay {

/// A further column of the data set's manifest, one value for each sample; empty where the sample has none.
struct PopulationColumn {
  std::string name;                 ///< as the manifest writes it
  std::vector<std::string> values;  ///< one for each sample
};

/// The training samples, as a sampler sees them: position i in each span is sample i of the training split.
struct Population {
  std::span<const std::int64_t> labels;            ///< class index, in [0, classes)
  std::span<const std::int64_t> groups;            ///< patient index
  std::int64_t classes = 0;                        ///< K
  std::span<const PopulationColumn> columns = {};  ///< further columns of the manifest
};

/// Chooses an epoch's samples. Stateless; called from one thread.
class Sampler {
 public:
  static constexpr const char* plugin_kind = "sampler";  ///< its word in handshakes and descriptions

  virtual ~Sampler() = default;

  /// Indices into the population, in the order they are shown; a sample may occur several times. random is the stream
  /// of (seed, epoch): the same epoch always gives the same order. Every index must be in [0, labels.size()).
  virtual std::vector<std::int64_t> epoch(const Population& population, Random& random) const = 0;

  /// The share of each class among the samples of an epoch, on average over epochs: what `runner plugins certify`
  /// holds epoch() to. Empty: nothing is promised.
  virtual std::vector<double> class_prior(const Population& population) const {
    (void)population;
    return {};
  }
};

}  // namespace assay
