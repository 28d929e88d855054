// The training loop: steps, epochs, the choice of the best one, and when to save. It knows nothing of files, plugins or
// where batches come from; after every step all that it knows is in a TrainingState.
#pragma once

#include <c10/core/Device.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "assay/console.h"
#include "assay/data/sampler.h"
#include "assay/experiment.h"
#include "checkpoint.h"
#include "epoch_order.h"
#include "evaluator.h"
#include "model.h"
#include "optimizer.h"
#include "schedule.h"
#include "task.h"
#include "training_batches.h"
#include "training_progress.h"
#include "training_state.h"

namespace assay {

/// What a trainer works with. All of it outlives the trainer.
struct TrainerParts {
  const Experiment& experiment;
  const Task& task;
  const Dataset& dataset;
  std::shared_ptr<const Sampler> sampler;
  Model model;
  c10::Device device;
  TrainingBatches& batches;
  Evaluator& evaluator;
  Checkpoints& checkpoints;
  InputSpec input;
  Machine machine;
  Console& console;
};

/// Called with every metric of an epoch: split, name, epoch counted from 1, steps made so far, value.
using RecordMetric = std::function<void(const char* split, const std::string& name, std::int64_t epoch,
                                        std::int64_t steps, double value)>;

class Trainer {
 public:
  Trainer(TrainerParts parts, RecordMetric record);

  /// Goes on from a checkpoint instead of starting. Throws InvalidInput when it doesn't fit.
  void restore(const CheckpointManifest& manifest);

  /// Trains until the last epoch or the early stop, and saves. Throws Interrupted, after saving, when a signal asked to
  /// stop; Failure when the loss is not finite or the disk fails: the last checkpoint stays as it is.
  void train();

  const TrainingState& state() const { return state_; }

  /// What this process trained: "trained in 2:13 at 1,204 images/s, 1.2 % of the steps' time waiting for pictures".
  std::string summary() const;

 private:
  void begin_epoch();
  void go_on_with_epoch();
  void begin_batches();
  void announce_next_epoch();
  at::Tensor targets_of_step(const TrainingBatch& batch, std::int64_t count) const;
  void make_step();
  void finish_epoch();
  void judge_epoch(const std::vector<MetricValue>& validation);
  void follow_early_stopping(const std::vector<MetricValue>& validation);
  std::vector<MetricValue> metrics_of_training() const;
  bool done() const;
  std::int64_t steps_of_epoch() const;

  void save();
  void save_when_due(bool epoch_ended);
  [[noreturn]] void fail_not_finite(double loss, const at::Tensor& logits) const;
  std::string what_helps(const at::Tensor& logits) const;

  TrainerParts parts_;
  RecordMetric record_;
  TrainingSplit split_;
  std::unique_ptr<Optimizer> optimizer_;
  Schedule schedule_;
  double learning_rate_;
  TrainingState state_;
  at::Tensor targets_;                    ///< of the epoch under way, in its order
  std::vector<std::int64_t> next_order_;  ///< of the epoch after it, where that is known; else made when it begins
  std::chrono::steady_clock::duration stepping_{};
  TrainingProgress progress_;
  std::chrono::steady_clock::time_point saved_at_;
  std::chrono::steady_clock::duration saving_cost_{};
  bool ever_saved_ = false;
};

/// true when value is better than best, by more than min_delta. A NaN is never better than a number.
bool is_better(const std::string& metric, double value, double best, double min_delta = 0.0);

}  // namespace assay
