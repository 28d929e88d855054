// All that training knows between two steps. It is saved and restored whole: nothing that decides what happens next
// lives outside it. Files are checkpoint.h's work.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "named_tensors.h"

namespace assay {

/// What exactness depends on beside the state: compared, and told, when a run goes on.
struct Machine {
  std::int64_t compute_threads = 0;
  std::string device;     ///< "cpu" or "cuda:0"
  std::string processor;  ///< model name
  std::string torch;      ///< version
};

/// The epoch kept as best.
struct BestEpoch {
  std::int64_t epoch = 0;  ///< counted from 1
  double value = 0.0;      ///< of evaluation.select
  NamedTensors weights;    ///< copies of what training changes
};

/// Stops when a metric no longer improves. It remembers its own best, since its metric and min_delta may differ from
/// those that choose the best epoch.
struct EarlyStopping {
  std::optional<double> best;
  std::int64_t epochs_without = 0;  ///< since the last improvement by more than min_delta
};

/// The epoch that is under way.
struct EpochProgress {
  std::vector<std::int64_t>
      order;              ///< positions in the training split, as the sampler chose them; empty between epochs
  at::Tensor logits;      ///< [order, K] float32: the first `seen` rows are this epoch's own predictions
  std::int64_t seen = 0;  ///< samples shown so far
  double loss_sum = 0.0;  ///< of the losses of the samples seen
};

struct TrainingState {
  std::int64_t epoch = 0;        ///< finished epochs
  std::int64_t step = 0;         ///< finished steps of the epoch under way
  std::int64_t total_steps = 0;  ///< finished steps since the run began
  bool stopped_early = false;
  std::uint64_t seed = 0;
  Machine machine;
  NamedTensors weights;    ///< what training changes; the model's own tensors
  NamedTensors optimizer;  ///< the optimiser's own tensors
  EarlyStopping early_stopping;
  std::optional<BestEpoch> best;
  EpochProgress progress;
};

}  // namespace assay
